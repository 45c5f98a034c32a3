package dev.clipjet.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.kernels.cpu.MatrixLibrary.Provider;
import dev.clipjet.numeric.Activation;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Both implementations, odd and real shapes, against double precision. */
class LinearKernelTest {
    private static final float POISON = 12345f;

    static Stream<Arguments> shapes() {
        List<Arguments> shapes = new ArrayList<>();
        int[][] sizes = {
            {1, 1, 1},
            {1, 5, 3},
            {2, 16, 8},
            {3, 17, 9},
            {5, 33, 257},
            {6, 48, 64},
            {7, 100, 300},
            {13, 64, 512},
            {50, 96, 768},
            {96, 40, 100},
            {97, 40, 100},
            {200, 70, 130},
            {300, 260, 20}
        };
        for (int[] size : sizes) {
            for (int threads : new int[] {1, 3}) {
                for (Provider provider : Provider.values()) {
                    shapes.add(Arguments.of(size[0], size[1], size[2], threads, provider));
                }
            }
        }
        return shapes.stream();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void product_with_bias_and_activation(int m, int n, int k, int threads, Provider provider) {
        run(provider, m, n, k, threads, 0, n, true, Activation.QUICK_GELU, false);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void product_added_to_a_residual(int m, int n, int k, int threads, Provider provider) {
        run(provider, m, n, k, threads, 0, n, true, Activation.NONE, true);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void product_added_to_a_residual_before_the_activation(int m, int n, int k, int threads, Provider provider) {
        run(provider, m, n, k, threads, 0, n, true, Activation.RELU, true);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void product_alone(int m, int n, int k, int threads, Provider provider) {
        run(provider, m, n, k, threads, 0, n, false, Activation.NONE, false);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void product_with_some_rows_of_the_weight(int m, int n, int k, int threads, Provider provider) {
        run(provider, m, 3 * n, k, threads, n, 2 * n, true, Activation.NONE, false);
    }

    private static void run(
            Provider provider,
            int m,
            int n,
            int k,
            int threads,
            int firstRow,
            int width,
            boolean withBias,
            Activation activation,
            boolean accumulate) {
        Random random = new Random(31L * m + 7L * n + k);
        float[] x = values(random, m * k);
        float[] w = values(random, n * k);
        float[] bias = withBias ? values(random, n) : null;
        float[] before = values(random, m * width);
        int guard = 16;
        try (WorkerPool pool = new WorkerPool(threads);
                LinearKernel kernel = new LinearKernel(pool, provider);
                FloatMemory in = new FloatMemory((long) m * k);
                FloatMemory out = new FloatMemory((long) m * width + 2 * guard);
                WeightMatrix weight = new WeightMatrix(k, blocks(w, n, k))) {
            in.floats().put(0, x);
            for (int i = 0; i < out.size(); i++) {
                out.floats().put(i, POISON);
            }
            if (accumulate) {
                out.floats().put(guard, before);
            }
            kernel.run(m, in, 0, weight, firstRow, width, bias, activation, accumulate, out, guard);
            FloatBuffer result = out.floats();
            for (int i = 0; i < guard; i++) {
                assertThat(result.get(i)).isEqualTo(POISON);
                assertThat(result.get(guard + m * width + i)).isEqualTo(POISON);
            }
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < width; j++) {
                    double sum = 0;
                    double magnitude = 1;
                    for (int l = 0; l < k; l++) {
                        double product = (double) x[i * k + l] * w[(firstRow + j) * k + l];
                        sum += product;
                        magnitude += Math.abs(product);
                    }
                    sum += withBias ? bias[firstRow + j] : 0;
                    sum += accumulate ? before[i * width + j] : 0;
                    if (activation == Activation.QUICK_GELU) {
                        sum = sum / (1 + Math.exp(-1.702 * sum));
                    }
                    if (activation == Activation.RELU) {
                        sum = Math.max(sum, 0);
                    }
                    assertThat(Math.abs(result.get(guard + i * width + j) - sum))
                            .as("row %d, column %d", i, j)
                            .isLessThan(1e-6 * magnitude);
                }
            }
        }
    }

    /** Three blocks of unequal size where there are enough rows, as a file with split q, k, v would give. */
    private static List<RowBlock> blocks(float[] w, int rows, int columns) {
        int first = rows / 3;
        int[] sizes = first == 0 ? new int[] {rows} : new int[] {first, first + 1 <= rows - first ? first : 0, 0};
        if (sizes.length == 3) {
            sizes[2] = rows - sizes[0] - sizes[1];
        }
        List<RowBlock> blocks = new ArrayList<>();
        int row = 0;
        for (int size : sizes) {
            int start = row * columns;
            blocks.add(new RowBlock(
                    (element, target, offset, length) ->
                            System.arraycopy(w, start + (int) element, target, offset, length),
                    size,
                    columns));
            row += size;
        }
        return blocks;
    }

    private static float[] values(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
