package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Depthwise convolution of feature maps in NHWC with bias and activation, {@code out = act(in * weight + bias)}: {@code
 * depthwise.cuh}. Not thread-safe.
 *
 * <p>A block has up to 128 channels of some rows of the output. Where that leaves SMs without work, strips are short and blocks have
 * one row.
 */
public final class DepthwiseKernel {
    private static final int CHANNELS_OF_A_THREAD = 4;
    private static final int MAX_LANES = 32;
    private static final int MAX_THREADS = 256;
    private static final int WARP = 32;

    /** Warps that an SM needs to have something to do while others wait for memory. */
    private static final int BUSY_WARPS = 8;

    private final KernelLibrary library;
    private final ElementType type;
    private final Map<String, GpuFunction> functions = new HashMap<>();

    /** The kernels for a storage type. */
    public DepthwiseKernel(KernelLibrary library, ElementType type) {
        this.library = library;
        this.type = type;
    }

    /**
     * Enqueues a convolution.
     *
     * @param in [images * height * width, channels]
     * @param weight [kernel * kernel, channels], the filters' rows one after the other
     * @param bias float32 [channels], 16-byte aligned, or 0 for none
     * @param out [images * outHeight * outWidth, channels], apart from {@code in}; its pad columns up to the next multiple of 16
     *     bytes may be overwritten
     */
    public void record(
            GpuStream stream,
            DepthwiseShape shape,
            Matrix in,
            Matrix weight,
            long bias,
            Activation activation,
            Matrix out) {
        LaunchCheck check = LaunchCheck.of("depthwise")
                .matrix("in", in, type)
                .matrix("weight", weight, type)
                .matrix("out", out, type)
                .shape("in", in, shape.inRows(), shape.channels())
                .shape("weight", weight, shape.kernel() * shape.kernel(), shape.channels())
                .shape("out", out, shape.outRows(), shape.channels())
                .apart("out", out, "in", in, type);
        if (bias != 0) {
            check.aligned("bias", bias, Matrix.ALIGNMENT);
        }
        boolean small = warps(shape, longStrip(shape)) < (long) BUSY_WARPS * multiprocessors();
        int strip = small ? shortStrip(shape) : longStrip(shape);
        int lanes = lanes(shape.channels());
        int rows = small ? 1 : Math.min(shape.outHeight(), MAX_THREADS / lanes);
        KernelArguments arguments = new KernelArguments()
                .addInt(shape.height())
                .addInt(shape.width())
                .addInt(shape.channels())
                .addInt(shape.padding())
                .addInt(shape.outHeight())
                .addInt(shape.outWidth())
                .addLong(in.address())
                .addLong(in.stride())
                .addLong(weight.address())
                .addLong(weight.stride())
                .addLong(bias)
                .addLong(out.address())
                .addLong(out.stride())
                .addInt(activation.code());
        Dim3 grid = new Dim3(
                ceil(ceil(shape.channels(), CHANNELS_OF_A_THREAD), lanes) * ceil(shape.outWidth(), strip),
                ceil(shape.outHeight(), rows),
                shape.images());
        stream.launch(function(shape, strip), new LaunchShape(grid, Dim3.of(lanes, rows), 0), arguments);
    }

    /** Threads side by side: as many as divide the channels into equal groups, of whole sectors each. */
    private int lanes(int channels) {
        int threads = ceil(channels, CHANNELS_OF_A_THREAD);
        int groups = ceil(threads, MAX_LANES);
        int sector = 32 / (CHANNELS_OF_A_THREAD * type.bytes());
        return ceil(ceil(threads, groups), sector) * sector;
    }

    /** Columns of the output that a thread has when there is much to do. */
    private int longStrip(DepthwiseShape shape) {
        return shape.stride() == 1 && type != ElementType.F32 ? 8 : 4;
    }

    private static int shortStrip(DepthwiseShape shape) {
        return shape.stride() == 1 ? 2 : 1;
    }

    private static long warps(DepthwiseShape shape, int strip) {
        return (long) shape.images()
                * shape.outHeight()
                * ceil(shape.outWidth(), strip)
                * ceil(shape.channels(), CHANNELS_OF_A_THREAD)
                / WARP;
    }

    private int multiprocessors() {
        return library.device().properties().multiprocessors();
    }

    private static int ceil(int value, int unit) {
        return (value + unit - 1) / unit;
    }

    private GpuFunction function(DepthwiseShape shape, int strip) {
        String entry = String.format(
                Locale.ROOT,
                "depthwise_%dx%d_stride%d_strip%d_%s",
                shape.kernel(),
                shape.kernel(),
                shape.stride(),
                strip,
                type.kernelCode());
        return functions.computeIfAbsent(entry, name -> library.function("depthwise_" + type.kernelCode(), name));
    }
}
