package dev.clipjet.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionKernelTest {
    @ParameterizedTest
    @CsvSource({
        "false,false,1,8",
        "true,false,2,8",
        "false,true,3,16",
        "true,true,1,80",
        "false,false,2,104",
        "true,false,4,7"
    })
    void attention_over_packed_sequences_matches_double_precision(
            boolean causal, boolean oneQuery, int heads, int headDim) {
        int[] starts = {0, 1, 6, 6 + 150, 6 + 150 + 64, 6 + 150 + 64 + 65};
        int sequences = starts.length - 1;
        int tokens = starts[sequences];
        int width = heads * headDim;
        int stride = 3 * width;
        int queryRows = oneQuery ? sequences : tokens;
        Random random = new Random(heads * 1000L + headDim);
        float[] qkv = new float[tokens * stride];
        for (int i = 0; i < qkv.length; i++) {
            qkv[i] = (float) random.nextGaussian();
        }
        float[] queries = new float[queryRows * width];
        for (int i = 0; i < queryRows; i++) {
            for (int j = 0; j < width; j++) {
                queries[i * width + j] = oneQuery ? (float) random.nextGaussian() : qkv[i * stride + j];
            }
        }
        for (MatrixLibrary.Provider provider : MatrixLibrary.Provider.values()) {
            attend(provider, heads, headDim, causal, oneQuery, starts, qkv, queries);
        }
    }

    private static void attend(
            MatrixLibrary.Provider provider,
            int heads,
            int headDim,
            boolean causal,
            boolean oneQuery,
            int[] starts,
            float[] qkv,
            float[] queries) {
        int sequences = starts.length - 1;
        int width = heads * headDim;
        int stride = 3 * width;
        try (WorkerPool pool = new WorkerPool(2);
                FloatMemory memory = new FloatMemory(qkv.length + 2L * queries.length);
                AttentionKernel kernel = new AttentionKernel(pool, provider)) {
            memory.floats().put(0, qkv);
            memory.floats().put(qkv.length, queries);
            int outOffset = qkv.length + queries.length;
            kernel.run(
                    sequences,
                    starts,
                    150,
                    heads,
                    headDim,
                    causal,
                    oneQuery,
                    memory,
                    qkv.length,
                    width,
                    width,
                    2 * width,
                    stride,
                    outOffset,
                    width);
            for (int s = 0; s < sequences; s++) {
                int length = starts[s + 1] - starts[s];
                for (int q = 0; q < (oneQuery ? 1 : length); q++) {
                    int row = oneQuery ? s : starts[s] + q;
                    int visible = causal && !oneQuery ? q + 1 : length;
                    for (int h = 0; h < heads; h++) {
                        double[] exact = attend(
                                queries,
                                row * width + h * headDim,
                                qkv,
                                starts[s],
                                visible,
                                width,
                                h * headDim,
                                headDim);
                        for (int d = 0; d < headDim; d++) {
                            float actual = memory.floats().get(outOffset + row * width + h * headDim + d);
                            assertThat((double) actual).isCloseTo(exact[d], within(2e-6));
                        }
                    }
                }
            }
        }
    }

    private static double[] attend(
            float[] queries, int queryAt, float[] qkv, int start, int keys, int width, int headAt, int headDim) {
        double[] weights = new double[keys];
        double sum = 0;
        for (int j = 0; j < keys; j++) {
            double score = 0;
            for (int d = 0; d < headDim; d++) {
                score += (double) queries[queryAt + d] * qkv[(start + j) * 3 * width + width + headAt + d];
            }
            weights[j] = Math.exp(score / Math.sqrt(headDim));
            sum += weights[j];
        }
        double[] out = new double[headDim];
        for (int j = 0; j < keys; j++) {
            for (int d = 0; d < headDim; d++) {
                out[d] += weights[j] / sum * qkv[(start + j) * 3 * width + 2 * width + headAt + d];
            }
        }
        return out;
    }
}
