package dev.clipjet.ptx.tensor;

/**
 * Cutting a double to a multiple of a unit, a power of two, towards zero, with additions only. Of a magnitude u of at most 24 significant
 * bits, nearly half a unit is taken away; rounding that to the nearest multiple, which adding and subtracting 1.5 * 2^52 units does, then
 * gives the multiple below u. "Nearly" is 2^-26 of a unit: less than what separates u from the next multiple above it, and more than what the
 * subtraction itself may be off for magnitudes of up to 2^25 units.
 */
final class Truncation {
    /** What is taken away, in units. */
    static final double HALF = 0.5 - 0x1p-26;
    /** What is added and subtracted, in units. */
    static final double MAGIC = 0x1.8p52;
    /** Sign and exponent, and those bits of the fraction that a float has. */
    static final long FLOAT_BITS = -1L << 29;
    /** The exponent. */
    static final long EXPONENT_BITS = 0x7ff0_0000_0000_0000L;
    /** Sums from here on lose bits as floats. */
    static final double LEAST_NORMAL = Float.MIN_NORMAL;
    /** Sums from here on are too large for floats. */
    static final double OVERFLOW = 0x1p128;

    private Truncation() {}

    /**
     * The unit with which the largest of some terms has so many bits.
     *
     * @param largest its bits
     */
    static double unit(long largest, int bits) {
        return Double.longBitsToDouble(largest & EXPONENT_BITS) * unitOfOne(bits);
    }

    /** The unit of terms whose largest is 1. */
    static double unitOfOne(int bits) {
        return Math.scalb(1.0, 1 - bits);
    }

    /** Cuts a term; the other arguments are {@link #HALF} and {@link #MAGIC} times the unit. */
    static double cut(double term, double half, double magic) {
        return Math.copySign(Math.abs(term) - half + magic - magic, term);
    }

    /** Whether {@link #toFloat} is right: a magnitude that is 0 or normal as a float. */
    static boolean inFloatRange(double sum) {
        double size = Math.abs(sum);
        return size >= LEAST_NORMAL && size < OVERFLOW || size == 0;
    }

    /** Cuts to a value that a float holds. */
    static double toFloat(double sum) {
        return Double.longBitsToDouble(Double.doubleToRawLongBits(sum) & FLOAT_BITS);
    }
}
