package dev.clipjet.kernels.gpu;

import dev.clipjet.kernels.cases.ConvolutionCase;
import dev.clipjet.kernels.cases.DepthwiseCase;

/** Cases of the table as the wrappers take them. */
final class Shapes {
    private Shapes() {}

    static ConvolutionShape of(ConvolutionCase convolution) {
        return new ConvolutionShape(
                convolution.images(),
                convolution.height(),
                convolution.width(),
                convolution.channels(),
                convolution.filters(),
                convolution.kernelHeight(),
                convolution.kernelWidth(),
                convolution.stride(),
                convolution.padding());
    }

    /** What follows the sums of a convolution. */
    static ConvolutionEnd end(ConvolutionCase convolution) {
        return new ConvolutionEnd(convolution.activation(), convolution.residual(), convolution.pooled());
    }

    static DepthwiseShape of(DepthwiseCase depthwise) {
        return new DepthwiseShape(
                depthwise.images(),
                depthwise.height(),
                depthwise.width(),
                depthwise.channels(),
                depthwise.kernel(),
                depthwise.stride(),
                depthwise.padding());
    }
}
