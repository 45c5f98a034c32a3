package dev.clipjet.ptx.isa;

/** The small floating-point formats: how wide exponent and fraction are, and conversion from and to doubles, which hold each exactly. */
enum FloatFormat {
    /** IEEE half. */
    F16(5, 10),
    /** Brain float. */
    BF16(8, 7),
    /** TensorFloat, as the upper 19 bits of a float. */
    TF32(8, 10);

    private final int exponentBits;
    private final int fractionBits;
    private final int bias;

    FloatFormat(int exponentBits, int fractionBits) {
        this.exponentBits = exponentBits;
        this.fractionBits = fractionBits;
        bias = (1 << exponentBits - 1) - 1;
    }

    /** The value of 16 bits (of 32 for TF32). */
    float toFloat(int bits) {
        return switch (this) {
            case BF16 -> Float.intBitsToFloat(bits << 16);
            case TF32 -> Float.intBitsToFloat(bits & 0xffff_e000);
            case F16 -> halfToFloat(bits);
        };
    }

    /** Rounds the bits of a double whose result is normal and finite. */
    private int nearestNormal(long bits, int exponent) {
        int cut = 52 - fractionBits;
        long fraction = bits & (1L << 52) - 1;
        int whole = exponent + bias << fractionBits | (int) (fraction >>> cut);
        // Half a unit less one, and one more if the last bit is odd, carry exactly when rounding up is right.
        long half = (1L << cut - 1) - 1 + (whole & 1);
        // A carry out of the fraction raises the exponent by itself.
        whole += (int) ((fraction & (1L << cut) - 1) + half >>> cut);
        int sign = (int) (bits >>> 63) << exponentBits + fractionBits;
        return (sign | whole) << (this == TF32 ? 13 : 0);
    }

    /** The canonical NaN. */
    int nan() {
        return this == TF32 ? 0x7fff_e000 : 0x7fff;
    }

    static float halfToFloat(int bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >>> 10 & 31;
        int fraction = bits & 0x3ff;
        if (exponent == 31) {
            return Float.intBitsToFloat(sign | 0x7f80_0000 | fraction << 13);
        }
        if (exponent != 0) {
            return Float.intBitsToFloat(sign | exponent + 112 << 23 | fraction << 13);
        }
        return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * 0x1p-24f));
    }

    /**
     * Rounds a double. The result is exact rounding of the double; a result that was rounded to odd before stays right.
     *
     * @param value the value
     * @param rounding the mode
     * @param saturate whether what overflows becomes the largest finite value, and NaN too
     */
    int fromDouble(double value, Rounding rounding, boolean saturate) {
        if (rounding == Rounding.NEAREST) {
            long bits = Double.doubleToRawLongBits(value);
            int exponent = (int) (bits >>> 52 & 0x7ff) - 1023;
            if (exponent > -bias && exponent < bias) {
                return nearestNormal(bits, exponent);
            }
        }
        int shift = this == TF32 ? 13 : 0;
        int sign = (int) (Double.doubleToRawLongBits(value) >>> 63) << exponentBits + fractionBits;
        int infinity = (1 << exponentBits) - 1 << fractionBits;
        if (Double.isNaN(value)) {
            return nan();
        }
        double magnitude = Math.abs(value);
        if (Double.isInfinite(value)) {
            return (saturate ? sign | infinity - 1 : sign | infinity) << shift;
        }
        int exponent = Math.max(Math.getExponent(magnitude), 1 - bias);
        // In units of the last place the value is a number below 2^(fraction + 1), with what is left behind the point.
        double scaled = Math.scalb(magnitude, fractionBits - exponent);
        long whole = (long) scaled;
        double rest = scaled - whole;
        boolean negative = sign != 0;
        boolean up = switch (rounding) {
            case NEAREST -> rest > 0.5 || rest == 0.5 && (whole & 1) != 0;
            case AWAY -> rest >= 0.5;
            case ZERO -> false;
            case DOWN -> rest > 0 && negative;
            case UP -> rest > 0 && !negative;
        };
        whole += up ? 1 : 0;
        // A carry out of the fraction raises the exponent by itself.
        long bits = whole + ((long) (exponent + bias - 1) << fractionBits);
        if (bits >= infinity) {
            boolean stays = saturate
                    || rounding == Rounding.ZERO
                    || rounding == Rounding.DOWN && !negative
                    || rounding == Rounding.UP && negative;
            bits = stays ? infinity - 1 : infinity;
        }
        return (sign | (int) bits) << shift;
    }
}
