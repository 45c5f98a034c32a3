package dev.clipjet.ptx.vectors;

import java.math.BigInteger;

/** A binary floating-point format, by its definition: bits to numbers of any length and back. */
enum Format {
    F16(5, 10),
    BF16(8, 7),
    F32(8, 23),
    F64(11, 52);

    enum Mode {
        NEAREST,
        ZERO,
        DOWN,
        UP,
        AWAY
    }

    final int exponentBits;
    final int fractionBits;

    Format(int exponentBits, int fractionBits) {
        this.exponentBits = exponentBits;
        this.fractionBits = fractionBits;
    }

    static Format of(String type) {
        return switch (type) {
            case "f16" -> F16;
            case "bf16" -> BF16;
            case "f32" -> F32;
            case "f64" -> F64;
            default -> null;
        };
    }

    int width() {
        return 1 + exponentBits + fractionBits;
    }

    long infinity(boolean negative) {
        return (negative ? 1L << width() - 1 : 0) | (1L << exponentBits) - 1 << fractionBits;
    }

    long zero(boolean negative) {
        return negative ? 1L << width() - 1 : 0;
    }

    long largest(boolean negative) {
        return infinity(negative) - 1;
    }

    long nan() {
        return this == F64 ? 0x7ff8_0000_0000_0000L : (1L << width() - 1) - 1;
    }

    boolean isNan(long bits) {
        return (bits & (1L << width() - 1) - 1) > infinity(false);
    }

    boolean isInfinite(long bits) {
        return (bits & (1L << width() - 1) - 1) == infinity(false);
    }

    boolean isZero(long bits) {
        return (bits & (1L << width() - 1) - 1) == 0;
    }

    boolean isSubnormal(long bits) {
        return !isZero(bits) && (bits & infinity(false)) == 0;
    }

    boolean negative(long bits) {
        return (bits >>> width() - 1 & 1) != 0;
    }

    /** The value of finite bits. */
    Exact value(long bits) {
        int bias = (1 << exponentBits - 1) - 1;
        int exponent = (int) (bits >>> fractionBits) & (1 << exponentBits) - 1;
        long fraction = bits & (1L << fractionBits) - 1;
        long magnitude = exponent == 0 ? fraction : fraction | 1L << fractionBits;
        return new Exact(
                BigInteger.valueOf(negative(bits) ? -magnitude : magnitude),
                Math.max(exponent, 1) - bias - fractionBits);
    }

    /** The bits nearest to a value in a direction; the result for zero has the given sign. */
    long round(Exact value, Mode mode, boolean negativeZero) {
        if (value.signum() == 0) {
            return zero(negativeZero);
        }
        boolean negative = value.signum() < 0;
        int bias = (1 << exponentBits - 1) - 1;
        int exponent = Math.max(value.leading(), 1 - bias);
        BigInteger whole = exponent > bias ? BigInteger.ZERO : value.magnitudeIn(exponent - fractionBits, mode);
        if (exponent > bias || whole.bitLength() > fractionBits + 1 && exponent == bias) {
            boolean stays = mode == Mode.ZERO || mode == Mode.DOWN && !negative || mode == Mode.UP && negative;
            return stays ? largest(negative) : infinity(negative);
        }
        long bits = whole.longValueExact() + ((long) (exponent + bias - 1) << fractionBits);
        return bits | zero(negative);
    }

    /** The bits of 1. */
    long one() {
        return (1L << exponentBits - 1) - 1 << fractionBits;
    }
}
