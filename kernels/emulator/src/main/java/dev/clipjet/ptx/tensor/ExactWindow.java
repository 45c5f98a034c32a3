package dev.clipjet.ptx.tensor;

/**
 * When a double holds C + A B without rounding: if units and magnitudes of all terms are at most 53 bits apart, every partial sum is
 * exact, in any order. They nearly always are.
 */
final class ExactWindow {
    private static final int BITS = 53;
    /** The sum of 17 terms has so many bits more than the largest of them. */
    private static final int CARRIES = 5;
    /** Bits of a float behind its first. */
    private static final int FRACTION = 23;

    private float from;
    private float below;
    private double error;

    /** Looks at the factors; those may not have infinite elements. */
    void set(TileOperand a, TileOperand b, int k) {
        int above = a.above() + b.above();
        int unit = a.unit() + b.unit();
        if (a.zero() || b.zero()) {
            from = 0;
            below = Float.POSITIVE_INFINITY;
            error = 0;
            return;
        }
        boolean fits = above + CARRIES - unit <= BITS;
        from = Math.scalb(1f, above + CARRIES - BITS + FRACTION);
        below = fits ? Math.scalb(1f, unit + BITS - CARRIES) : 0;
        // k additions, each off by at most 2^-53 of a partial sum.
        error = Math.scalb((double) k * (k + 1), above - BITS);
    }

    /** Elements of C that are not 0 must be at least this for the sum to be exact, and less than {@link #below}. */
    float from() {
        return from;
    }

    /** Elements of C must be less than this. */
    float below() {
        return below;
    }

    /** How far the products' part in a sum in doubles may be off, if it is not exact. */
    double error() {
        return error;
    }

    /** How far an element's part in its own sum may be off, relative to the element. */
    static double startError(int k) {
        return (k + 1) * 0x1p-53;
    }
}
