package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.LaunchResult;
import java.util.List;
import java.util.Random;

/**
 * A depthwise convolution with its operands, as they are after rounding to the storage type.
 *
 * @param in [images * height * width, channels]
 * @param weight [kernel * kernel, channels]
 * @param bias [channels], or null
 */
record DepthwiseProblem(
        ElementType type, DepthwiseShape shape, Activation activation, float[] in, float[] weight, float[] bias) {
    /** Small integers: every sum is exact in every type. */
    static DepthwiseProblem integers(ElementType type, DepthwiseShape shape, boolean bias, long seed) {
        Random random = new Random(seed);
        // 49 products of at most 2 and a bias of at most 4: below 128, which bf16 holds exactly.
        return new DepthwiseProblem(
                type,
                shape,
                Activation.NONE,
                integers(random, shape.inRows() * shape.channels(), 2),
                integers(random, shape.kernel() * shape.kernel() * shape.channels(), 1),
                bias ? integers(random, shape.channels(), 4) : null);
    }

    /** Gaussian values, weights scaled so that outputs are of order 1. */
    static DepthwiseProblem random(ElementType type, DepthwiseShape shape, Activation activation, long seed) {
        Random random = new Random(seed);
        return new DepthwiseProblem(
                type,
                shape,
                activation,
                DeviceMatrices.random(type, random, shape.inRows() * shape.channels(), 0, 1),
                DeviceMatrices.random(
                        type, random, shape.kernel() * shape.kernel() * shape.channels(), 0, 1.5 / shape.kernel()),
                DeviceMatrices.random(ElementType.F32, random, shape.channels(), 0, 1));
    }

    private static float[] integers(Random random, int count, int limit) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(2 * limit + 1) - limit;
        }
        return values;
    }

    private interface Tap {
        void at(int pixel, int tap);
    }

    /** Calls for every tap of an output pixel that lies in the map, by rows: the row of {@code in} and that of {@code weight}. */
    private void taps(int outRow, Tap tap) {
        int x = outRow % shape.outWidth() * shape.stride() - shape.padding();
        int y = outRow / shape.outWidth() % shape.outHeight() * shape.stride() - shape.padding();
        int image = outRow / shape.outWidth() / shape.outHeight();
        for (int i = 0; i < shape.kernel(); i++) {
            for (int j = 0; j < shape.kernel(); j++) {
                if (y + i >= 0 && y + i < shape.height() && x + j >= 0 && x + j < shape.width()) {
                    tap.at((image * shape.height() + y + i) * shape.width() + x + j, i * shape.kernel() + j);
                }
            }
        }
    }

    /** In fp64. */
    double[] reference() {
        int channels = shape.channels();
        double[] out = new double[shape.outRows() * channels];
        for (int row = 0; row < shape.outRows(); row++) {
            for (int channel = 0; channel < channels; channel++) {
                int c = channel;
                double[] sum = {0};
                taps(row, (pixel, tap) -> sum[0] += (double) in[pixel * channels + c] * weight[tap * channels + c]);
                out[row * channels + c] = References.activate(activation, sum[0] + (bias == null ? 0 : bias[c]));
            }
        }
        return out;
    }

    /** The plain computation: float32 sums in order, everything else in float32, one rounding at the end. */
    float[] plain() {
        int channels = shape.channels();
        float[] out = new float[shape.outRows() * channels];
        for (int row = 0; row < shape.outRows(); row++) {
            for (int channel = 0; channel < channels; channel++) {
                int c = channel;
                float[] sum = {0};
                taps(row, (pixel, tap) -> sum[0] += in[pixel * channels + c] * weight[tap * channels + c]);
                float activated = References.activate(activation, sum[0] + (bias == null ? 0 : bias[c]));
                out[row * channels + c] = StoredValues.rounded(type, activated);
            }
        }
        return out;
    }

    /** Runs it on memory without values between and behind the rows. */
    float[] run(KernelRig rig) {
        DeviceMatrices matrices = new DeviceMatrices(rig, type);
        Matrix out = matrices.raw(shape.outRows(), shape.channels());
        record(
                rig,
                matrices.of(shape.inRows(), shape.channels(), in),
                matrices.of(shape.kernel() * shape.kernel(), shape.channels(), weight),
                out);
        return matrices.read(out);
    }

    /** Runs it on matrices whose stride is their width, a multiple of a sector. */
    LaunchResult runAligned(KernelRig rig) {
        int channels = shape.channels();
        record(
                rig,
                new Matrix(rig.values(type, in), shape.inRows(), channels, channels),
                new Matrix(rig.values(type, weight), shape.kernel() * shape.kernel(), channels, channels),
                new Matrix(rig.raw(type, shape.outRows() * channels), shape.outRows(), channels, channels));
        List<LaunchResult> launches = rig.launches();
        return launches.get(launches.size() - 1);
    }

    private void record(KernelRig rig, Matrix input, Matrix weights, Matrix out) {
        new DepthwiseKernel(rig.library(), type)
                .record(
                        rig.stream(),
                        shape,
                        input,
                        weights,
                        bias == null ? 0 : rig.values(ElementType.F32, bias),
                        activation,
                        out);
    }
}
