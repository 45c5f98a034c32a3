package dev.clipjet.kernels.cases;

import dev.clipjet.numeric.Activation;

/**
 * A convolution of feature maps.
 *
 * @param images maps
 * @param height lines of a map
 * @param width pixels of a line
 * @param channels of the input
 * @param filters channels of the output
 * @param kernelHeight lines of a kernel
 * @param kernelWidth columns of a kernel
 * @param stride in both directions
 * @param padding zeros at each edge
 * @param activation of the sum, its bias and the residual
 * @param residual whether a map is added before the activation
 * @param pooled whether the mean over 2 x 2 pixels follows
 */
public record ConvolutionCase(
        String name,
        int images,
        int height,
        int width,
        int channels,
        int filters,
        int kernelHeight,
        int kernelWidth,
        int stride,
        int padding,
        Activation activation,
        boolean residual,
        boolean pooled)
        implements KernelCase {
    /** The same for another number of images. */
    public ConvolutionCase ofImages(int count) {
        return new ConvolutionCase(
                name,
                count,
                height,
                width,
                channels,
                filters,
                kernelHeight,
                kernelWidth,
                stride,
                padding,
                activation,
                residual,
                pooled);
    }

    @Override
    public String operation() {
        return "convolution";
    }

    private double pixels() {
        return (double) images
                * ((height + 2 * padding - kernelHeight) / stride + 1)
                * ((width + 2 * padding - kernelWidth) / stride + 1);
    }

    @Override
    public double operations() {
        return 2 * pixels() * filters * channels * kernelHeight * kernelWidth;
    }

    @Override
    public double elements() {
        double weight = (double) filters * channels * kernelHeight * kernelWidth;
        double out = pixels() * filters / (pooled ? 4 : 1) * (residual ? 2 : 1);
        return (double) images * height * width * channels + weight + out;
    }
}
