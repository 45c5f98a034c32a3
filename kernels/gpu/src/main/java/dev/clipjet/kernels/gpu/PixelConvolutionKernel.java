package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;

/**
 * Convolution of the pixels of RGB images, the first layer of a tower, from bytes or from floats: {@code convolution_pixels.cu}. The
 * weight is [filters, {@link PixelConvolutionShape#packedColumns}], row-major without gaps, its columns as {@link
 * PixelConvolutionShape#packedColumn} says and zeros between them.
 */
public final class PixelConvolutionKernel {
    private static final int THREADS = 128;
    private static final int PIXELS = 64;
    private static final int CHANNELS = PixelConvolutionShape.CHANNELS;
    private static final int NARROW = 32;
    private static final int WIDE = 64;

    private final KernelLibrary library;
    private final ElementType type;

    /** The kernels for a storage type. */
    public PixelConvolutionKernel(KernelLibrary library, ElementType type) {
        this.library = library;
        this.type = type;
    }

    /**
     * Enqueues the convolution of bytes. A level enters as its difference to the channel's center, which is exact; the normalization
     * is folded into weight and bias, the bias as if every tap lay inside.
     *
     * @param images uint8 [images, side, side, 3], 4-byte aligned
     * @param center for red, green and blue, 0 to 255
     * @param outside what counts outside of an image, for red, green and blue: the level that normalization makes zero, less the
     *     center, at most 255 in magnitude. It is rounded to the storage type
     * @param weight packed, 16-byte aligned
     * @param bias float32 [filters], 16-byte aligned, or 0 for none
     * @param out [{@link PixelConvolutionShape#outRows}, filters]
     */
    public void recordBytes(
            GpuStream stream,
            PixelConvolutionShape shape,
            long images,
            int[] center,
            float[] outside,
            long weight,
            long bias,
            Activation activation,
            Matrix out) {
        LaunchCheck check = check("convolve_bytes", shape, images, weight, bias, out)
                .require(
                        center.length == CHANNELS && outside.length == CHANNELS,
                        "there are " + center.length + " centers and " + outside.length + " outside for 3 channels");
        for (int c = 0; c < CHANNELS; c++) {
            check.require(center[c] >= 0 && center[c] <= 255, "center " + center[c] + " is not in 0..255")
                    .require(Math.abs(outside[c]) <= 255, "outside " + outside[c] + " is not in -255..255");
        }
        KernelArguments arguments = geometry(shape).addLong(images);
        for (int c = 0; c < CHANNELS; c++) {
            arguments.addInt(center[c]);
        }
        for (int c = 0; c < CHANNELS; c++) {
            arguments.addFloat(outside[c]);
        }
        launch(stream, "convolve_bytes", shape, end(arguments, weight, bias, activation, out));
    }

    /**
     * Enqueues the convolution of normalized pixels; outside of an image they are 0.
     *
     * @param images float32 [images, 3, side, side], 4-byte aligned
     * @param weight packed, 16-byte aligned
     * @param bias float32 [filters], 16-byte aligned, or 0 for none
     * @param out [{@link PixelConvolutionShape#outRows}, filters]
     */
    public void recordFloats(
            GpuStream stream,
            PixelConvolutionShape shape,
            long images,
            long weight,
            long bias,
            Activation activation,
            Matrix out) {
        check("convolve_floats", shape, images, weight, bias, out);
        launch(stream, "convolve_floats", shape, end(geometry(shape).addLong(images), weight, bias, activation, out));
    }

    private LaunchCheck check(
            String kernel, PixelConvolutionShape shape, long images, long weight, long bias, Matrix out) {
        LaunchCheck check = LaunchCheck.of(kernel)
                .aligned("images", images, 4)
                .aligned("weight", weight, Matrix.ALIGNMENT)
                .matrix("out", out, type)
                .shape("out", out, shape.outRows(), shape.filters())
                .atMost(
                        "shared memory in bytes",
                        sharedBytes(shape),
                        library.device().properties().sharedBytesPerBlock());
        return bias == 0 ? check : check.aligned("bias", bias, Matrix.ALIGNMENT);
    }

    private static KernelArguments geometry(PixelConvolutionShape shape) {
        return new KernelArguments()
                .addInt(shape.filters())
                .addInt(shape.side())
                .addInt(shape.outSide())
                .addInt(shape.kernel())
                .addInt(shape.stride())
                .addInt(shape.padding());
    }

    private static KernelArguments end(
            KernelArguments arguments, long weight, long bias, Activation activation, Matrix out) {
        return arguments
                .addLong(weight)
                .addLong(bias)
                .addLong(out.address())
                .addLong(out.stride())
                .addInt(activation.code());
    }

    private void launch(GpuStream stream, String kernel, PixelConvolutionShape shape, KernelArguments arguments) {
        int columns = columns(shape);
        GpuFunction function = library.function("convolution_pixels", kernel + "_" + columns + "_" + type.kernelCode());
        int shared = sharedBytes(shape);
        if (shared > LaunchCheck.PLAIN_SHARED_BYTES) {
            function.allowDynamicShared(shared);
        }
        int segments = GemmVariant.ceil(shape.outSide(), PIXELS);
        Dim3 blocks = new Dim3(segments * GemmVariant.ceil(shape.filters(), columns), shape.outSide(), shape.images());
        stream.launch(function, new LaunchShape(blocks, Dim3.of(THREADS), shared), arguments);
    }

    /** Filters of a block. */
    private static int columns(PixelConvolutionShape shape) {
        return shape.filters() <= NARROW ? NARROW : WIDE;
    }

    private int sharedBytes(PixelConvolutionShape shape) {
        int columns = columns(shape);
        int staged = (PIXELS + 1) * (columns + 8) * Float.BYTES;
        int pitch = GemmVariant.ceil(CHANNELS * ((PIXELS - 1) * shape.stride() + shape.kernel()) + 1, 2) * 2;
        int strip = GemmVariant.ceil(shape.kernel() * pitch * type.bytes(), Matrix.ALIGNMENT) * Matrix.ALIGNMENT;
        int padding = type == ElementType.F32 ? 0 : Matrix.ALIGNMENT;
        int weights = columns * (shape.packedColumns() * type.bytes() + padding);
        return Math.max(staged, strip + weights);
    }
}
