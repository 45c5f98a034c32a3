package dev.clipjet.ptx.syntax;

/**
 * Number literals: integers of 64 bits in C's notations (and {@code 0b}), with {@code U} for unsigned ones; decimal fractions;
 * {@code 0f} and {@code 0d} with the bits of a float or a double.
 */
final class NumberReader {
    /** Enough for the digits of the smallest double. */
    private static final int MAX_FRACTION = 1100;

    private final String file;
    private final String text;
    private int start;
    private int at;
    private int line;
    private long value;
    private boolean unsigned;

    NumberReader(String file, String text) {
        this.file = file;
        this.text = text;
    }

    long value() {
        return value;
    }

    boolean unsigned() {
        return unsigned;
    }

    /** Index behind the number. */
    int end() {
        return at;
    }

    /** Reads the number that begins at an index. */
    TokenKind read(int from, int fromLine) {
        start = from;
        at = from;
        line = fromLine;
        unsigned = false;
        TokenKind kind = notation();
        if (at < text.length() && Lexer.isWordPart(text.charAt(at))) {
            throw malformed("malformed number");
        }
        return kind;
    }

    private TokenKind notation() {
        char second = start + 1 < text.length() ? text.charAt(start + 1) : ' ';
        if (text.charAt(start) == '0') {
            switch (second) {
                case 'f', 'F' -> {
                    return exact(8, TokenKind.FLOAT);
                }
                case 'd', 'D' -> {
                    return exact(16, TokenKind.DOUBLE);
                }
                case 'x', 'X' -> {
                    return integer(start + 2, 16);
                }
                case 'b', 'B' -> {
                    return integer(start + 2, 2);
                }
                default -> {}
            }
        }
        int end = skipDigits(start);
        char next = end < text.length() ? text.charAt(end) : ' ';
        if (next == '.' || next == 'e' || next == 'E') {
            return fraction(end);
        }
        return integer(start, end - start > 1 && text.charAt(start) == '0' ? 8 : 10);
    }

    private TokenKind exact(int digits, TokenKind kind) {
        integer(start + 2, 16);
        unsigned = false;
        if (at - start - 2 != digits || !isHex(text.charAt(at - 1))) {
            throw malformed("a literal of this kind takes " + digits + " hexadecimal digits");
        }
        return kind;
    }

    private TokenKind integer(int from, int radix) {
        value = 0;
        at = from;
        long limit = Long.divideUnsigned(-1, radix);
        while (at < text.length()) {
            int digit = digit(text.charAt(at));
            if (digit < 0 || digit >= radix) {
                break;
            }
            if (Long.compareUnsigned(value, limit) > 0 || Long.compareUnsigned(value * radix, -1 - digit) > 0) {
                throw malformed("the number does not fit 64 bits");
            }
            value = value * radix + digit;
            at++;
        }
        if (at == from) {
            throw malformed("a number without digits");
        }
        unsigned = value < 0;
        if (at < text.length() && text.charAt(at) == 'U') {
            unsigned = true;
            at++;
        }
        return TokenKind.INTEGER;
    }

    private TokenKind fraction(int afterInteger) {
        at = afterInteger;
        if (text.charAt(at) == '.') {
            at = skipDigits(at + 1);
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            int exponent = at;
            at = skipDigits(at);
            if (at == exponent) {
                throw malformed("an exponent without digits");
            }
        }
        if (at - start > MAX_FRACTION) {
            throw malformed("a fraction of more than " + MAX_FRACTION + " characters");
        }
        double parsed = Double.parseDouble(text.substring(start, at));
        if (Double.isInfinite(parsed)) {
            throw malformed("the number is too large for a double");
        }
        value = Double.doubleToRawLongBits(parsed);
        return TokenKind.DOUBLE;
    }

    private int skipDigits(int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private static boolean isHex(char c) {
        return digit(c) >= 0;
    }

    private static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int lower = c | 0x20;
        return c < 0x80 && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    private PtxSyntaxException malformed(String problem) {
        return new PtxSyntaxException(file, line, problem, text.substring(start, Math.min(text.length(), start + 60)));
    }
}
