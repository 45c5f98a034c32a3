package dev.clipjet.kernels.cpu;

/**
 * The constants of the float32 exponential that both {@link RowMath}s use: range reduction by ln 2 in two parts, then a
 * polynomial of degree 6 (the coefficients of Cephes' {@code expf}). Relative error below 2e-7.
 */
final class Exponential {
    static final float LOWEST = -87.0f;
    static final float HIGHEST = 88.0f;
    static final float LOG2_E = 1.44269504088896341f;
    static final float LN2_HIGH = 0.693359375f;
    static final float LN2_LOW = -2.12194440e-4f;

    /** Adding it rounds a float below 2^22 to an integer that then stands in the low bits. */
    static final float ROUNDER = 12582912f;

    static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
    static final int EXPONENT_BIAS = 127;
    static final int MANTISSA_BITS = 23;

    static final float P0 = 1.9875691500e-4f;
    static final float P1 = 1.3981999507e-3f;
    static final float P2 = 8.3334519073e-3f;
    static final float P3 = 4.1665795894e-2f;
    static final float P4 = 1.6666665459e-1f;
    static final float P5 = 5.0000001201e-1f;

    private Exponential() {}

    /** e^x; arguments are clamped to what float32 can hold. */
    static float exp(float argument) {
        float x = Math.min(Math.max(argument, LOWEST), HIGHEST);
        float shifted = x * LOG2_E + ROUNDER;
        float n = shifted - ROUNDER;
        float r = x - n * LN2_HIGH - n * LN2_LOW;
        float p = ((((P0 * r + P1) * r + P2) * r + P3) * r + P4) * r + P5;
        float scale = Float.intBitsToFloat(
                (Float.floatToRawIntBits(shifted) - ROUNDER_BITS + EXPONENT_BIAS) << MANTISSA_BITS);
        return (p * r * r + r + 1f) * scale;
    }
}
