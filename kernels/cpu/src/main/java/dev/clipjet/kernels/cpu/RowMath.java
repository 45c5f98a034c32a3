package dev.clipjet.kernels.cpu;

import dev.clipjet.numeric.Activation;

/**
 * Arithmetic over one row of float32 values. Two implementations, chosen once by {@link Simd}: plain Java and the JDK's
 * vector module. Both use the same formulas; their results agree to rounding. Every method takes scratch memory whose
 * content does not matter: {@code length} floats for an activation, {@link #MAX_LANES}
 * for the others. Sums run in a fixed order, so the
 * same input gives the same bits at any time.
 */
interface RowMath {
    /** Floats in the widest vector register there is. */
    int MAX_LANES = 64;

    /** Slope of the sigmoid in quick GELU. */
    float QUICK_GELU_SLOPE = 1.702f;

    /** Floats per vector register; 1 without vectors. */
    int lanes();

    /** Applies an activation to a part of the row, in place. */
    default void activate(Activation activation, float[] x, int offset, int length, float[] scratch) {
        switch (activation) {
            case NONE -> {}
            case QUICK_GELU -> quickGelu(x, offset, length, scratch);
            case GELU -> gelu(x, offset, length, scratch);
            case GELU_TANH -> geluTanh(x, offset, length, scratch);
            case RELU -> relu(x, offset, length);
        }
    }

    /** {@code x[i] *= sigmoid(1.702 x[i])}, with {@link #QUICK_GELU_SLOPE}. */
    void quickGelu(float[] x, int offset, int length, float[] scratch);

    /** {@code x[i] = x/2 (1 + erf(x / sqrt 2))}; erf to 1.5e-7 by Abramowitz and Stegun 7.1.26. */
    void gelu(float[] x, int offset, int length, float[] scratch);

    /** {@code x[i] = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}. */
    void geluTanh(float[] x, int offset, int length, float[] scratch);

    /** {@code x[i] = max(x[i], 0)}. */
    void relu(float[] x, int offset, int length);

    /** {@code sum x[i] y[i]}. */
    float dot(float[] x, int xOffset, float[] y, int yOffset, int length, float[] scratch);

    /** {@code y[i] += factor x[i]}. */
    void multiplyAdd(float factor, float[] x, int xOffset, float[] y, int yOffset, int length);

    /** {@code y[i] += w[i] x[i]}. */
    void multiplyAdd(float[] w, int wOffset, float[] x, int xOffset, float[] y, int yOffset, int length);

    /** Softmax over the row, in place, with the maximum subtracted first. */
    void softmax(float[] x, int offset, int length, float[] scratch);

    /**
     * {@code y = (x - mean) / sqrt(variance + eps) * weight + bias} over the row; variance is the biased one, found in a
     * second pass over the values.
     */
    void layerNorm(
            float[] x,
            int xOffset,
            float[] y,
            int yOffset,
            int length,
            float[] weight,
            float[] bias,
            float eps,
            float[] scratch);
}
