package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The first convolution from bytes, with the normalization folded into its weight, and from normalized floats: both at most twice the
 * error of the plain computation, which normalizes, pads with zeros and convolves, against fp64.
 */
class PixelConvolutionTest {
    private static final int CHANNELS = 3;
    private static final double[] MEAN = {0.48145466, 0.4578275, 0.40821073};
    private static final double[] STD = {0.26862954, 0.26130258, 0.27577711};

    /** Images, side, filters, kernel, stride, padding: ResNet's, its small ones, segments that end early, every kind of window. */
    @ParameterizedTest
    @CsvSource({
        "1, 64, 4, 3, 2, 1",
        "2, 32, 5, 3, 2, 1",
        "1, 132, 40, 3, 2, 1",
        "1, 9, 70, 3, 1, 1",
        "1, 3, 6, 1, 1, 0",
        "1, 21, 33, 7, 2, 3",
        "2, 13, 8, 7, 4, 6",
        "1, 10, 6, 2, 3, 1"
    })
    void errorIsThatOfThePlainComputation(int images, int side, int filters, int kernel, int stride, int padding) {
        PixelConvolutionShape shape = new PixelConvolutionShape(images, side, filters, kernel, stride, padding);
        Random random = new Random(side);
        byte[] levels = new byte[images * side * side * CHANNELS];
        random.nextBytes(levels);
        double[] pixels = normalized(levels, images, side);
        float[] weight = DeviceMatrices.random(
                ElementType.F32, random, filters * CHANNELS * kernel * kernel, 0, 1.5 / (kernel * Math.sqrt(CHANNELS)));
        float[] bias = DeviceMatrices.random(ElementType.F32, random, filters, 0, 1);
        double[] exact = convolve(shape, pixels, weight, bias, false, null);
        Map<ElementType, float[]> plain = new EnumMap<>(ElementType.class);
        for (ElementType type : ElementType.computing()) {
            float[] stored = StoredValues.rounded(type, weight);
            plain.put(type, narrowed(convolve(shape, rounded(type, pixels), stored, bias, true, type)));
        }
        for (ExecutionOptions options : Modes.few()) {
            try (KernelRig rig = new KernelRig(options)) {
                for (ElementType type : ElementType.computing()) {
                    float[] bytes = fromBytes(rig, type, shape, levels, weight, bias);
                    Accuracy.assertNoWorse("bytes, " + type, bytes, plain.get(type), exact);
                    float[] floats = fromFloats(rig, type, shape, pixels, weight, bias);
                    Accuracy.assertNoWorse("floats, " + type, floats, plain.get(type), exact);
                }
            }
        }
    }

    /** Folds the normalization as a graph does: the padded value is the level that normalization makes zero. */
    private static float[] fromBytes(
            KernelRig rig, ElementType type, PixelConvolutionShape shape, byte[] levels, float[] weight, float[] bias) {
        int[] center = new int[CHANNELS];
        float[] outside = new float[CHANNELS];
        for (int c = 0; c < CHANNELS; c++) {
            center[c] = (int) Math.rint(255 * MEAN[c]);
            outside[c] = (float) (255 * MEAN[c] - center[c]);
        }
        int taps = shape.kernel() * shape.kernel();
        float[] scaled = new float[weight.length];
        double[] sums = new double[bias.length];
        for (int i = 0; i < weight.length; i++) {
            int c = i / taps % CHANNELS;
            scaled[i] = (float) (weight[i] / (255 * STD[c]));
            sums[i / (taps * CHANNELS)] += weight[i] * (center[c] / 255.0 - MEAN[c]) / STD[c];
        }
        float[] folded = new float[bias.length];
        for (int i = 0; i < bias.length; i++) {
            folded[i] = (float) (bias[i] + sums[i]);
        }
        DeviceMatrices matrices = new DeviceMatrices(rig, type);
        Matrix out = matrices.raw(shape.outRows(), shape.filters());
        new PixelConvolutionKernel(rig.library(), type)
                .recordBytes(
                        rig.stream(),
                        shape,
                        rig.bytes(ByteBuffer.wrap(levels)),
                        center,
                        outside,
                        rig.values(type, packed(shape, scaled)),
                        rig.values(ElementType.F32, folded),
                        Activation.RELU,
                        out);
        return matrices.read(out);
    }

    private static float[] fromFloats(
            KernelRig rig,
            ElementType type,
            PixelConvolutionShape shape,
            double[] pixels,
            float[] weight,
            float[] bias) {
        DeviceMatrices matrices = new DeviceMatrices(rig, type);
        Matrix out = matrices.raw(shape.outRows(), shape.filters());
        new PixelConvolutionKernel(rig.library(), type)
                .recordFloats(
                        rig.stream(),
                        shape,
                        rig.values(ElementType.F32, narrowed(pixels)),
                        rig.values(type, packed(shape, weight)),
                        rig.values(ElementType.F32, bias),
                        Activation.RELU,
                        out);
        return matrices.read(out);
    }

    private static float[] packed(PixelConvolutionShape shape, float[] weight) {
        int kernel = shape.kernel();
        float[] packed = new float[shape.filters() * shape.packedColumns()];
        for (int i = 0; i < weight.length; i++) {
            int x = i % kernel;
            int y = i / kernel % kernel;
            int c = i / (kernel * kernel) % CHANNELS;
            int filter = i / (kernel * kernel * CHANNELS);
            packed[filter * shape.packedColumns() + shape.packedColumn(c, y, x)] = weight[i];
        }
        return packed;
    }

    /** [images, side, side, 3] to [images, 3, side, side]. */
    private static double[] normalized(byte[] levels, int images, int side) {
        double[] pixels = new double[levels.length];
        for (int i = 0; i < pixels.length; i++) {
            int x = i % side;
            int y = i / side % side;
            int c = i / (side * side) % CHANNELS;
            int image = i / (side * side * CHANNELS);
            int level = levels[((image * side + y) * side + x) * CHANNELS + c] & 0xff;
            pixels[i] = (level / 255.0 - MEAN[c]) / STD[c];
        }
        return pixels;
    }

    private static double[] rounded(ElementType type, double[] values) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = StoredValues.rounded(type, (float) values[i]);
        }
        return result;
    }

    private static float[] narrowed(double[] values) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = (float) values[i];
        }
        return result;
    }

    /** In fp64, or with float32 sums and one rounding at the end. */
    private static double[] convolve(
            PixelConvolutionShape shape,
            double[] pixels,
            float[] weight,
            float[] bias,
            boolean plain,
            ElementType type) {
        int side = shape.side();
        int kernel = shape.kernel();
        int out = shape.outSide();
        double[] result = new double[shape.outRows() * shape.filters()];
        for (int i = 0; i < result.length; i++) {
            int filter = i % shape.filters();
            int pixel = i / shape.filters();
            int top = pixel / out % out * shape.stride() - shape.padding();
            int left = pixel % out * shape.stride() - shape.padding();
            int image = pixel / (out * out);
            double sum = 0;
            for (int tap = 0; tap < kernel * kernel * CHANNELS; tap++) {
                int y = top + tap / kernel % kernel;
                int x = left + tap % kernel;
                int c = tap / (kernel * kernel);
                if (y >= 0 && y < side && x >= 0 && x < side) {
                    double product = pixels[((image * CHANNELS + c) * side + y) * side + x]
                            * weight[filter * CHANNELS * kernel * kernel + tap];
                    sum = plain ? (float) sum + (float) product : sum + product;
                    sum = plain ? (float) sum : sum;
                }
            }
            sum = References.activate(Activation.RELU, sum + bias[filter]);
            result[i] = plain ? StoredValues.rounded(type, (float) sum) : sum;
        }
        return result;
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> new PixelConvolutionShape(1, 8, 4, 8, 1, 0))
                .hasMessageContaining("pixel convolution: kernel is 8; at most 7 are possible");
        assertThatThrownBy(() -> new PixelConvolutionShape(1, 8, 4, 3, 1, 3))
                .hasMessageContaining("padding is 3 for a kernel of 3");
        assertThatThrownBy(() -> new PixelConvolutionShape(1, 2, 4, 5, 1, 1))
                .hasMessageContaining("a kernel of 5 does not fit into an image of 2");
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            PixelConvolutionKernel kernel = new PixelConvolutionKernel(rig.library(), ElementType.F16);
            PixelConvolutionShape shape = new PixelConvolutionShape(1, 8, 4, 3, 2, 1);
            Matrix out = new Matrix(65536, 16, 4, 8);
            int[] center = {1, 2, 3};
            float[] outside = {0, 0, 0};
            assertThatThrownBy(() ->
                            kernel.recordBytes(rig.stream(), shape, 258, center, outside, 256, 0, Activation.NONE, out))
                    .hasMessageContaining("convolve_bytes: images lies at 0x102");
            assertThatThrownBy(() -> kernel.recordBytes(
                            rig.stream(), shape, 256, new int[] {1, 2, 256}, outside, 256, 0, Activation.NONE, out))
                    .hasMessageContaining("center 256 is not in 0..255");
            assertThatThrownBy(() -> kernel.recordBytes(
                            rig.stream(),
                            shape,
                            256,
                            center,
                            new float[] {0, Float.NaN, 0},
                            256,
                            0,
                            Activation.NONE,
                            out))
                    .hasMessageContaining("outside NaN is not in -255..255");
            assertThatThrownBy(() -> kernel.recordFloats(rig.stream(), shape, 256, 264, 0, Activation.NONE, out))
                    .hasMessageContaining("convolve_floats: weight lies at 0x108");
            assertThatThrownBy(() ->
                            kernel.recordFloats(rig.stream(), shape, 256, 256, 0, Activation.NONE, out.firstRows(15)))
                    .hasMessageContaining("out is 15 x 4; 16 x 4 is needed");
        }
    }
}
