package dev.clipjet.kernels.cpu;

/**
 * A convolution over feature maps [images, height, width, channels] (NHWC, dense, float32), with weights [out, in * h * w] in
 * the order input channel, y, x.
 *
 * @param height of the input in pixels
 * @param width of the input in pixels
 * @param inChannels channels of the input
 * @param outChannels channels of the output
 * @param kernelHeight rows of the filter
 * @param kernelWidth columns of the filter
 * @param stride pixels from one position to the next, along both axes
 * @param padding pixels of zeros around the input, on all sides
 * @param depthwise whether output channel c sees input channel c alone; there are then as many of both, and the weights are
 *     [channels, h * w]
 */
public record ConvolutionShape(
        int height,
        int width,
        int inChannels,
        int outChannels,
        int kernelHeight,
        int kernelWidth,
        int stride,
        int padding,
        boolean depthwise) {
    public ConvolutionShape {
        if (depthwise && inChannels != outChannels) {
            throw new IllegalArgumentException(
                    "a depthwise convolution from " + inChannels + " to " + outChannels + " channels");
        }
        if (inChannels < 1 || outChannels < 1 || kernelHeight < 1 || kernelWidth < 1 || stride < 1 || padding < 0) {
            throw new IllegalArgumentException("a convolution of " + outChannels + " x " + inChannels + " x "
                    + kernelHeight + " x " + kernelWidth + ", stride " + stride + ", padding " + padding);
        }
        if (padding >= kernelHeight || padding >= kernelWidth) {
            throw new IllegalArgumentException(
                    "padding " + padding + " for a filter of " + kernelHeight + " x " + kernelWidth);
        }
        if (height + 2 * padding < kernelHeight || width + 2 * padding < kernelWidth) {
            throw new IllegalArgumentException("a filter of " + kernelHeight + " x " + kernelWidth + " over a map of "
                    + height + " x " + width + ", padding " + padding);
        }
    }

    /** A convolution over all channels. */
    public ConvolutionShape(
            int height, int width, int inChannels, int outChannels, int kernel, int stride, int padding) {
        this(height, width, inChannels, outChannels, kernel, kernel, stride, padding, false);
    }

    /** Rows of the output. */
    public int outHeight() {
        return (height + 2 * padding - kernelHeight) / stride + 1;
    }

    /** Columns of the output. */
    public int outWidth() {
        return (width + 2 * padding - kernelWidth) / stride + 1;
    }

    /** Whether it is a matrix product over pixels. */
    boolean isPointwise() {
        return kernelHeight == 1 && kernelWidth == 1 && stride == 1 && padding == 0 && !depthwise;
    }

    /** Elements of the filter of one output channel. */
    int filterSize() {
        return (depthwise ? 1 : inChannels) * kernelHeight * kernelWidth;
    }
}
