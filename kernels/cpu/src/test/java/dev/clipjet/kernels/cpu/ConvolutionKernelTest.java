package dev.clipjet.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.clipjet.kernels.cpu.MatrixLibrary.Provider;
import dev.clipjet.numeric.Activation;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Both implementations, odd and real shapes, every way to end, against double precision. */
class ConvolutionKernelTest {
    private static final float POISON = 12345f;
    private static final int GUARD = 16;

    /** Of the sum of magnitudes: float32 rounding of a sum in any order. */
    private static final double TOLERANCE = 1e-6;

    private enum Residual {
        NONE,
        OTHER,
        OUTPUT
    }

    /** A convolution with everything that can be said about it. */
    private record Case(
            int images, ConvolutionShape shape, Residual residual, Activation activation, boolean bias, int pool) {
        Case(int images, ConvolutionShape shape) {
            this(images, shape, Residual.NONE, Activation.RELU, true, 1);
        }

        int outputs() {
            return images * (shape.outHeight() / pool) * (shape.outWidth() / pool) * shape.outChannels();
        }
    }

    static Stream<Arguments> cases() {
        List<Case> cases = new ArrayList<>();
        // Odd sizes.
        cases.add(new Case(1, new ConvolutionShape(1, 1, 1, 1, 1, 1, 0)));
        cases.add(new Case(2, new ConvolutionShape(5, 3, 3, 7, 3, 1, 1)));
        cases.add(new Case(1, new ConvolutionShape(7, 9, 5, 33, 3, 2, 1)));
        cases.add(new Case(3, new ConvolutionShape(8, 11, 17, 19, 3, 2, 0)));
        cases.add(new Case(1, new ConvolutionShape(9, 6, 300, 18, 1, 1, 0)));
        cases.add(new Case(2, new ConvolutionShape(9, 6, 20, 40, 1, 2, 0)));
        cases.add(new Case(1, new ConvolutionShape(6, 13, 70, 100, 3, 1, 1)));
        cases.add(new Case(1, new ConvolutionShape(10, 7, 6, 8, 5, 3, 2, 1, false)));
        cases.add(new Case(1, new ConvolutionShape(2, 2, 4, 4, 3, 1, 1)));
        // Of ResNets, on maps that a test can afford.
        cases.add(new Case(1, new ConvolutionShape(32, 32, 3, 32, 3, 2, 1)));
        cases.add(new Case(2, new ConvolutionShape(16, 16, 32, 64, 3, 1, 1)));
        cases.add(new Case(2, new ConvolutionShape(14, 14, 256, 64, 1, 1, 0)));
        cases.add(new Case(1, new ConvolutionShape(7, 7, 128, 128, 3, 1, 1)));
        cases.add(new Case(1, new ConvolutionShape(9, 9, 40, 40, 3, 1, 1)));
        // Ways to end.
        ConvolutionShape map = new ConvolutionShape(8, 10, 24, 48, 3, 1, 1);
        ConvolutionShape point = new ConvolutionShape(8, 10, 24, 48, 1, 1, 0);
        for (ConvolutionShape shape : List.of(map, point)) {
            for (Activation activation : Activation.values()) {
                cases.add(new Case(2, shape, Residual.NONE, activation, true, 1));
            }
            for (Residual residual : Residual.values()) {
                cases.add(new Case(2, shape, residual, Activation.RELU, true, 1));
                cases.add(new Case(2, shape, residual, Activation.NONE, false, 1));
            }
            cases.add(new Case(3, shape, Residual.NONE, Activation.RELU, true, 2));
            cases.add(new Case(1, shape, Residual.NONE, Activation.NONE, false, 3));
        }
        // Depthwise.
        for (int kernel : new int[] {3, 5, 7}) {
            for (int stride : new int[] {1, 2}) {
                cases.add(new Case(2, new ConvolutionShape(9, 11, 37, 37, kernel, kernel, stride, kernel / 2, true)));
            }
        }
        cases.add(new Case(
                1, new ConvolutionShape(8, 8, 64, 64, 7, 7, 1, 3, true), Residual.OTHER, Activation.GELU, true, 1));
        return cases.stream()
                .flatMap(each -> Arrays.stream(Provider.values())
                        .flatMap(provider -> Stream.of(1, 3).map(threads -> Arguments.of(each, provider, threads))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agrees_with_double_precision(Case each, Provider provider, int threads) {
        Random random = new Random(each.hashCode() & 0xff);
        ConvolutionShape shape = each.shape;
        float[] x = values(random, each.images * shape.height() * shape.width() * shape.inChannels());
        float[] w = values(random, shape.outChannels() * shape.filterSize());
        float[] bias = each.bias ? values(random, shape.outChannels()) : null;
        float[] residual = values(random, each.images * shape.outHeight() * shape.outWidth() * shape.outChannels());
        float[] result = run(each, provider, threads, x, w, bias, residual);
        check(each, result, x, w, bias, residual);
    }

    private static float[] run(
            Case each, Provider provider, int threads, float[] x, float[] w, float[] bias, float[] residual) {
        int inFirst = 5; // not aligned to a vector
        try (WorkerPool pool = new WorkerPool(threads);
                ConvolutionKernel kernel = new ConvolutionKernel(pool, provider);
                FloatMemory in = new FloatMemory(x.length + inFirst);
                FloatMemory other = new FloatMemory(residual.length);
                FloatMemory out = new FloatMemory(each.outputs() + 2 * GUARD);
                WeightMatrix weight = weights(w, each.shape)) {
            in.floats().put(inFirst, x);
            other.floats().put(0, residual);
            float[] result = new float[each.outputs()];
            // The second call finds everything packed and made.
            for (int repetition = 0; repetition < 2; repetition++) {
                for (int i = 0; i < out.size(); i++) {
                    out.floats().put(i, POISON);
                }
                if (each.residual == Residual.OUTPUT) {
                    out.floats().put(GUARD, residual);
                }
                kernel.run(
                        each.images,
                        each.shape,
                        in,
                        inFirst,
                        weight,
                        bias,
                        each.activation,
                        each.residual == Residual.NONE ? null : each.residual == Residual.OTHER ? other : out,
                        each.residual == Residual.OUTPUT ? GUARD : 0,
                        each.pool,
                        out,
                        GUARD);
                FloatBuffer floats = out.floats();
                for (int i = 0; i < GUARD; i++) {
                    assertThat(floats.get(i)).isEqualTo(POISON);
                    assertThat(floats.get(GUARD + each.outputs() + i)).isEqualTo(POISON);
                }
                floats.get(GUARD, result);
            }
            return result;
        }
    }

    private static WeightMatrix weights(float[] w, ConvolutionShape shape) {
        int columns = shape.filterSize();
        RowBlock.Source source =
                (element, target, offset, length) -> System.arraycopy(w, (int) element, target, offset, length);
        return new WeightMatrix(columns, List.of(new RowBlock(source, shape.outChannels(), columns)));
    }

    private static void check(Case each, float[] result, float[] x, float[] w, float[] bias, float[] residual) {
        ConvolutionShape shape = each.shape;
        int columns = shape.outChannels();
        int pool = each.pool;
        int height = shape.outHeight() / pool;
        int width = shape.outWidth() / pool;
        for (int i = 0; i < result.length; i++) {
            int o = i % columns;
            int px = i / columns % width;
            int py = i / columns / width % height;
            int image = i / columns / width / height;
            double mean = 0;
            double magnitude = 1;
            for (int dy = 0; dy < pool; dy++) {
                for (int dx = 0; dx < pool; dx++) {
                    int y = py * pool + dy;
                    int column = px * pool + dx;
                    double[] sum = product(shape, x, w, image, y, column, o);
                    double value = sum[0] + (bias == null ? 0 : bias[o]);
                    if (each.residual != Residual.NONE) {
                        value += residual[((image * shape.outHeight() + y) * shape.outWidth() + column) * columns + o];
                    }
                    mean += activated(each.activation, value) / (pool * pool);
                    magnitude += sum[1] / (pool * pool);
                }
            }
            if (!(Math.abs(result[i] - mean) < TOLERANCE * magnitude)) {
                fail("image %d, row %d, column %d, channel %d: %s, not %s", image, py, px, o, result[i], mean);
            }
        }
    }

    /** The sum, and the sum of magnitudes. */
    private static double[] product(ConvolutionShape shape, float[] x, float[] w, int image, int y, int column, int o) {
        double[] sums = new double[2];
        int channels = shape.depthwise() ? 1 : shape.inChannels();
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < shape.kernelHeight(); i++) {
                for (int j = 0; j < shape.kernelWidth(); j++) {
                    int inY = y * shape.stride() + i - shape.padding();
                    int inX = column * shape.stride() + j - shape.padding();
                    if (inY < 0 || inY >= shape.height() || inX < 0 || inX >= shape.width()) {
                        continue;
                    }
                    int channel = shape.depthwise() ? o : c;
                    double product = (double) x[
                                    ((image * shape.height() + inY) * shape.width() + inX) * shape.inChannels()
                                            + channel]
                            * w[((o * channels + c) * shape.kernelHeight() + i) * shape.kernelWidth() + j];
                    sums[0] += product;
                    sums[1] += Math.abs(product);
                }
            }
        }
        return sums;
    }

    private static double activated(Activation activation, double x) {
        return switch (activation) {
            case NONE -> x;
            case RELU -> Math.max(x, 0);
            case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
            case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case GELU -> x / 2 * (1 + erf(x / Math.sqrt(2)));
        };
    }

    /** Its series, which converges everywhere; what cancels for large arguments is far below float32's rounding. */
    private static double erf(double x) {
        if (Math.abs(x) > 5) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return sum * 2 / Math.sqrt(Math.PI);
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void planes_give_what_their_interleaved_pixels_give(Provider provider) {
        ConvolutionShape shape = new ConvolutionShape(30, 26, 3, 20, 3, 2, 1);
        int images = 2;
        Random random = new Random(8);
        float[] x = values(random, images * shape.height() * shape.width() * 3);
        float[] w = values(random, shape.outChannels() * shape.filterSize());
        float[] bias = values(random, shape.outChannels());
        float[] planes = new float[x.length];
        int pixels = shape.height() * shape.width();
        for (int image = 0; image < images; image++) {
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < pixels; i++) {
                    planes[(image * 3 + c) * pixels + i] = x[(image * pixels + i) * 3 + c];
                }
            }
        }
        for (int pool : new int[] {1, 2}) {
            for (int threads : new int[] {1, 2, 5}) {
                Case each = new Case(images, shape, Residual.NONE, Activation.RELU, true, pool);
                try (WorkerPool workers = new WorkerPool(threads);
                        ConvolutionKernel kernel = new ConvolutionKernel(workers, provider);
                        FloatMemory out = new FloatMemory(each.outputs() + 2 * GUARD);
                        WeightMatrix weight = weights(w, shape)) {
                    for (int i = 0; i < out.size(); i++) {
                        out.floats().put(i, POISON);
                    }
                    kernel.runOnPlanes(images, shape, planes, weight, bias, Activation.RELU, pool, out, GUARD);
                    assertThat(out.floats().get(GUARD - 1)).isEqualTo(POISON);
                    assertThat(out.floats().get(GUARD + each.outputs())).isEqualTo(POISON);
                    float[] result = new float[each.outputs()];
                    out.floats().get(GUARD, result);
                    check(each, result, x, w, bias, null);
                }
            }
        }
    }

    /** The bound that {@link ConvolutionKernel} states, here against the largest output. */
    @ParameterizedTest
    @EnumSource(Provider.class)
    void the_number_of_threads_does_not_show(Provider provider) {
        Random random = new Random(3);
        for (ConvolutionShape shape : List.of(
                new ConvolutionShape(14, 14, 128, 256, 3, 1, 1), new ConvolutionShape(14, 14, 128, 256, 1, 1, 0))) {
            Case each = new Case(2, shape, Residual.OTHER, Activation.RELU, true, 1);
            float[] x = values(random, 2 * 14 * 14 * 128);
            float[] w = values(random, 256 * shape.filterSize());
            float[] bias = values(random, 256);
            float[] residual = values(random, each.outputs());
            float[] one = run(each, provider, 1, x, w, bias, residual);
            double largest = 0;
            for (float value : one) {
                largest = Math.max(largest, Math.abs(value));
            }
            for (int threads : new int[] {2, 3, 8}) {
                float[] many = run(each, provider, threads, x, w, bias, residual);
                for (int i = 0; i < one.length; i++) {
                    assertThat((double) Math.abs(many[i] - one[i])).isLessThan(1e-6 * largest);
                }
            }
        }
    }

    @Test
    void what_does_not_fit_is_refused() {
        ConvolutionShape shape = new ConvolutionShape(4, 4, 2, 3, 3, 1, 1);
        assertThatThrownBy(() -> new ConvolutionShape(4, 4, 2, 3, 3, 3, 1, 1, true))
                .hasMessageContaining("from 2 to 3 channels");
        assertThatThrownBy(() -> new ConvolutionShape(1, 1, 2, 3, 3, 1, 0)).hasMessageContaining("3 x 3 over a map of");
        assertThatThrownBy(() -> new ConvolutionShape(4, 4, 2, 3, 1, 1, 1)).hasMessageContaining("padding 1");
        try (WorkerPool pool = new WorkerPool(1);
                ConvolutionKernel kernel = new ConvolutionKernel(pool);
                FloatMemory memory = new FloatMemory(1000);
                WeightMatrix weight = weights(new float[3 * 9], new ConvolutionShape(4, 4, 1, 3, 3, 1, 1));
                WeightMatrix right = weights(new float[3 * 18], shape)) {
            assertThatThrownBy(() ->
                            kernel.run(1, shape, memory, 0, weight, null, Activation.NONE, null, 0, 1, memory, 500))
                    .hasMessage("weights of 3 x 9 for a convolution of 3 x 18");
            assertThatThrownBy(() -> kernel.run(
                            1, shape, memory, 0, right, new float[2], Activation.NONE, null, 0, 1, memory, 500))
                    .hasMessage("a bias of 2 values for 3 channels");
            assertThatThrownBy(() ->
                            kernel.run(1, shape, memory, 0, right, null, Activation.NONE, memory, 100, 2, memory, 500))
                    .hasMessage("pooling by 2 of a sum");
        }
    }

    private static float[] values(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
