package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.Activation;

/**
 * What follows a convolution in the same launch: {@code act(scale x + bias + residual)}, or the mean of that over 2 x 2 pixels.
 *
 * @param activation applied last
 * @param scaled whether the sums of each filter are multiplied with a factor of their own in float32: a norm whose folding into the
 *     weight would round it once more
 * @param residual whether there is a residual
 * @param pooled whether 2 x 2 pixels become one, a last odd line or column left out; then there is no residual
 */
public record ConvolutionEnd(Activation activation, boolean scaled, boolean residual, boolean pooled) {
    /** Checks the combination. */
    public ConvolutionEnd {
        LaunchCheck.of("convolution").require(!(residual && pooled), "a pooled convolution has no residual");
    }

    /** Without factors. */
    public ConvolutionEnd(Activation activation, boolean residual, boolean pooled) {
        this(activation, false, residual, pooled);
    }

    /** Pixels of a side that become one. */
    int pool() {
        return pooled ? 2 : 1;
    }
}
