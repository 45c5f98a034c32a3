package dev.clipjet.kernels.cpu;

/** Constants of the tanh GELU, used as {@code x sigmoid(2 sqrt(2/pi) (x + CUBIC x^3))}, which is the same function. */
final class TanhGelu {
    static final float TWO_SQRT_2_OVER_PI = 1.5957691216057308f;
    static final float CUBIC = 0.044715f;

    private TanhGelu() {}
}
