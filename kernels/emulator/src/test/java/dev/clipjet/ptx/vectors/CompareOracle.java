package dev.clipjet.ptx.vectors;

import java.math.BigInteger;

/** {@code setp set}. */
final class CompareOracle {
    private CompareOracle() {}

    static BigInteger result(Form form, long[] x) {
        boolean set = form.opcode().equals("set");
        String type = form.types().get(set ? 1 : 0);
        Format format = Format.of(type);
        String comparison = form.modifiers().get(0);
        Boolean holds = format == null ? integers(comparison, type, x) : floats(form, comparison, format, x);
        if (holds == null) {
            return null;
        }
        boolean result = holds;
        if (form.has("and")) {
            result &= x[2] != 0;
        } else if (form.has("or")) {
            result |= x[2] != 0;
        } else if (form.has("xor")) {
            result ^= x[2] != 0;
        }
        if (!set) {
            return result ? BigInteger.ONE : BigInteger.ZERO;
        }
        long yes = form.type().equals("f32") ? 0x3f80_0000L : 0xffff_ffffL;
        return BigInteger.valueOf(result ? yes : 0);
    }

    private static Boolean integers(String comparison, String type, long[] x) {
        boolean unsigned = comparison.startsWith("l") && !comparison.startsWith("lt") && !comparison.startsWith("le")
                || comparison.startsWith("h");
        String as = unsigned ? "u" + Form.width(type) : type;
        int order = Oracle.number(x[0], as).compareTo(Oracle.number(x[1], as));
        return switch (comparison) {
            case "eq" -> order == 0;
            case "ne" -> order != 0;
            case "lt", "lo" -> order < 0;
            case "le", "ls" -> order <= 0;
            case "gt", "hi" -> order > 0;
            case "ge", "hs" -> order >= 0;
            default -> null;
        };
    }

    private static Boolean floats(Form form, String comparison, Format f, long[] x) {
        long a = form.has("ftz") && f.isSubnormal(x[0]) ? 0 : x[0];
        long b = form.has("ftz") && f.isSubnormal(x[1]) ? 0 : x[1];
        boolean nan = f.isNan(a) || f.isNan(b);
        if (comparison.equals("num") || comparison.equals("nan")) {
            return nan == comparison.equals("nan");
        }
        boolean unordered = comparison.length() == 3;
        if (nan) {
            return unordered;
        }
        int order;
        if (f.isInfinite(a) || f.isInfinite(b)) {
            int left = f.isInfinite(a) ? (f.negative(a) ? -1 : 1) : 0;
            int right = f.isInfinite(b) ? (f.negative(b) ? -1 : 1) : 0;
            order = Integer.compare(left, right);
        } else {
            order = f.value(a).compareTo(f.value(b));
        }
        return switch (comparison.substring(0, 2)) {
            case "eq" -> order == 0;
            case "ne" -> order != 0;
            case "lt" -> order < 0;
            case "le" -> order <= 0;
            case "gt" -> order > 0;
            case "ge" -> order >= 0;
            default -> null;
        };
    }
}
