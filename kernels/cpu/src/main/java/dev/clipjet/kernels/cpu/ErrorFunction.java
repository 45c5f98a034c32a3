package dev.clipjet.kernels.cpu;

/** Constants of Abramowitz and Stegun 7.1.26: {@code erf(z) = 1 - (A1 t + ... + A5 t^5) exp(-z^2), t = 1/(1 + P z)}. */
final class ErrorFunction {
    static final float P = 0.3275911f;
    static final float A1 = 0.254829592f;
    static final float A2 = -0.284496736f;
    static final float A3 = 1.421413741f;
    static final float A4 = -1.453152027f;
    static final float A5 = 1.061405429f;
    static final float INVERSE_SQRT_2 = 0.70710678118654752f;

    private ErrorFunction() {}
}
