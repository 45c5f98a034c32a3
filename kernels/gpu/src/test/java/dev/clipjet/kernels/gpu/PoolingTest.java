package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Means over squares of pixels, and the tokens of attention pooling. */
class PoolingTest {
    private static List<ExecutionOptions> modes() {
        return Modes.all();
    }

    @ParameterizedTest
    @MethodSource("modes")
    void squaresBecomePixels(ExecutionOptions options) {
        // Images, height, width, channels, side of a square: whole squares, lines and columns left over, more than a
        // block.
        int[][] cases = {{2, 4, 6, 30, 2}, {1, 5, 7, 9, 2}, {1, 7, 8, 1, 3}, {1, 2, 2, 260, 2}, {2, 18, 18, 40, 2}};
        try (KernelRig rig = new KernelRig(options)) {
            for (ElementType type : ElementType.computing()) {
                for (int[] c : cases) {
                    checkPool(rig, type, c[0], c[1], c[2], c[3], c[4]);
                }
            }
        }
    }

    private static void checkPool(
            KernelRig rig, ElementType type, int images, int height, int width, int channels, int pool) {
        DeviceMatrices matrices = new DeviceMatrices(rig, type);
        float[] in = DeviceMatrices.random(type, new Random(height), images * height * width * channels, 1, 1);
        int down = height / pool;
        int across = width / pool;
        Matrix out = matrices.raw(images * down * across, channels);
        new AveragePoolKernel(rig.library(), type)
                .record(rig.stream(), matrices.of(images * height * width, channels, in), height, width, pool, out);
        float[] plain = new float[images * down * across * channels];
        double[] exact = new double[plain.length];
        for (int i = 0; i < plain.length; i++) {
            int pixel = i / channels;
            for (int tap = 0; tap < pool * pool; tap++) {
                int y = pixel / across % down * pool + tap / pool;
                int x = pixel % across * pool + tap % pool;
                float value = in[((pixel / across / down * height + y) * width + x) * channels + i % channels];
                plain[i] += value;
                exact[i] += value;
            }
            plain[i] = StoredValues.rounded(type, plain[i] / (pool * pool));
            exact[i] /= pool * pool;
        }
        Accuracy.assertNoWorse(type + ", " + channels + " channels", matrices.read(out), plain, exact);
    }

    @ParameterizedTest
    @MethodSource("modes")
    void theMeanStandsBeforeThePixels(ExecutionOptions options) {
        try (KernelRig rig = new KernelRig(options)) {
            for (ElementType type : ElementType.computing()) {
                for (int[] c : new int[][] {{1, 1, 1}, {2, 4, 30}, {3, 9, 130}, {1, 49, 256}}) {
                    checkTokens(rig, type, c[0], c[1], c[2]);
                }
            }
        }
    }

    private static void checkTokens(KernelRig rig, ElementType type, int images, int pixels, int columns) {
        DeviceMatrices matrices = new DeviceMatrices(rig, type);
        Random random = new Random(columns);
        float[] in = DeviceMatrices.random(type, random, images * pixels * columns, 1, 1);
        float[] positions = DeviceMatrices.random(type, random, (pixels + 1) * columns, 0, 1);
        Matrix out = matrices.raw(images * (pixels + 1), columns);
        new MeanTokensKernel(rig.library(), type)
                .record(
                        rig.stream(),
                        matrices.of(images * pixels, columns, in),
                        matrices.of(pixels + 1, columns, positions),
                        out);
        float[] plain = new float[images * (pixels + 1) * columns];
        double[] exact = new double[plain.length];
        for (int i = 0; i < plain.length; i++) {
            int column = i % columns;
            int token = i / columns % (pixels + 1);
            int image = i / columns / (pixels + 1);
            float first = positions[token * columns + column];
            for (int pixel = 0; pixel < pixels; pixel++) {
                float value = in[(image * pixels + pixel) * columns + column];
                if (token == 0) {
                    plain[i] += value;
                    exact[i] += value / (double) pixels;
                } else if (token == pixel + 1) {
                    plain[i] = value;
                    exact[i] = value;
                }
            }
            // The plain computation stores the mean before it adds the position.
            float mean = token == 0 ? StoredValues.rounded(type, plain[i] / pixels) : plain[i];
            plain[i] = StoredValues.rounded(type, mean + first);
            exact[i] += first;
        }
        Accuracy.assertNoWorse(type + ", " + columns + " columns", matrices.read(out), plain, exact);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            Matrix in = new Matrix(4096, 24, 32, 32);
            Matrix out = new Matrix(65536, 6, 32, 32);
            AveragePoolKernel pool = new AveragePoolKernel(rig.library(), ElementType.F16);
            assertThatThrownBy(() -> pool.record(rig.stream(), in, 1, 24, 2, out))
                    .hasMessageContaining("average_pool: a map of 1 x 24 has no square of 2");
            assertThatThrownBy(() -> pool.record(rig.stream(), in, 5, 5, 2, out))
                    .hasMessageContaining("rows of in is 24, which is no multiple of 25");
            assertThatThrownBy(() -> pool.record(rig.stream(), in, 4, 6, 2, out.firstRows(5)))
                    .hasMessageContaining("out is 5 x 32; 6 x 32 is needed");
            assertThatThrownBy(() -> pool.record(rig.stream(), in, 4, 6, 2, in.firstRows(6)))
                    .hasMessageContaining("out overlaps in");
            MeanTokensKernel tokens = new MeanTokensKernel(rig.library(), ElementType.F16);
            Matrix positions = new Matrix(16384, 13, 32, 32);
            assertThatThrownBy(() -> tokens.record(rig.stream(), in, positions.firstRows(1), out))
                    .hasMessageContaining("mean_tokens: positions of 1 tokens leave no pixel");
            assertThatThrownBy(() -> tokens.record(rig.stream(), in, positions.firstRows(6), out))
                    .hasMessageContaining("rows of in is 24, which is no multiple of 5");
            assertThatThrownBy(() -> tokens.record(rig.stream(), in, positions, out))
                    .hasMessageContaining("out is 6 x 32; 26 x 32 is needed");
        }
    }
}
