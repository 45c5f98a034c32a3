package dev.clipjet.kernels.gpu;

/** Functions that end a matrix product or a convolution, computed in float32. */
public enum Activation {
    /** None. */
    NONE,
    /** {@code x * sigmoid(1.702 x)}. */
    QUICK_GELU,
    /** {@code x / 2 * (1 + erf(x / sqrt(2)))}. */
    GELU,
    /** {@code x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))}. */
    GELU_TANH,
    /** {@code max(x, 0)}. */
    RELU
}
