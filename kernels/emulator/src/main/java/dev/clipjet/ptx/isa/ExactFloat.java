package dev.clipjet.ptx.isa;

import java.math.BigDecimal;

/** Sums, products and fused products of floats in any rounding mode, exactly rounded. */
final class ExactFloat {
    static final float NAN = Float.intBitsToFloat(0x7fff_ffff);

    private ExactFloat() {}

    static float add(float a, float b, Rounding rounding) {
        if (rounding == Rounding.NEAREST) {
            return canonical(a + b);
        }
        return sum(a, b, rounding, a + b);
    }

    static float mul(float a, float b, Rounding rounding) {
        if (rounding == Rounding.NEAREST) {
            return canonical(a * b);
        }
        float nearest = a * b;
        return special(nearest) && (special(a) || special(b))
                ? canonical(nearest)
                : keepZero(rounding.toFloat((double) a * b, 0), nearest);
    }

    static float fma(float a, float b, float c, Rounding rounding) {
        float nearest = Math.fma(a, b, c);
        if (rounding == Rounding.NEAREST) {
            return canonical(nearest);
        }
        if (special(a) || special(b) || special(c)) {
            return canonical(nearest);
        }
        return sum((double) a * b, c, rounding, nearest);
    }

    private static float sum(double a, double b, Rounding rounding, float nearest) {
        double high = a + b;
        if (Double.isNaN(high) || Double.isInfinite(high)) {
            return canonical(nearest);
        }
        double bb = high - a;
        double low = a - (high - bb) + (b - bb);
        if (high == 0 && low == 0) {
            // x - x is -0 only when rounding down; equal zeros keep their sign.
            boolean negative = 1 / a < 0 && 1 / b < 0 || rounding == Rounding.DOWN && !(1 / a > 0 && 1 / b > 0);
            return negative ? -0f : 0f;
        }
        return rounding.toFloat(high, low);
    }

    private static float keepZero(float rounded, float nearest) {
        return rounded == 0 && nearest == 0 ? Math.copySign(rounded, nearest) : rounded;
    }

    static float canonical(float value) {
        return Float.isNaN(value) ? NAN : value;
    }

    private static boolean special(float value) {
        return Float.isNaN(value) || Float.isInfinite(value);
    }

    static double add(double a, double b, Rounding rounding) {
        double nearest = a + b;
        if (rounding == Rounding.NEAREST || special(a) || special(b)) {
            return nearest;
        }
        boolean zeros = a == 0 && b == 0;
        return rounding.toDouble(new BigDecimal(a).add(new BigDecimal(b)), zeroSum(zeros, a, b, nearest, rounding));
    }

    /**
     * The zero that an exact sum of zero is: two zeros of one sign keep it, every other sum is -0 only when rounding down.
     *
     * @param zeros whether both terms are zeros
     * @param nearest the sum rounded to nearest
     */
    private static double zeroSum(boolean zeros, double a, double b, double nearest, Rounding rounding) {
        boolean keeps = zeros && Math.copySign(1, a) == Math.copySign(1, b);
        return rounding == Rounding.DOWN && !keeps ? -0.0 : nearest;
    }

    static double mul(double a, double b, Rounding rounding) {
        double nearest = a * b;
        if (rounding == Rounding.NEAREST || special(a) || special(b)) {
            return nearest;
        }
        return rounding.toDouble(new BigDecimal(a).multiply(new BigDecimal(b)), nearest);
    }

    static double fma(double a, double b, double c, Rounding rounding) {
        double nearest = Math.fma(a, b, c);
        if (rounding == Rounding.NEAREST || special(a) || special(b) || special(c)) {
            return nearest;
        }
        BigDecimal exact = new BigDecimal(a).multiply(new BigDecimal(b)).add(new BigDecimal(c));
        boolean zeros = (a == 0 || b == 0) && c == 0;
        return rounding.toDouble(exact, zeroSum(zeros, a * b, c, nearest, rounding));
    }

    static double div(double a, double b, Rounding rounding) {
        double nearest = a / b;
        if (rounding == Rounding.NEAREST || special(a) || special(b) || a == 0 || b == 0) {
            return nearest;
        }
        boolean positive = a > 0 == b > 0;
        boolean down = rounding == Rounding.DOWN || rounding == Rounding.ZERO && positive;
        if (Double.isInfinite(nearest)) {
            return positive == down ? Math.copySign(Double.MAX_VALUE, nearest) : nearest;
        }
        BigDecimal divisor = new BigDecimal(b);
        int side = new BigDecimal(nearest).multiply(divisor).compareTo(new BigDecimal(a)) * divisor.signum();
        if (side > 0 && down) {
            return Math.nextDown(nearest);
        }
        return side < 0 && !down ? Math.nextUp(nearest) : nearest;
    }

    static float div(float a, float b, Rounding rounding) {
        float nearest = a / b;
        if (rounding == Rounding.NEAREST || special(a) || special(b) || a == 0 || b == 0) {
            return canonical(nearest);
        }
        // The sign of what the double quotient misses decides between it and its neighbors.
        double high = (double) a / b;
        double low = Math.fma(-high, b, a) / b;
        return keepZero(rounding.toFloat(high, low), nearest);
    }

    static double sqrt(double a, Rounding rounding) {
        double nearest = Math.sqrt(a);
        if (rounding == Rounding.NEAREST || special(nearest) || nearest == 0) {
            return nearest;
        }
        int side = new BigDecimal(nearest).pow(2).compareTo(new BigDecimal(a));
        if (side > 0 && rounding != Rounding.UP) {
            return Math.nextDown(nearest);
        }
        return side < 0 && rounding == Rounding.UP ? Math.nextUp(nearest) : nearest;
    }

    static float sqrt(float a, Rounding rounding) {
        double high = Math.sqrt(a);
        if (rounding == Rounding.NEAREST || special((float) high) || high == 0) {
            return canonical((float) high);
        }
        return rounding.toFloat(high, Math.fma(-high, high, a));
    }

    private static boolean special(double value) {
        return Double.isNaN(value) || Double.isInfinite(value);
    }

    /** The exact sum of products of small formats, as a double rounded to odd. */
    static double oddFma(double a, double b, double c) {
        double product = a * b;
        double high = product + c;
        double bb = high - product;
        double low = product - (high - bb) + (c - bb);
        return Rounding.odd(high, low);
    }
}
