package dev.clipjet.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.kernels.cpu.MatrixLibrary.Provider;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Against keys and values that are computed one by one, in double precision. */
class PooledAttentionKernelTest {
    private static final float POISON = 12345f;

    static Stream<Arguments> shapes() {
        return Stream.of(new int[] {1, 8, 5}, new int[] {2, 8, 16}, new int[] {3, 7, 33}, new int[] {4, 64, 256})
                .flatMap(shape -> Stream.of(Provider.values())
                        .flatMap(provider -> Stream.of(1, 3)
                                .map(threads -> Arguments.of(shape[0], shape[1], shape[2], provider, threads))));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void agrees_with_projected_keys_and_values(int heads, int headDim, int columns, Provider provider, int threads) {
        int[] starts = {0, 1, 6, 56, 57, 70};
        int sequences = starts.length - 1;
        int width = heads * headDim;
        int queryStride = width + 3;
        int outStride = width + 2;
        Random random = new Random(heads * 31L + columns);
        float[] queries = values(random, sequences * queryStride, 1);
        float[] x = values(random, starts[sequences] * columns, 1);
        // Queries, keys and values are rows of one matrix, as checkpoints have them.
        float[] w = values(random, 3 * width * columns, 1 / Math.sqrt(columns));
        float[] bias = values(random, 3 * width, 1);
        RowBlock rows = new RowBlock(
                (element, target, offset, length) -> System.arraycopy(w, (int) element, target, offset, length),
                3 * width,
                columns);
        int in = queries.length;
        int out = in + x.length;
        try (WorkerPool pool = new WorkerPool(threads);
                PooledAttentionKernel kernel = new PooledAttentionKernel(pool, provider);
                WeightMatrix weight = new WeightMatrix(columns, List.of(rows));
                FloatMemory memory = new FloatMemory(out + (long) sequences * outStride)) {
            memory.floats().put(0, queries).put(in, x);
            for (int i = out; i < memory.size(); i++) {
                memory.floats().put(i, POISON);
            }
            kernel.run(
                    sequences,
                    starts,
                    50,
                    heads,
                    headDim,
                    memory,
                    0,
                    queryStride,
                    in,
                    weight,
                    width,
                    2 * width,
                    bias,
                    out,
                    outStride);
            for (int s = 0; s < sequences; s++) {
                for (int h = 0; h < heads; h++) {
                    double[] exact = attend(
                            queries,
                            s * queryStride + h * headDim,
                            x,
                            starts[s],
                            starts[s + 1],
                            w,
                            bias,
                            width,
                            h,
                            headDim,
                            columns);
                    for (int d = 0; d < headDim; d++) {
                        double error = memory.floats().get(out + s * outStride + h * headDim + d) - exact[d];
                        assertThat(Math.abs(error)).isLessThan(4e-6);
                    }
                }
                for (int i = width; i < outStride; i++) {
                    assertThat(memory.floats().get(out + s * outStride + i)).isEqualTo(POISON);
                }
            }
        }
    }

    private static double[] attend(
            float[] queries,
            int query,
            float[] x,
            int start,
            int end,
            float[] w,
            float[] bias,
            int width,
            int head,
            int headDim,
            int columns) {
        double[] weights = new double[end - start];
        double sum = 0;
        for (int i = start; i < end; i++) {
            double score = 0;
            for (int d = 0; d < headDim; d++) {
                score += queries[query + d] * projected(x, i, w, bias, width + head * headDim + d, columns);
            }
            weights[i - start] = Math.exp(score / Math.sqrt(headDim));
            sum += weights[i - start];
        }
        double[] out = new double[headDim];
        for (int i = start; i < end; i++) {
            for (int d = 0; d < headDim; d++) {
                out[d] += weights[i - start] / sum * projected(x, i, w, bias, 2 * width + head * headDim + d, columns);
            }
        }
        return out;
    }

    private static double projected(float[] x, int row, float[] w, float[] bias, int output, int columns) {
        double sum = bias[output];
        for (int k = 0; k < columns; k++) {
            sum += (double) x[row * columns + k] * w[output * columns + k];
        }
        return sum;
    }

    private static float[] values(Random random, int count, double scale) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * scale);
        }
        return values;
    }
}
