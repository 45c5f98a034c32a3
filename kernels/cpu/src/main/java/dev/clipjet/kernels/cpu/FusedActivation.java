package dev.clipjet.kernels.cpu;

/** Activation applied to a linear layer's output before it is stored. */
public enum FusedActivation {
    NONE,
    QUICK_GELU,
    GELU,
    GELU_TANH,
    RELU;

    void apply(RowMath math, float[] x, int offset, int length, float[] scratch) {
        switch (this) {
            case NONE -> {}
            case QUICK_GELU -> math.quickGelu(x, offset, length, scratch);
            case GELU -> math.gelu(x, offset, length, scratch);
            case GELU_TANH -> math.geluTanh(x, offset, length, scratch);
            case RELU -> math.relu(x, offset, length);
        }
    }
}
