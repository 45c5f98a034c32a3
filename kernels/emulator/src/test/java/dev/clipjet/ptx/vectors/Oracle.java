package dev.clipjet.ptx.vectors;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/** What scalar instructions give, from their definition in the PTX manual, in numbers of any length. */
final class Oracle {
    /** Returned where the result is left open. */
    static final BigInteger OPEN = BigInteger.valueOf(-1).shiftLeft(100);

    private Oracle() {}

    /** The result's bits for operands' bits, or {@link #OPEN}; null where there is no definition here. */
    static BigInteger result(Form form, long[] x) {
        String type = form.types().isEmpty() ? "b32" : form.type();
        if (form.opcode().equals("cvt")) {
            return ConversionOracle.result(form, x);
        }
        if (form.opcode().equals("setp") || form.opcode().equals("set")) {
            return CompareOracle.result(form, x);
        }
        if (type.equals("f16x2") || type.equals("bf16x2")) {
            return packed(form, type, x);
        }
        Format format = Format.of(type);
        if (format != null
                && !form.opcode().equals("mov")
                && !form.opcode().equals("selp")
                && !form.opcode().equals("slct")) {
            Long bits = FloatOracle.result(form, format, x);
            return bits == null ? null : unsigned(bits, format.width());
        }
        return integer(form, type, x);
    }

    private static BigInteger packed(Form form, String type, long[] x) {
        String one = type.substring(0, type.length() - 2);
        Form half = Form.of(form.name().replace(type, one));
        long[] low = Arrays.stream(x).map(v -> v & 0xffff).toArray();
        long[] high = Arrays.stream(x).map(v -> v >>> 16 & 0xffff).toArray();
        BigInteger a = result(half, low);
        BigInteger b = result(half, high);
        return a == null || b == null ? null : a.or(b.shiftLeft(16));
    }

    static BigInteger unsigned(long bits, int width) {
        return BigInteger.valueOf(bits).and(BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE));
    }

    /** Bits as a number of their type. */
    static BigInteger number(long bits, String type) {
        BigInteger value = unsigned(bits, Form.width(type));
        return type.startsWith("s") && value.testBit(Form.width(type) - 1)
                ? value.subtract(BigInteger.ONE.shiftLeft(Form.width(type)))
                : value;
    }

    private static BigInteger wrap(BigInteger value, int width) {
        return value.and(BigInteger.ONE.shiftLeft(width).subtract(BigInteger.ONE));
    }

    private static BigInteger clamp(BigInteger value, String type) {
        int width = Form.width(type);
        boolean signed = type.startsWith("s");
        BigInteger least = signed ? BigInteger.ONE.shiftLeft(width - 1).negate() : BigInteger.ZERO;
        BigInteger most = BigInteger.ONE.shiftLeft(signed ? width - 1 : width).subtract(BigInteger.ONE);
        return value.max(least).min(most);
    }

    private static BigInteger integer(Form form, String type, long[] x) {
        int width = Form.width(type);
        BigInteger a = number(x[0], type);
        List<String> signature = form.signature();
        BigInteger b = signature.size() > 2 ? number(x[1], signature.get(2)) : null;
        BigInteger c = signature.size() > 3 ? number(x[2], signature.get(3)) : null;
        BigInteger value;
        switch (form.opcode()) {
            case "add":
                value = form.has("sat") ? clamp(a.add(b), type) : a.add(b);
                return wrap(value, width);
            case "sub":
                value = form.has("sat") ? clamp(a.subtract(b), type) : a.subtract(b);
                return wrap(value, width);
            case "vadd", "vsub": {
                BigInteger left = number(x[0], form.types().get(1));
                BigInteger right = number(x[1], form.types().get(2));
                value = form.opcode().equals("vadd") ? left.add(right) : left.subtract(right);
                value = form.has("sat") ? clamp(value, type) : value;
                return wrap(form.has("add") ? value.add(c) : value, width);
            }
            case "mul":
                value = a.multiply(b);
                return form.has("wide")
                        ? wrap(value, 2 * width)
                        : wrap(form.has("hi") ? value.shiftRight(width) : value, width);
            case "mad":
                value = a.multiply(b);
                if (form.has("wide")) {
                    return wrap(value.add(c), 2 * width);
                }
                value = form.has("hi") ? value.shiftRight(width) : value;
                return wrap(form.has("sat") ? clamp(value.add(c), type) : value.add(c), width);
            case "mul24", "mad24": {
                String narrow = type.startsWith("s") ? "s" : "u";
                BigInteger p = low24(x[0], narrow).multiply(low24(x[1], narrow));
                value = form.has("hi") ? p.shiftRight(16) : p;
                return wrap(form.opcode().equals("mad24") ? wrap(value, 32).add(c) : value, width);
            }
            case "div":
                return b.signum() == 0 ? OPEN : wrap(a.divide(b), width);
            case "rem":
                return b.signum() == 0 ? OPEN : wrap(a.remainder(b), width);
            case "abs":
                return wrap(a.abs(), width);
            case "neg":
                return wrap(a.negate(), width);
            case "min":
                return wrap(form.has("relu") ? a.min(b).max(BigInteger.ZERO) : a.min(b), width);
            case "max":
                return wrap(form.has("relu") ? a.max(b).max(BigInteger.ZERO) : a.max(b), width);
            case "sad":
                return wrap(a.subtract(b).abs().add(c), width);
            case "and":
                return wrap(a.and(b), width);
            case "or":
                return wrap(a.or(b), width);
            case "xor":
                return wrap(a.xor(b), width);
            case "not":
                return wrap(a.not(), width);
            case "cnot":
                return a.signum() == 0 ? BigInteger.ONE : BigInteger.ZERO;
            case "mov":
                return wrap(a, width);
            case "popc":
                return BigInteger.valueOf(wrap(a, width).bitCount());
            case "clz":
                return BigInteger.valueOf(width - wrap(a, width).bitLength());
            case "brev": {
                value = BigInteger.ZERO;
                for (int i = 0; i < width; i++) {
                    value = a.testBit(i) ? value.setBit(width - 1 - i) : value;
                }
                return value;
            }
            case "bfind": {
                BigInteger searched = a.signum() < 0 ? a.not() : a;
                int top = searched.bitLength() - 1;
                return top < 0
                        ? wrap(BigInteger.valueOf(-1), 32)
                        : BigInteger.valueOf(form.has("shiftamt") ? width - 1 - top : top);
            }
            case "shl":
                return b.compareTo(BigInteger.valueOf(width)) >= 0
                        ? BigInteger.ZERO
                        : wrap(a.shiftLeft(b.intValue()), width);
            case "shr":
                return wrap(a.shiftRight(b.min(BigInteger.valueOf(width)).intValue()), width);
            case "shf": {
                int n = form.has("clamp") ? c.min(BigInteger.valueOf(32)).intValue() : c.intValue() & 31;
                BigInteger both = number(x[1], "u32").shiftLeft(32).or(number(x[0], "u32"));
                return form.has("l") ? wrap(both.shiftLeft(n).shiftRight(32), 32) : wrap(both.shiftRight(n), 32);
            }
            case "bfe": {
                int pos = b.intValue() & 255;
                int len = c.intValue() & 255;
                boolean sign = len > 0 && type.startsWith("s") && a.testBit(Math.min(pos + len - 1, width - 1));
                value = BigInteger.ZERO;
                for (int i = 0; i < width; i++) {
                    boolean bit = i < len && pos + i < width ? a.testBit(pos + i) : sign;
                    value = bit ? value.setBit(i) : value;
                }
                return value;
            }
            case "bfi": {
                int pos = (int) x[2] & 255;
                int len = (int) x[3] & 255;
                value = wrap(b, width);
                for (int i = 0; i < len && pos + i < width; i++) {
                    value = a.testBit(i) ? value.setBit(pos + i) : value.clearBit(pos + i);
                }
                return value;
            }
            case "prmt":
                return permuted(form, x);
            case "lop3": {
                value = BigInteger.ZERO;
                for (int i = 0; i < 32; i++) {
                    int index = (a.testBit(i) ? 4 : 0) | (b.testBit(i) ? 2 : 0) | (c.testBit(i) ? 1 : 0);
                    value = (x[3] >>> index & 1) != 0 ? value.setBit(i) : value;
                }
                return value;
            }
            case "fns":
                return wrap(BigInteger.valueOf(nth(x)), 32);
            case "szext": {
                int n = form.has("wrap")
                        ? b.intValue() & 31
                        : b.min(BigInteger.valueOf(32)).intValue();
                value = wrap(a, n);
                boolean negative = n > 0 && type.startsWith("s") && value.testBit(n - 1);
                return wrap(negative ? value.subtract(BigInteger.ONE.shiftLeft(n)) : value, 32);
            }
            case "bmsk": {
                BigInteger most = BigInteger.valueOf(32);
                int pos = form.has("wrap")
                        ? (int) x[0] & 31
                        : number(x[0], "u32").min(most).intValue();
                int len = form.has("wrap")
                        ? (int) x[1] & 31
                        : number(x[1], "u32").min(most).intValue();
                return wrap(
                        BigInteger.ONE.shiftLeft(len).subtract(BigInteger.ONE).shiftLeft(pos), 32);
            }
            case "dp4a", "dp2a":
                return dot(form, x);
            case "selp":
                return x[2] != 0 ? wrap(a, width) : wrap(b, width);
            case "slct": {
                boolean first;
                if (form.types().get(1).equals("s32")) {
                    first = (int) x[2] >= 0;
                } else {
                    float v = Float.intBitsToFloat((int) x[2]);
                    first = form.has("ftz") && Math.abs(v) < Float.MIN_NORMAL || v >= 0;
                }
                return wrap(first ? a : b, width);
            }
            default:
                return null;
        }
    }

    private static BigInteger low24(long bits, String sign) {
        BigInteger value = unsigned(bits, 24);
        return sign.equals("s") && value.testBit(23) ? value.subtract(BigInteger.ONE.shiftLeft(24)) : value;
    }

    private static int nth(long[] x) {
        int base = (int) x[1];
        int n = (int) x[2];
        if (base < 0 || base > 31) {
            return -1;
        }
        if (n == 0) {
            return (x[0] >>> base & 1) != 0 ? base : -1;
        }
        int found = 0;
        for (int bit = base; bit >= 0 && bit < 32; bit += n > 0 ? 1 : -1) {
            if ((x[0] >>> bit & 1) != 0 && ++found == Math.abs((long) n)) {
                return bit;
            }
        }
        return -1;
    }

    private static BigInteger permuted(Form form, long[] x) {
        byte[] bytes = new byte[8];
        for (int i = 0; i < 4; i++) {
            bytes[i] = (byte) (x[0] >>> 8 * i);
            bytes[4 + i] = (byte) (x[1] >>> 8 * i);
        }
        int n = (int) x[2] & 3;
        // Rows of the manual's table, most significant byte first.
        String picks =
                switch (form.modifiers().isEmpty() ? "" : form.modifiers().get(0)) {
                    case "f4e" -> new String[] {"3210", "4321", "5432", "6543"}[n];
                    case "b4e" -> new String[] {"5670", "6701", "7012", "0123"}[n];
                    case "rc8" -> new String[] {"0000", "1111", "2222", "3333"}[n];
                    case "ecl" -> new String[] {"3210", "3211", "3222", "3333"}[n];
                    case "ecr" -> new String[] {"0000", "1110", "2210", "3210"}[n];
                    case "rc16" -> new String[] {"1010", "3232", "1010", "3232"}[n];
                    default -> String.format("%04x", x[2] & 0xffff);
                };
        long result = 0;
        for (int i = 0; i < 4; i++) {
            int nibble = Character.digit(picks.charAt(3 - i), 16);
            int value = bytes[nibble & 7];
            result |= (nibble >= 8 ? (value < 0 ? 0xffL : 0) : value & 0xffL) << 8 * i;
        }
        return BigInteger.valueOf(result);
    }

    private static BigInteger dot(Form form, long[] x) {
        String ta = form.types().get(0);
        String tb = form.types().get(1);
        BigInteger sum = number(x[2], "u32");
        boolean two = form.opcode().equals("dp2a");
        for (int i = 0; i < (two ? 2 : 4); i++) {
            BigInteger p = two
                    ? number(x[0] >>> 16 * i, ta.startsWith("s") ? "s16" : "u16")
                    : number(x[0] >>> 8 * i, ta.startsWith("s") ? "s8" : "u8");
            int at = two ? 8 * i + (form.has("hi") ? 16 : 0) : 8 * i;
            sum = sum.add(p.multiply(number(x[1] >>> at, tb.startsWith("s") ? "s8" : "u8")));
        }
        return wrap(sum, 32);
    }
}
