package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.LaunchResult;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * A convolution with its operands, as they are after rounding to the storage type.
 *
 * @param in [images, height, width, channels]
 * @param weight [filters, channels, kernelHeight, kernelWidth]
 * @param scale [filters], or null
 * @param bias [filters], or null
 * @param residual [images, outHeight, outWidth, filters], or null
 */
record ConvolutionProblem(
        ElementType type,
        ConvolutionShape shape,
        ConvolutionEnd end,
        float[] in,
        float[] weight,
        float[] scale,
        float[] bias,
        float[] residual) {
    /** What a run gave. */
    record Outcome(float[] out, LaunchResult launch, ConvolutionPlan plan) {}

    /** A way to sum the products of a window in the arithmetic of the plain computation or in fp64. */
    private interface Arithmetic {
        double round(double value);
    }

    /** Small integers, few of them not zero where a window has many, so that every sum is exact in every type. */
    static ConvolutionProblem integers(
            ElementType type, ConvolutionShape shape, ConvolutionEnd end, boolean bias, long seed) {
        Random random = new Random(seed);
        int limit = type == ElementType.BF16 ? 32 : 480;
        double density = Math.min(1, (double) limit / (2.0 * shape.taps() * shape.channels()));
        float[] in = new float[shape.inRows() * shape.channels()];
        for (int i = 0; i < in.length; i++) {
            // The last channel counts more often than others.
            boolean last = i % shape.channels() == shape.channels() - 1;
            in[i] = random.nextDouble() < (last ? 0.5 : density) ? 1 + random.nextInt(2) : 0;
        }
        float[] weight = new float[shape.filters() * shape.channels() * shape.taps()];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = random.nextInt(3) - 1;
        }
        return new ConvolutionProblem(
                type,
                shape,
                end,
                in,
                weight,
                end.scaled() ? powersOfTwo(random, shape.filters()) : null,
                bias ? integers(random, shape.filters()) : null,
                end.residual() ? integers(random, shape.outRows() * shape.filters()) : null);
    }

    private static float[] powersOfTwo(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (random.nextBoolean() ? 0.5f : 1) * (random.nextBoolean() ? -1 : 1);
        }
        return values;
    }

    private static float[] integers(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(9) - 4;
        }
        return values;
    }

    /** Gaussian activations, weights scaled so that outputs are of order 1. */
    static ConvolutionProblem random(
            ElementType type, ConvolutionShape shape, ConvolutionEnd end, boolean bias, long seed) {
        Random random = new Random(seed);
        int window = shape.taps() * shape.channels();
        return new ConvolutionProblem(
                type,
                shape,
                end,
                DeviceMatrices.random(type, random, shape.inRows() * shape.channels(), 0, 1),
                DeviceMatrices.random(type, random, shape.filters() * window, 0, 1.5 / Math.sqrt(window)),
                end.scaled() ? DeviceMatrices.random(ElementType.F32, random, shape.filters(), 1, 0.3) : null,
                bias ? DeviceMatrices.random(ElementType.F32, random, shape.filters(), 0, 1) : null,
                end.residual() ? DeviceMatrices.random(type, random, shape.outRows() * shape.filters(), 0, 1) : null);
    }

    /** In fp64. */
    double[] reference() {
        return compute(value -> value);
    }

    /** The plain computation: float32 sums in order, everything else in float32, one rounding at the end. */
    float[] plain() {
        double[] values = compute(value -> (float) value);
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = StoredValues.rounded(type, (float) values[i]);
        }
        return out;
    }

    private double[] compute(Arithmetic arithmetic) {
        int pool = end.pooled() ? 2 : 1;
        int height = shape.outHeight() / pool;
        int width = shape.outWidth() / pool;
        double[] out = new double[shape.images() * height * width * shape.filters()];
        int at = 0;
        for (int image = 0; image < shape.images(); image++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    for (int filter = 0; filter < shape.filters(); filter++) {
                        double sum = 0;
                        for (int dy = 0; dy < pool; dy++) {
                            for (int dx = 0; dx < pool; dx++) {
                                sum = arithmetic.round(
                                        sum + pixel(arithmetic, image, y * pool + dy, x * pool + dx, filter));
                            }
                        }
                        out[at++] = arithmetic.round(sum / (pool * pool));
                    }
                }
            }
        }
        return out;
    }

    private double pixel(Arithmetic arithmetic, int image, int outY, int outX, int filter) {
        double sum = 0;
        for (int ky = 0; ky < shape.kernelHeight(); ky++) {
            for (int kx = 0; kx < shape.kernelWidth(); kx++) {
                int y = outY * shape.stride() - shape.padding() + ky;
                int x = outX * shape.stride() - shape.padding() + kx;
                if (y < 0 || y >= shape.height() || x < 0 || x >= shape.width()) {
                    continue;
                }
                int pixel = (image * shape.height() + y) * shape.width() + x;
                for (int c = 0; c < shape.channels(); c++) {
                    double product = arithmetic.round(
                            (double) in[pixel * shape.channels() + c] * weight[weightAt(filter, c, ky, kx)]);
                    sum = arithmetic.round(sum + product);
                }
            }
        }
        sum = arithmetic.round(sum * (scale == null ? 1 : scale[filter]));
        sum = arithmetic.round(sum + (bias == null ? 0 : bias[filter]));
        int pixel = (image * shape.outHeight() + outY) * shape.outWidth() + outX;
        sum = arithmetic.round(sum + (residual == null ? 0 : residual[pixel * shape.filters() + filter]));
        return arithmetic.round(References.activate(end.activation(), sum));
    }

    private int weightAt(int filter, int channel, int y, int x) {
        return ((filter * shape.channels() + channel) * shape.kernelHeight() + y) * shape.kernelWidth() + x;
    }

    /** Runs it as planned. */
    Outcome run(KernelRig rig) {
        ConvolutionKernels kernels = new ConvolutionKernels(rig.library(), type);
        return run(rig, kernels, kernels.plan(shape, end), false);
    }

    /** Runs it by a kernel. */
    Outcome run(KernelRig rig, ConvolutionVariant variant, int splits) {
        ConvolutionKernels kernels = new ConvolutionKernels(rig.library(), type);
        return run(rig, kernels, kernels.plan(shape, end, variant, splits), false);
    }

    /** Runs it as planned, with the residual where the output comes. */
    Outcome runInPlace(KernelRig rig) {
        ConvolutionKernels kernels = new ConvolutionKernels(rig.library(), type);
        return run(rig, kernels, kernels.plan(shape, end), true);
    }

    /** Runs it on memory without values: padding of rows has none, the output is written by the kernel alone. */
    private Outcome run(KernelRig rig, ConvolutionKernels kernels, ConvolutionPlan plan, boolean inPlace) {
        DeviceMatrices matrices = new DeviceMatrices(rig, type);
        Matrix input = matrices.of(shape.inRows(), shape.channels(), in);
        Matrix added = residual == null ? null : matrices.of(shape.outRows(), shape.filters(), residual);
        Matrix output = inPlace ? added : matrices.raw(plan.outRows(), shape.filters());
        long workspace = plan.workspaceBytes() == 0 ? 0 : rig.raw(plan.workspaceBytes());
        int counters = 4 * GemmVariant.COUNTERS;
        if (workspace != 0) {
            rig.stream().fill(workspace, (byte) 0, counters);
        }
        kernels.record(
                rig.stream(),
                plan,
                input,
                rig.bytes(packed(kernels.layout(shape))),
                scale == null ? 0 : rig.values(ElementType.F32, scale),
                bias == null ? 0 : rig.values(ElementType.F32, bias),
                added,
                output,
                workspace);
        rig.stream().synchronize();
        if (workspace != 0) {
            ByteBuffer left = rig.read(workspace, counters);
            while (left.hasRemaining()) {
                if (left.get() != 0) {
                    throw new AssertionError("a counter is not zero afterwards: " + plan.describe());
                }
            }
        }
        LaunchResult launch = rig.launches().get(rig.launches().size() - 1);
        return new Outcome(matrices.read(output), launch, plan);
    }

    /** The weight in the order of a layout. */
    private ByteBuffer packed(TileLayout layout) {
        int bytes = type.bytes();
        int columns = shape.packedColumns(type);
        ByteBuffer packed = ByteBuffer.allocate(Math.toIntExact(layout.bytes(shape.filters(), columns, bytes)))
                .order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer values = StoredValues.encode(type, weight);
        for (int filter = 0; filter < shape.filters(); filter++) {
            for (int c = 0; c < shape.channels(); c++) {
                for (int y = 0; y < shape.kernelHeight(); y++) {
                    for (int x = 0; x < shape.kernelWidth(); x++) {
                        int column = shape.packedColumn(type, c, y, x);
                        packed.put(
                                Math.toIntExact(layout.offset(filter, column, columns, bytes)),
                                values.slice(weightAt(filter, c, y, x) * bytes, bytes),
                                0,
                                bytes);
                    }
                }
            }
        }
        return packed;
    }
}
