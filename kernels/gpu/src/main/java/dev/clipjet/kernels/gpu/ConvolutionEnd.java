package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.Activation;

/**
 * What follows a convolution in the same launch: {@code act(x + residual)}, or the mean of that over 2 x 2 pixels.
 *
 * @param activation applied to the sum, its bias and the residual
 * @param residual whether there is a residual
 * @param pooled whether 2 x 2 pixels become one, a last odd line or column left out; then there is no residual
 */
public record ConvolutionEnd(Activation activation, boolean residual, boolean pooled) {
    /** Checks the combination. */
    public ConvolutionEnd {
        LaunchCheck.of("convolution").require(!(residual && pooled), "a pooled convolution has no residual");
    }

    /** Pixels of a side that become one. */
    int pool() {
        return pooled ? 2 : 1;
    }
}
