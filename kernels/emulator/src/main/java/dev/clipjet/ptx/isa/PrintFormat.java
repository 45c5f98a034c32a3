package dev.clipjet.ptx.isa;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Formats as C's {@code printf} does, with the arguments of one call of the device's {@code vprintf}. */
final class PrintFormat {
    private static final String WHAT = "an argument of printf";
    private static final int WIDEST = 4096;

    /** Characters after which the rest of a text is left out; more than a device's buffer holds. */
    private static final int LONGEST = 1 << 20;

    private final CallArguments arguments;
    private final long base;
    private final StringBuilder out = new StringBuilder();
    private long next;
    private int count;

    // Of the conversion at hand.
    private boolean left;
    private boolean plus;
    private boolean space;
    private boolean alternate;
    private boolean zero;
    private int width;
    private int precision;
    private int bytes;

    PrintFormat(CallArguments arguments, long base) {
        this.arguments = arguments;
        this.base = base;
    }

    /** The text; may be called once. */
    String print(String format) {
        int at = 0;
        while (at < format.length() && out.length() < LONGEST) {
            char c = format.charAt(at);
            int end = c == '%' ? conversion(format, at + 1) : at;
            if (end == at) {
                out.append(c);
            }
            at = end + 1;
        }
        return out.toString();
    }

    /** Number of arguments used. */
    int count() {
        return count;
    }

    private long take(int size) {
        next = next + size - 1 & -size;
        long value = arguments.at(base + next, size, WHAT);
        next += size;
        count++;
        return value;
    }

    /** Prints the conversion that begins behind a percent sign; where its last character is, or that sign if it is none. */
    private int conversion(String format, int start) {
        int at = start;
        left = plus = space = alternate = zero = false;
        while (at < format.length() && "-+ #0".indexOf(format.charAt(at)) >= 0) {
            switch (format.charAt(at++)) {
                case '-' -> left = true;
                case '+' -> plus = true;
                case ' ' -> space = true;
                case '#' -> alternate = true;
                default -> zero = true;
            }
        }
        width = 0;
        if (at < format.length() && format.charAt(at) == '*') {
            int given = (int) take(4);
            left |= given < 0;
            width = (int) Math.min(WIDEST, Math.abs((long) given));
            at++;
        } else {
            for (; at < format.length() && isDigit(format.charAt(at)); at++) {
                width = Math.min(WIDEST, 10 * width + format.charAt(at) - '0');
            }
        }
        precision = -1;
        if (at < format.length() && format.charAt(at) == '.') {
            precision = 0;
            at++;
            if (at < format.length() && format.charAt(at) == '*') {
                precision = Math.max(-1, Math.min(WIDEST, (int) take(4)));
                at++;
            }
            for (; at < format.length() && isDigit(format.charAt(at)); at++) {
                precision = Math.min(WIDEST, 10 * precision + format.charAt(at) - '0');
            }
        }
        bytes = 4;
        for (; at < format.length() && "hljztLq".indexOf(format.charAt(at)) >= 0; at++) {
            char size = format.charAt(at);
            bytes = size != 'h' ? 8 : bytes == 2 ? 1 : 2;
        }
        if (at == format.length() || !convert(format.charAt(at))) {
            return start - 1;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private boolean convert(char type) {
        switch (type) {
            case 'd', 'i' -> signed();
            case 'u', 'o', 'x', 'X' -> unsigned(type);
            case 'c' -> pad("", String.valueOf((char) (take(4) & 0xff)), false);
            case 's' -> string();
            case 'p' -> pad("0x", Long.toHexString(take(8)), false);
            case 'f', 'F', 'e', 'E', 'g', 'G', 'a', 'A' -> real(type, Double.longBitsToDouble(take(8)));
            case '%' -> out.append('%');
            default -> {
                return false;
            }
        }
        return true;
    }

    private void signed() {
        long value = bytes == 8 ? take(8) : (int) take(4);
        value = bytes == 2 ? (short) value : bytes == 1 ? (byte) value : value;
        String digits = value < 0 ? Long.toString(value).substring(1) : Long.toString(value);
        pad(sign(value < 0), precise(value, digits), precision < 0);
    }

    private void unsigned(char type) {
        long value = bytes == 8 ? take(8) : take(4) & (1L << 8 * bytes) - 1;
        int radix = type == 'u' ? 10 : type == 'o' ? 8 : 16;
        String digits = precise(value, Long.toUnsignedString(value, radix));
        String prefix = alternate && radix == 16 && value != 0 ? "0x" : "";
        if (alternate && radix == 8 && !digits.startsWith("0")) {
            digits = "0" + digits;
        }
        if (type == 'X') {
            prefix = prefix.toUpperCase(Locale.ROOT);
            digits = digits.toUpperCase(Locale.ROOT);
        }
        pad(prefix, digits, precision < 0);
    }

    /** Digits of an integer, at least as many as the precision says. */
    private String precise(long value, String digits) {
        if (precision == 0 && value == 0) {
            return "";
        }
        return "0".repeat(Math.max(0, precision - digits.length())) + digits;
    }

    private void string() {
        String text = arguments.string(take(8), WHAT);
        text = text == null ? "(null)" : text;
        pad("", precision >= 0 && precision < text.length() ? text.substring(0, precision) : text, false);
    }

    private String sign(boolean negative) {
        return negative ? "-" : plus ? "+" : space ? " " : "";
    }

    private void pad(String prefix, String digits, boolean zeros) {
        int missing = Math.max(0, width - prefix.length() - digits.length());
        if (!left && !(zero && zeros)) {
            out.append(" ".repeat(missing));
        }
        out.append(prefix);
        if (!left && zero && zeros) {
            out.append("0".repeat(missing));
        }
        out.append(digits);
        if (left) {
            out.append(" ".repeat(missing));
        }
    }

    private void real(char type, double value) {
        boolean upper = Character.isUpperCase(type);
        char kind = Character.toLowerCase(type);
        boolean negative = Double.doubleToRawLongBits(value) < 0;
        double size = Math.abs(value);
        String prefix = sign(negative);
        String digits;
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            digits = Double.isNaN(value) ? "nan" : "inf";
        } else if (kind == 'a') {
            prefix += "0x";
            digits = hexadecimal(size);
        } else {
            int wanted = precision < 0 ? 6 : precision;
            digits = kind == 'f' ? fixed(size, wanted) : kind == 'e' ? scientific(size, wanted) : general(size, wanted);
        }
        pad(
                upper ? prefix.toUpperCase(Locale.ROOT) : prefix,
                upper ? digits.toUpperCase(Locale.ROOT) : digits,
                Double.isFinite(value));
    }

    private String fixed(double value, int wanted) {
        String text =
                new BigDecimal(value).setScale(wanted, RoundingMode.HALF_EVEN).toPlainString();
        return wanted == 0 && alternate ? text + "." : text;
    }

    /** {@code d.ddde+xx}. */
    private String scientific(double value, int wanted) {
        BigDecimal rounded = rounded(value, wanted + 1);
        String digits = rounded.unscaledValue().toString();
        digits += "0".repeat(Math.max(0, wanted + 1 - digits.length()));
        String fraction = digits.substring(1, wanted + 1);
        return digits.charAt(0) + (fraction.isEmpty() && !alternate ? "" : ".") + fraction + exponent(rounded);
    }

    private static BigDecimal rounded(double value, int digits) {
        return new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    }

    private static int magnitude(BigDecimal rounded) {
        return rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    }

    private static String exponent(BigDecimal rounded) {
        int power = magnitude(rounded);
        return (power < 0 ? "e-" : "e+") + (Math.abs(power) < 10 ? "0" : "") + Math.abs(power);
    }

    /** Fixed or scientific, whichever fits the precision, without zeros at the end. */
    private String general(double value, int wanted) {
        int digits = Math.max(1, wanted);
        int power = magnitude(rounded(value, digits));
        boolean fixed = power >= -4 && power < digits;
        String text = fixed ? fixed(value, digits - 1 - power) : scientific(value, digits - 1);
        if (alternate) {
            return text;
        }
        int end = fixed ? text.length() : text.indexOf('e');
        int cut = end;
        if (text.lastIndexOf('.', end) >= 0) {
            while (text.charAt(cut - 1) == '0') {
                cut--;
            }
            cut -= text.charAt(cut - 1) == '.' ? 1 : 0;
        }
        return text.substring(0, cut) + text.substring(end);
    }

    /** {@code h.hhhp+d}; the digit before the point is 1 for normal numbers. */
    private String hexadecimal(double value) {
        long bits = Double.doubleToRawLongBits(value);
        int power = (int) (bits >>> 52);
        long mantissa = bits & (1L << 52) - 1;
        if (power != 0) {
            mantissa |= 1L << 52;
        }
        power = mantissa == 0 ? 0 : Math.max(1, power) - 1023;
        if (precision >= 0 && precision < 13) {
            int drop = 52 - 4 * precision;
            long rest = mantissa & (1L << drop) - 1;
            long half = 1L << drop - 1;
            mantissa >>>= drop;
            mantissa += rest > half || rest == half && (mantissa & 1) != 0 ? 1 : 0;
            mantissa <<= drop;
        }
        StringBuilder digits = new StringBuilder(String.format("%013x", mantissa & (1L << 52) - 1));
        if (precision < 0) {
            while (digits.length() > 0 && digits.charAt(digits.length() - 1) == '0') {
                digits.setLength(digits.length() - 1);
            }
        } else if (precision <= 13) {
            digits.setLength(precision);
        } else {
            digits.append("0".repeat(precision - 13));
        }
        return (mantissa >>> 52) + (digits.length() == 0 && !alternate ? "" : ".") + digits + "p"
                + (power < 0 ? "" : "+") + power;
    }
}
