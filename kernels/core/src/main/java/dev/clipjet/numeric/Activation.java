package dev.clipjet.numeric;

/** Functions applied element by element to a layer's output, computed in float32. The codes are what kernels are passed. */
public enum Activation {
    /** {@code x}. */
    NONE(0),
    /** {@code x * sigmoid(1.702 x)}: OpenAI's models and those trained like them. */
    QUICK_GELU(1),
    /** {@code x/2 * (1 + erf(x / sqrt 2))}. */
    GELU(2),
    /** {@code x/2 * (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}. */
    GELU_TANH(3),
    /** {@code max(x, 0)}; NaN stays NaN. */
    RELU(4);

    private final int code;

    Activation(int code) {
        this.code = code;
    }

    /** The number by which kernels know it; part of their interface, so it never changes. */
    public int code() {
        return code;
    }
}
