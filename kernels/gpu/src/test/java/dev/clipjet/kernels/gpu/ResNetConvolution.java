package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.Activation;
import java.util.List;

/**
 * A convolution of a ResNet-50 image tower for images of 224 pixels; all have a stride of 1, as strides are pooled.
 *
 * @param name where it occurs first
 * @param side pixels of a side of its input
 * @param kernel taps of a side of its kernel
 */
record ResNetConvolution(String name, int side, int channels, int filters, int kernel, ConvolutionEnd end) {
    private static final ConvolutionEnd PLAIN = new ConvolutionEnd(Activation.NONE, false, false);
    private static final ConvolutionEnd RELU = new ConvolutionEnd(Activation.RELU, false, false);
    private static final ConvolutionEnd ADDED = new ConvolutionEnd(Activation.RELU, true, false);
    private static final ConvolutionEnd POOLED = new ConvolutionEnd(Activation.RELU, false, true);

    /** Every shape that occurs, behind the first convolution of the stem. */
    static final List<ResNetConvolution> ALL = List.of(
            new ResNetConvolution("stem.2", 112, 32, 32, 3, RELU),
            new ResNetConvolution("stem.3", 112, 32, 64, 3, POOLED),
            new ResNetConvolution("layer1.0.1", 56, 64, 64, 1, RELU),
            new ResNetConvolution("layer1.0.2", 56, 64, 64, 3, RELU),
            new ResNetConvolution("layer1.0.shortcut", 56, 64, 256, 1, PLAIN),
            new ResNetConvolution("layer1.0.3", 56, 64, 256, 1, ADDED),
            new ResNetConvolution("layer1.1.1", 56, 256, 64, 1, RELU),
            new ResNetConvolution("layer2.0.1", 56, 256, 128, 1, RELU),
            new ResNetConvolution("layer2.0.2", 56, 128, 128, 3, POOLED),
            new ResNetConvolution("layer2.0.shortcut", 28, 256, 512, 1, PLAIN),
            new ResNetConvolution("layer2.0.3", 28, 128, 512, 1, ADDED),
            new ResNetConvolution("layer2.1.1", 28, 512, 128, 1, RELU),
            new ResNetConvolution("layer2.1.2", 28, 128, 128, 3, RELU),
            new ResNetConvolution("layer3.0.1", 28, 512, 256, 1, RELU),
            new ResNetConvolution("layer3.0.2", 28, 256, 256, 3, POOLED),
            new ResNetConvolution("layer3.0.shortcut", 14, 512, 1024, 1, PLAIN),
            new ResNetConvolution("layer3.0.3", 14, 256, 1024, 1, ADDED),
            new ResNetConvolution("layer3.1.1", 14, 1024, 256, 1, RELU),
            new ResNetConvolution("layer3.1.2", 14, 256, 256, 3, RELU),
            new ResNetConvolution("layer4.0.1", 14, 1024, 512, 1, RELU),
            new ResNetConvolution("layer4.0.2", 14, 512, 512, 3, POOLED),
            new ResNetConvolution("layer4.0.shortcut", 7, 1024, 2048, 1, PLAIN),
            new ResNetConvolution("layer4.0.3", 7, 512, 2048, 1, ADDED),
            new ResNetConvolution("layer4.1.1", 7, 2048, 512, 1, RELU),
            new ResNetConvolution("layer4.1.2", 7, 512, 512, 3, RELU));

    ConvolutionShape shape(int images) {
        return new ConvolutionShape(images, side, side, channels, filters, kernel, kernel, 1, kernel / 2);
    }

    /** Bytes of input, weight, residual and output, each moved once. */
    long bytes(ConvolutionPlan plan) {
        ConvolutionShape shape = plan.shape();
        long out = (long) plan.outRows() * filters * (end.residual() ? 2 : 1);
        long weight = (long) filters * channels * kernel * kernel;
        return ((long) shape.inRows() * channels + weight + out) * plan.type().bytes();
    }
}
