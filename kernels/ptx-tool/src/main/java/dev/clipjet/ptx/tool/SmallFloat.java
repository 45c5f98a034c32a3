package dev.clipjet.ptx.tool;

/**
 * Binary floating point of 16 bits.
 *
 * @param mantissa stored bits of the significand
 * @param exponent bits of the exponent
 */
record SmallFloat(int mantissa, int exponent) {
    private int least() {
        return 2 - (1 << exponent - 1);
    }

    /** The nearest value, ties to even, subnormals kept, too large ones infinite. */
    int encode(double value) {
        int sign = Double.doubleToRawLongBits(value) < 0 ? 0x8000 : 0;
        int infinity = (1 << exponent) - 1 << mantissa;
        if (Double.isNaN(value)) {
            return infinity | (1 << mantissa) - 1;
        }
        double size = Math.abs(value);
        if (size >= Math.scalb(1.0, 1 << exponent - 1)) {
            return sign | infinity;
        }
        int scale = Math.max(Math.getExponent(size), least());
        // The hidden bit of a normal number, and a carry from rounding, add one to the exponent.
        int rounded = (int) Math.rint(Math.scalb(size, mantissa - scale));
        return sign | (scale - least() << mantissa) + rounded;
    }

    /** The value of the low 16 bits. */
    double decode(int bits) {
        int field = bits >>> mantissa & (1 << exponent) - 1;
        int fraction = bits & (1 << mantissa) - 1;
        double size;
        if (field == (1 << exponent) - 1) {
            size = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else {
            int significand = field == 0 ? fraction : fraction | 1 << mantissa;
            size = Math.scalb((double) significand, Math.max(field, 1) - 1 + least() - mantissa);
        }
        return (bits & 0x8000) != 0 ? -size : size;
    }
}
