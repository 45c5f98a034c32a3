package dev.clipjet.kernels.gpu;

/**
 * The shape of a depthwise convolution of feature maps, each channel by its own filter.
 *
 * @param images at least 1
 * @param height rows of a map
 * @param width columns of a map
 * @param channels of a map, and filters
 * @param kernel side of a filter: 3, 5 or 7
 * @param stride 1 or 2, in both directions
 * @param padding zeros at each edge of a map, less than {@code kernel}
 */
public record DepthwiseShape(int images, int height, int width, int channels, int kernel, int stride, int padding) {
    private static final int GRID_LIMIT = 65535;

    /** Checks the ranges. */
    public DepthwiseShape {
        LaunchCheck.of("depthwise")
                .positive("images", images)
                .atMost("images", images, GRID_LIMIT)
                .positive("height", height)
                .positive("width", width)
                .positive("channels", channels)
                .require(kernel == 3 || kernel == 5 || kernel == 7, "a kernel of " + kernel + "; 3, 5 or 7 is needed")
                .require(stride == 1 || stride == 2, "a stride of " + stride + "; 1 or 2 is needed")
                .require(
                        padding >= 0 && padding < kernel,
                        "a padding of " + padding + "; 0 to " + (kernel - 1) + " is possible")
                .require(
                        height + 2L * padding >= kernel && width + 2L * padding >= kernel,
                        "a map of " + height + " x " + width + " with a padding of " + padding
                                + " is smaller than a kernel of " + kernel)
                .atMost("pixels", (long) images * (height + 2L * padding) * (width + 2L * padding), Integer.MAX_VALUE)
                .atMost("rows of an output", outputs(height, kernel, stride, padding), GRID_LIMIT);
    }

    private static int outputs(int inputs, int kernel, int stride, int padding) {
        return (int) ((inputs + 2L * padding - kernel) / stride + 1);
    }

    /** Rows of an output map. */
    public int outHeight() {
        return outputs(height, kernel, stride, padding);
    }

    /** Columns of an output map. */
    public int outWidth() {
        return outputs(width, kernel, stride, padding);
    }

    /** Rows of the input as a matrix: pixels of all images. */
    public int inRows() {
        return images * height * width;
    }

    /** Rows of the output as a matrix. */
    public int outRows() {
        return images * outHeight() * outWidth();
    }
}
