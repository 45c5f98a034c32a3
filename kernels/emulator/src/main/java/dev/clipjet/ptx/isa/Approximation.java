package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.Warp;

/**
 * Instructions whose result the architecture only bounds. By default they give the rounded value; on request each result is moved
 * within the bound, by an amount that depends on the seed and the operand alone.
 */
enum Approximation {
    /** Within two units in the last place. */
    EX2(Bound.NEIGHBOR, 0) {
        @Override
        double exact(double x) {
            return Math.pow(2, x);
        }
    },
    /** Absolute 2^-22 near one, else relative 2^-22. */
    LG2(Bound.RELATIVE_OR_ABSOLUTE, 0x1p-22) {
        @Override
        double exact(double x) {
            return x < 0 ? Double.NaN : Math.log(x) / Math.log(2);
        }
    },
    /** Within one unit in the last place. */
    RCP(Bound.NEIGHBOR, 0) {
        @Override
        double exact(double x) {
            return 1 / x;
        }
    },
    /** Relative 2^-22.9. */
    RSQRT(Bound.RELATIVE, 0x1.1p-23) {
        @Override
        double exact(double x) {
            return x == 0 ? Math.copySign(Double.POSITIVE_INFINITY, x) : 1 / Math.sqrt(x);
        }
    },
    /** Relative 2^-23. */
    SQRT(Bound.RELATIVE, 0x1p-23) {
        @Override
        double exact(double x) {
            return Math.sqrt(x);
        }
    },
    /** Absolute 2^-20.5 within two pi. */
    SIN(Bound.ABSOLUTE, 0x1.6p-21) {
        @Override
        double exact(double x) {
            return Math.sin(x);
        }
    },
    /** Absolute 2^-20.5 within two pi. */
    COS(Bound.ABSOLUTE, 0x1.6p-21) {
        @Override
        double exact(double x) {
            return Math.cos(x);
        }
    },
    /** Relative 2^-11. */
    TANH(Bound.RELATIVE, 0x1p-11) {
        @Override
        double exact(double x) {
            return Math.tanh(x);
        }
    };

    private enum Bound {
        NEIGHBOR,
        RELATIVE,
        ABSOLUTE,
        RELATIVE_OR_ABSOLUTE
    }

    private final Bound bound;
    private final double size;

    Approximation(Bound bound, double size) {
        this.bound = bound;
        this.size = size;
    }

    abstract double exact(double x);

    /** The result for a float. */
    float apply(Warp warp, float x) {
        double exact = exact(x);
        float rounded = ExactFloat.canonical((float) exact);
        ExecutionOptions options = warp.block().launch().options();
        if (options.approximations() == ExecutionOptions.Approximations.ROUNDED
                || Float.isNaN(rounded)
                || Float.isInfinite(rounded)
                || rounded == 0) {
            return rounded;
        }
        return moved(exact, rounded, Float.floatToRawIntBits(x) + ordinal() * 0x9E3779B97F4A7C15L + options.seed());
    }

    private float moved(double exact, float rounded, long salt) {
        long z = (salt ^ salt >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        double u = ((z ^ z >>> 31) >> 11) * 0x1p-52;
        double room = size - 0x1p-24;
        return switch (bound) {
            case NEIGHBOR ->
                u < 0 || rounded == exact ? rounded : rounded < exact ? Math.nextUp(rounded) : Math.nextDown(rounded);
            case RELATIVE -> (float) (exact * (1 + u * room));
            case ABSOLUTE -> (float) (exact + u * room);
            case RELATIVE_OR_ABSOLUTE -> (float) (Math.abs(exact) < 1 ? exact + u * room : exact * (1 + u * room));
        };
    }
}
