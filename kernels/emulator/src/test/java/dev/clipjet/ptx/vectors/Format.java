package dev.clipjet.ptx.vectors;

import java.math.BigDecimal;
import java.math.BigInteger;

/** A binary floating-point format, by its definition: bits to numbers and back with decimals of any length. */
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

    private static final BigDecimal TWO = BigDecimal.valueOf(2);

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
    BigDecimal value(long bits) {
        int bias = (1 << exponentBits - 1) - 1;
        int exponent = (int) (bits >>> fractionBits) & (1 << exponentBits) - 1;
        long fraction = bits & (1L << fractionBits) - 1;
        BigDecimal significand =
                BigDecimal.valueOf(exponent == 0 ? fraction : fraction | 1L << fractionBits);
        BigDecimal magnitude = significand.multiply(power(Math.max(exponent, 1) - bias - fractionBits));
        return negative(bits) ? magnitude.negate() : magnitude;
    }

    /** The bits nearest to a value in a direction; a zero result has the given sign. */
    long round(BigDecimal value, Mode mode, boolean negativeZero) {
        if (value.signum() == 0) {
            return zero(negativeZero);
        }
        boolean negative = value.signum() < 0;
        BigDecimal magnitude = value.abs();
        int bias = (1 << exponentBits - 1) - 1;
        int exponent = 1 - bias;
        // The exponent of the leading bit, found from the decimal's size and then put right.
        int guess = (int) Math.floor((magnitude.precision() - magnitude.scale() - 1) * 3.3219280948873623) - 2;
        int leading = Math.max(guess, exponent);
        while (magnitude.compareTo(power(leading + 1)) >= 0 && leading < bias + 2) {
            leading++;
        }
        exponent = Math.max(exponent, leading);
        BigDecimal[] parts = magnitude
                .multiply(power(fractionBits - exponent))
                .divideAndRemainder(BigDecimal.ONE);
        BigInteger whole = parts[0].toBigInteger();
        int half = parts[1].compareTo(new BigDecimal("0.5"));
        boolean inexact = parts[1].signum() != 0;
        boolean up =
                switch (mode) {
                    case NEAREST -> half > 0 || half == 0 && whole.testBit(0);
                    case AWAY -> half >= 0;
                    case ZERO -> false;
                    case DOWN -> inexact && negative;
                    case UP -> inexact && !negative;
                };
        if (up) {
            whole = whole.add(BigInteger.ONE);
        }
        if (exponent > bias || whole.bitLength() > fractionBits + 1 && exponent == bias) {
            boolean stays = mode == Mode.ZERO || mode == Mode.DOWN && !negative || mode == Mode.UP && negative;
            return stays ? largest(negative) : infinity(negative);
        }
        long bits = whole.longValueExact() + ((long) (exponent + bias - 1) << fractionBits);
        return bits | zero(negative);
    }

    private static BigDecimal power(int n) {
        return n >= 0 ? TWO.pow(n) : BigDecimal.ONE.divide(TWO.pow(-n));
    }
}
