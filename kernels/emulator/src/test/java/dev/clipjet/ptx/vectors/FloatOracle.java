package dev.clipjet.ptx.vectors;

import dev.clipjet.ptx.vectors.Format.Mode;

/** Floating-point instructions by their definition. Approximate ones are judged elsewhere, by their bounds. */
final class FloatOracle {
    private FloatOracle() {}

    static Mode mode(Form form) {
        return form.has("rz") ? Mode.ZERO : form.has("rm") ? Mode.DOWN : form.has("rp") ? Mode.UP : Mode.NEAREST;
    }

    static Long result(Form form, Format format, long[] given) {
        long[] x = given.clone();
        boolean ftz = form.has("ftz");
        for (int i = 0; i < x.length && ftz; i++) {
            if (format.isSubnormal(x[i])) {
                x[i] = format.zero(format.negative(x[i]));
            }
        }
        Long bits = unflushed(form, format, x);
        if (bits == null) {
            return null;
        }
        if (ftz && format.isSubnormal(bits)) {
            bits = format.zero(format.negative(bits));
        }
        if (form.has("sat")) {
            boolean positive = !format.isNan(bits) && !format.negative(bits) && !format.isZero(bits);
            long one = format.one();
            bits = !positive ? format.zero(false) : Math.min(bits, one);
        }
        if (form.has("relu") && !format.isNan(bits) && format.negative(bits)) {
            bits = format.zero(false);
        }
        return bits;
    }

    private static Long unflushed(Form form, Format format, long[] x) {
        Mode mode = mode(form);
        return switch (form.opcode()) {
            case "add" -> sum(format, x[0], x[1], mode);
            case "sub" -> format.isNan(x[1]) ? format.nan() : sum(format, x[0], x[1] ^ format.zero(true), mode);
            case "mul" -> product(format, x[0], x[1], mode);
            case "fma", "mad" -> fused(format, x, mode);
            case "div" -> quotient(format, x[0], x[1], mode);
            case "rcp" -> quotient(format, format.one(), x[0], mode);
            case "sqrt" -> root(format, x[0], mode);
            case "neg" -> x[0] ^ format.zero(true);
            case "abs" -> x[0] & ~format.zero(true);
            case "copysign" -> x[1] & ~format.zero(true) | x[0] & format.zero(true);
            case "min", "max" -> extreme(form, format, x);
            case "testp" -> test(form, format, x[0]);
            default -> null;
        };
    }

    private static long sum(Format f, long a, long b, Mode mode) {
        if (f.isNan(a) || f.isNan(b) || f.isInfinite(a) && f.isInfinite(b) && f.negative(a) != f.negative(b)) {
            return f.nan();
        }
        if (f.isInfinite(a)) {
            return a;
        }
        if (f.isInfinite(b)) {
            return b;
        }
        boolean negativeZero =
                f.isZero(a) && f.isZero(b) && f.negative(a) == f.negative(b) ? f.negative(a) : mode == Mode.DOWN;
        return f.round(f.value(a).add(f.value(b)), mode, negativeZero);
    }

    private static long product(Format f, long a, long b, Mode mode) {
        boolean negative = f.negative(a) != f.negative(b);
        if (f.isNan(a) || f.isNan(b) || f.isInfinite(a) && f.isZero(b) || f.isZero(a) && f.isInfinite(b)) {
            return f.nan();
        }
        if (f.isInfinite(a) || f.isInfinite(b)) {
            return f.infinity(negative);
        }
        return f.round(f.value(a).multiply(f.value(b)), mode, negative);
    }

    private static long fused(Format f, long[] x, Mode mode) {
        long a = x[0];
        long b = x[1];
        long c = x[2];
        boolean negative = f.negative(a) != f.negative(b);
        boolean infinite = f.isInfinite(a) || f.isInfinite(b);
        if (f.isNan(a)
                || f.isNan(b)
                || f.isNan(c)
                || f.isInfinite(a) && f.isZero(b)
                || f.isZero(a) && f.isInfinite(b)
                || infinite && f.isInfinite(c) && negative != f.negative(c)) {
            return f.nan();
        }
        if (infinite) {
            return f.infinity(negative);
        }
        if (f.isInfinite(c)) {
            return c;
        }
        Exact product = f.value(a).multiply(f.value(b));
        boolean zeros = product.signum() == 0 && f.isZero(c);
        boolean negativeZero = zeros && negative == f.negative(c) ? negative : mode == Mode.DOWN;
        return f.round(product.add(f.value(c)), mode, negativeZero);
    }

    private static long quotient(Format f, long a, long b, Mode mode) {
        boolean negative = f.negative(a) != f.negative(b);
        if (f.isNan(a) || f.isNan(b) || f.isZero(a) && f.isZero(b) || f.isInfinite(a) && f.isInfinite(b)) {
            return f.nan();
        }
        if (f.isInfinite(a) || f.isZero(b)) {
            return f.infinity(negative);
        }
        if (f.isZero(a) || f.isInfinite(b)) {
            return f.zero(negative);
        }
        return f.round(f.value(a).divide(f.value(b)), mode, negative);
    }

    private static long root(Format f, long a, Mode mode) {
        if (f.isZero(a)) {
            return a;
        }
        if (f.isNan(a) || f.negative(a)) {
            return f.nan();
        }
        return f.isInfinite(a) ? a : f.round(f.value(a).sqrt(), mode, false);
    }

    private static long extreme(Form form, Format f, long[] x) {
        long a = x[0];
        long b = x[1];
        boolean xorsign = form.has("xorsign");
        long sign = (a ^ b) & f.zero(true);
        if (xorsign) {
            a &= ~f.zero(true);
            b &= ~f.zero(true);
        }
        long result;
        if (f.isNan(a) || f.isNan(b)) {
            if (form.has("NaN") || f.isNan(a) && f.isNan(b)) {
                return f.nan();
            }
            result = f.isNan(a) ? b : a;
        } else {
            boolean less = f.isZero(a) && f.isZero(b) ? f.negative(a) : key(f, a) < key(f, b);
            result = less == form.opcode().equals("min") ? a : b;
        }
        return xorsign ? result & ~f.zero(true) | sign : result;
    }

    /** Bits in the order of their values. */
    private static long key(Format f, long bits) {
        long magnitude = bits & ~f.zero(true);
        return f.negative(bits) ? -magnitude : magnitude;
    }

    private static long test(Form form, Format f, long a) {
        boolean finite = !f.isNan(a) && !f.isInfinite(a);
        boolean holds = switch (form.modifiers().get(0)) {
            case "finite" -> finite;
            case "infinite" -> f.isInfinite(a);
            case "number" -> !f.isNan(a);
            case "notanumber" -> f.isNan(a);
            case "normal" -> finite && !f.isZero(a) && !f.isSubnormal(a);
            default -> f.isSubnormal(a);
        };
        return holds ? 1 : 0;
    }
}
