package dev.clipjet.model;

/** Activation of a block's MLP. */
public enum Activation {
    /** {@code x * sigmoid(1.702 x)}: OpenAI's models and those trained like them. */
    QUICK_GELU,
    /** {@code x/2 * (1 + erf(x / sqrt 2))}. */
    GELU,
    /** {@code x/2 * (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}. */
    GELU_TANH
}
