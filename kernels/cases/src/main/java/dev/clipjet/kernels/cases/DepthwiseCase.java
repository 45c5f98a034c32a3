package dev.clipjet.kernels.cases;

import dev.clipjet.numeric.Activation;

/**
 * A depthwise convolution of feature maps.
 *
 * @param images maps
 * @param height lines of a map
 * @param width pixels of a line
 * @param channels of input and output
 * @param kernel taps of a side
 * @param stride in both directions
 * @param padding zeros at each edge
 * @param activation of the sum and its bias
 */
public record DepthwiseCase(
        String name,
        int images,
        int height,
        int width,
        int channels,
        int kernel,
        int stride,
        int padding,
        Activation activation)
        implements KernelCase {
    /** The same for another number of images. */
    public DepthwiseCase ofImages(int count) {
        return new DepthwiseCase(name, count, height, width, channels, kernel, stride, padding, activation);
    }

    @Override
    public String operation() {
        return "depthwise";
    }

    private double outputs() {
        return (double) images
                * ((height + 2 * padding - kernel) / stride + 1)
                * ((width + 2 * padding - kernel) / stride + 1)
                * channels;
    }

    @Override
    public double operations() {
        return 2 * outputs() * kernel * kernel;
    }

    @Override
    public double elements() {
        return (double) images * height * width * channels + (double) kernel * kernel * channels + outputs();
    }
}
