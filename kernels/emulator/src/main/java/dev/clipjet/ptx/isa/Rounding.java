package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.InstructionReader;
import java.math.BigDecimal;

/** Rounding modes of floating-point results, and how an exact result is rounded. */
enum Rounding {
    /** To nearest, ties to even. */
    NEAREST,
    /** Toward zero. */
    ZERO,
    /** Toward negative infinity. */
    DOWN,
    /** Toward positive infinity. */
    UP,
    /** To nearest, ties away from zero. */
    AWAY;

    /** Takes {@code .rn .rz .rm .rp} or returns null. */
    static Rounding take(InstructionReader in) {
        String word = in.takeAny("rn", "rz", "rm", "rp");
        if (word == null) {
            return null;
        }
        return switch (word) {
            case "rn" -> NEAREST;
            case "rz" -> ZERO;
            case "rm" -> DOWN;
            default -> UP;
        };
    }

    /**
     * Rounds a sum of two doubles to single precision.
     *
     * @param high the sum's leading part
     * @param low what is missing, at most half a unit of {@code high}'s last place
     */
    float toFloat(double high, double low) {
        if (this == NEAREST) {
            return (float) odd(high, low);
        }
        float nearest = (float) high;
        if (Float.isNaN(nearest) || Double.isInfinite(high)) {
            return nearest;
        }
        int side = nearest == high ? Double.compare(0.0, low + 0.0) : Double.compare(nearest, high);
        if (Float.isInfinite(nearest)) {
            side = nearest > 0 ? 1 : -1;
        }
        boolean positive = high > 0 || high == 0 && low > 0;
        boolean down = this == DOWN || this == ZERO && positive;
        if (side > 0 && down) {
            return Math.nextDown(nearest);
        }
        if (side < 0 && !down) {
            return Math.nextUp(nearest);
        }
        return nearest;
    }

    /** Replaces a double by its neighbor with an odd last bit where something is missing, so that rounding again is right. */
    static double odd(double high, double low) {
        if (low == 0 || Double.isNaN(high) || Double.isInfinite(high) || Double.isNaN(low)) {
            return high;
        }
        long bits = Double.doubleToRawLongBits(high);
        if ((bits & 1) != 0) {
            return high;
        }
        return low > 0 ? Math.nextUp(high) : Math.nextDown(high);
    }

    /** Rounds an exact value to double precision; exact zeros get the sign that {@code zero} has. */
    double toDouble(BigDecimal value, double zero) {
        if (value.signum() == 0) {
            return zero;
        }
        // A value too small for the format keeps its sign.
        double nearest = Math.copySign(value.doubleValue(), value.signum());
        if (this == NEAREST) {
            return nearest;
        }
        boolean down = this == DOWN || this == ZERO && value.signum() > 0;
        if (Double.isInfinite(nearest)) {
            return nearest > 0 == down ? Math.copySign(Double.MAX_VALUE, nearest) : nearest;
        }
        int side = new BigDecimal(nearest).compareTo(value);
        if (side > 0 && down) {
            return Math.nextDown(nearest);
        }
        return side < 0 && !down ? Math.nextUp(nearest) : nearest;
    }
}
