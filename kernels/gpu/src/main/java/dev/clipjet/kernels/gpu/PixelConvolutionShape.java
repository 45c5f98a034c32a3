package dev.clipjet.kernels.gpu;

/**
 * The shape of a convolution of the pixels of square RGB images. Its result [images * outSide^2, filters] has a row for each pixel (NHWC).
 *
 * @param images 1 to {@link #MAX_IMAGES}
 * @param side pixels of a side of an image, at least 1
 * @param filters channels of the result, at least 1
 * @param kernel pixels of a side of a kernel, 1 to {@link ConvolutionShape#MAX_KERNEL}
 * @param stride pixels from window to window in both directions, at least 1
 * @param padding pixels added on each side, less than the kernel has
 */
public record PixelConvolutionShape(int images, int side, int filters, int kernel, int stride, int padding) {
    /** Images of a launch. */
    public static final int MAX_IMAGES = 65535;

    /** Channels of a pixel. */
    public static final int CHANNELS = 3;

    private static final int MAX_STRIDE = 16;
    private static final int STEP_COLUMNS = 16;

    /** Checks the ranges, and that there is a window. */
    public PixelConvolutionShape {
        LaunchCheck.of("pixel convolution")
                .positive("images", images)
                .atMost("images", images, MAX_IMAGES)
                .positive("side", side)
                .atMost("side", side, MAX_IMAGES)
                .positive("filters", filters)
                .positive("kernel", kernel)
                .atMost("kernel", kernel, ConvolutionShape.MAX_KERNEL)
                .positive("stride", stride)
                .atMost("stride", stride, MAX_STRIDE)
                .require(padding >= 0 && padding < kernel, "padding is " + padding + " for a kernel of " + kernel)
                .require(
                        side + 2L * padding >= kernel,
                        "a kernel of " + kernel + " does not fit into an image of " + side);
        long out = (side + 2 * padding - kernel) / stride + 1;
        LaunchCheck.of("pixel convolution").atMost("pixels of the result", images * out * out, Integer.MAX_VALUE);
    }

    /** Pixels of a side of the result. */
    public int outSide() {
        return (side + 2 * padding - kernel) / stride + 1;
    }

    /** Rows of the result: its pixels. */
    public int outRows() {
        return images * outSide() * outSide();
    }

    /** Columns of a packed weight. Those that no tap and channel has are zero. */
    public int packedColumns() {
        return GemmVariant.ceil(kernel * runColumns(), STEP_COLUMNS) * STEP_COLUMNS;
    }

    /**
     * The column of a packed weight that a weight of a filter takes.
     *
     * @param channel 0 to 2: red, green, blue
     * @param y line of the tap
     * @param x column of the tap
     */
    public int packedColumn(int channel, int y, int x) {
        return y * runColumns() + CHANNELS * x + channel;
    }

    /** Columns of a packed weight that a line of a kernel takes. */
    public int runColumns() {
        return GemmVariant.ceil(CHANNELS * kernel, 2) * 2;
    }
}
