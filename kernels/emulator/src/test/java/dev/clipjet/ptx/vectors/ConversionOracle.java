package dev.clipjet.ptx.vectors;

import dev.clipjet.ptx.vectors.Format.Mode;
import java.math.BigInteger;

/** {@code cvt}. */
final class ConversionOracle {
    private ConversionOracle() {}

    static BigInteger result(Form form, long[] x) {
        String to = form.types().get(0);
        String from = form.types().get(1);
        if (to.endsWith("x2")) {
            Form one = Form.of(form.name().replace(to, to.substring(0, to.length() - 2)));
            BigInteger upper = result(one, new long[] {x[0]});
            BigInteger lower = result(one, new long[] {x[1]});
            return upper.shiftLeft(16).or(lower);
        }
        Format source = Format.of(from);
        Format target = Format.of(to);
        if (to.equals("tf32")) {
            return tf32(x[0]);
        }
        if (source == null && target == null) {
            BigInteger value = Oracle.number(x[0], from);
            return Oracle.unsigned((form.has("sat") ? clamp(value, to) : value).longValue(), Form.width(to));
        }
        if (source == null) {
            Exact value = Exact.of(Oracle.number(x[0], from));
            return BigInteger.valueOf(saturated(form, target, target.round(value, FloatOracle.mode(form), false)))
                    .and(ones(Form.width(to)));
        }
        long bits = x[0];
        if (form.has("ftz") && source == Format.F32 && source.isSubnormal(bits)) {
            bits = source.zero(source.negative(bits));
        }
        return target == null ? toInteger(form, source, to, from, bits) : toFloat(form, source, target, bits);
    }

    private static BigInteger ones(int width) {
        return BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE);
    }

    private static BigInteger tf32(long bits) {
        Format f = Format.F32;
        if (f.isNan(bits)) {
            return BigInteger.valueOf(0x7fff_e000L);
        }
        if (f.isInfinite(bits)) {
            return Oracle.unsigned(bits, 32);
        }
        // Ties away: half of the last kept place is added to the magnitude.
        long magnitude = (bits & 0x7fff_ffffL) + 0x1000 & 0x7fff_e000L;
        return Oracle.unsigned(bits & 0x8000_0000L | magnitude, 32);
    }

    private static BigInteger toFloat(Form form, Format source, Format target, long bits) {
        long result;
        if (source.isNan(bits)) {
            result = target.nan();
        } else if (source.isInfinite(bits)) {
            result = target.infinity(source.negative(bits));
        } else {
            Exact value = source.value(bits);
            Mode integral = integral(form);
            if (integral != null) {
                value = Exact.of(value.toInteger(integral));
            }
            result = target.round(value, FloatOracle.mode(form), source.negative(bits));
        }
        if (form.has("ftz") && target == Format.F32 && target.isSubnormal(result)) {
            result = target.zero(target.negative(result));
        }
        if (form.has("relu") && !target.isNan(result) && target.negative(result)) {
            result = 0;
        }
        return Oracle.unsigned(saturated(form, target, result), target.width());
    }

    private static long saturated(Form form, Format target, long bits) {
        if (!form.has("sat")) {
            return bits;
        }
        if (target.isNan(bits) || target.negative(bits)) {
            return 0;
        }
        return Math.min(bits, target.one());
    }

    private static Mode integral(Form form) {
        return form.has("rni")
                ? Mode.NEAREST
                : form.has("rzi") ? Mode.ZERO : form.has("rmi") ? Mode.DOWN : form.has("rpi") ? Mode.UP : null;
    }

    private static BigInteger toInteger(Form form, Format source, String to, String from, long bits) {
        int width = Form.width(to);
        if (source.isNan(bits)) {
            boolean top = from.equals("f64") || width == 64;
            return top ? BigInteger.ONE.shiftLeft(width - 1) : BigInteger.ZERO;
        }
        BigInteger huge = BigInteger.ONE.shiftLeft(200);
        BigInteger value = source.isInfinite(bits)
                ? (source.negative(bits) ? huge.negate() : huge)
                : source.value(bits).toInteger(integral(form));
        return clamp(value, to).and(ones(width));
    }

    private static BigInteger clamp(BigInteger value, String type) {
        int width = Form.width(type);
        boolean signed = type.startsWith("s");
        BigInteger least = signed ? BigInteger.ONE.shiftLeft(width - 1).negate() : BigInteger.ZERO;
        BigInteger most = BigInteger.ONE.shiftLeft(signed ? width - 1 : width).subtract(BigInteger.ONE);
        return value.max(least).min(most);
    }
}
