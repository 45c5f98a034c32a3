package dev.clipjet.convert;

import dev.clipjet.numeric.ElementType;

/**
 * How a canonical tensor of two models differs. Values are compared as F32, which holds all of every type.
 *
 * @param name canonical name
 * @param kind what sort of difference
 * @param first type in the first model, or null
 * @param second type in the second model, or null
 * @param elements number of elements
 * @param differing elements with other values; zeros of either sign are different, as their bits are
 * @param maxAbsolute largest absolute difference; infinite if a value is not finite in one of the two only
 * @param maxRelative largest difference divided by the larger of both magnitudes
 * @param maxUlp largest difference in units of the last place of the coarser type, at the larger magnitude
 */
public record TensorDifference(
        String name,
        Kind kind,
        ElementType first,
        ElementType second,
        long elements,
        long differing,
        double maxAbsolute,
        double maxRelative,
        double maxUlp) {

    /** What sort of difference. */
    public enum Kind {
        /** None: the values are equal bit for bit. */
        EQUAL,
        /** Values differ. */
        VALUES,
        /** Shapes differ, so values were not compared. */
        SHAPE,
        /** The second model lacks it. */
        ONLY_IN_FIRST,
        /** The first model lacks it. */
        ONLY_IN_SECOND
    }

    static TensorDifference missing(String name, Kind kind, TensorContent content) {
        boolean first = kind == Kind.ONLY_IN_FIRST;
        return new TensorDifference(
                name,
                kind,
                first ? content.dtype() : null,
                first ? null : content.dtype(),
                content.elements(),
                0,
                0,
                0,
                0);
    }
}
