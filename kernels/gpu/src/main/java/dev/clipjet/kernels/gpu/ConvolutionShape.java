package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.ElementType;

/**
 * The shape of a convolution of images in NHWC: a row for each pixel, {@code in} [images * height * width, channels] and its result
 * [images * outHeight * outWidth, filters]. Pixels outside of an image count as zeros.
 *
 * @param images at least 1
 * @param height lines of an image, at least 1
 * @param width pixels of a line, at least 1
 * @param channels at least 1
 * @param filters channels of the result, at least 1
 * @param kernelHeight lines of a kernel, 1 to {@link #MAX_KERNEL}
 * @param kernelWidth columns of a kernel, 1 to {@link #MAX_KERNEL}
 * @param stride pixels from window to window in both directions, at least 1
 * @param padding lines and columns added on each side, less than the kernel has
 */
public record ConvolutionShape(
        int images,
        int height,
        int width,
        int channels,
        int filters,
        int kernelHeight,
        int kernelWidth,
        int stride,
        int padding) {
    /** The longest side of a kernel. */
    public static final int MAX_KERNEL = 7;

    /** Checks the ranges, and that there is a window. */
    public ConvolutionShape {
        LaunchCheck check = LaunchCheck.of("convolution")
                .positive("images", images)
                .positive("height", height)
                .positive("width", width)
                .positive("channels", channels)
                .positive("filters", filters)
                .positive("kernelHeight", kernelHeight)
                .atMost("kernelHeight", kernelHeight, MAX_KERNEL)
                .positive("kernelWidth", kernelWidth)
                .atMost("kernelWidth", kernelWidth, MAX_KERNEL)
                .positive("stride", stride)
                .require(
                        padding >= 0 && padding < Math.min(kernelHeight, kernelWidth),
                        "padding is " + padding + " for a kernel of " + kernelHeight + " x " + kernelWidth)
                .require(
                        height + 2L * padding >= kernelHeight && width + 2L * padding >= kernelWidth,
                        "a kernel of " + kernelHeight + " x " + kernelWidth + " does not fit into an image of " + height
                                + " x " + width);
        check.atMost("pixels", (long) images * height * width, Integer.MAX_VALUE)
                .atMost(
                        "pixels of the result",
                        (long) images
                                * outputs(height, kernelHeight, stride, padding)
                                * outputs(width, kernelWidth, stride, padding),
                        Integer.MAX_VALUE);
    }

    private static int outputs(int size, int kernel, int stride, int padding) {
        return (size + 2 * padding - kernel) / stride + 1;
    }

    /** Lines of the result. */
    public int outHeight() {
        return outputs(height, kernelHeight, stride, padding);
    }

    /** Pixels of a line of the result. */
    public int outWidth() {
        return outputs(width, kernelWidth, stride, padding);
    }

    /** Rows of the input: its pixels. */
    public int inRows() {
        return images * height * width;
    }

    /** Rows of the result: its pixels. */
    public int outRows() {
        return images * outHeight() * outWidth();
    }

    /** Taps of a kernel. */
    public int taps() {
        return kernelHeight * kernelWidth;
    }

    /** Whether each pixel of the result depends on one pixel of the input, in the same order: a linear layer. */
    public boolean isPointwise() {
        return taps() == 1 && stride == 1;
    }

    /** Columns that the channels of a tap take in a packed weight: whole chunks of 16 bytes. */
    public int tapColumns(ElementType type) {
        int chunk = TileLayout.CHUNK_BYTES / type.bytes();
        return GemmVariant.ceil(channels, chunk) * chunk;
    }

    /** Columns of a weight as it is packed. Those that no tap and channel has are zero. */
    public int packedColumns(ElementType type) {
        return taps() * tapColumns(type);
    }

    /**
     * The column of a packed weight that a weight of a filter takes.
     *
     * @param channel 0 to {@code channels - 1}
     * @param y line of the tap
     * @param x column of the tap
     */
    public int packedColumn(ElementType type, int channel, int y, int x) {
        return (y * kernelWidth + x) * tapColumns(type) + channel;
    }

    /** Multiplications and additions. */
    public long operations() {
        return 2L * outRows() * filters * taps() * channels;
    }
}
