package dev.clipjet.ptx.syntax;

import dev.clipjet.ptx.syntax.Token.Kind;

/** Text to tokens, one at a time. Comments and lines of the C preprocessor vanish. */
final class Lexer {
    private static final String MARKS = "{}()[]<>;,:+-*/%!~&|^?=@_";

    private final String file;
    private final String text;
    private int at;
    private int line = 1;
    private boolean glued;

    Lexer(String file, String text) {
        this.file = file;
        this.text = text;
    }

    int line() {
        return line;
    }

    /** The next token. */
    Token next() {
        skipBlank();
        if (at >= text.length()) {
            return new Token(Kind.END, "end of the text", 0, line, false);
        }
        boolean wasGlued = glued;
        glued = true;
        char c = text.charAt(at);
        int start = at;
        if (c == '.' && at + 1 < text.length() && isDottedPart(text.charAt(at + 1))) {
            at++;
            skipDotted();
            return new Token(Kind.DOTTED, text.substring(start + 1, at), 0, line, wasGlued);
        }
        if (c >= '0' && c <= '9') {
            return number(wasGlued);
        }
        if (isWordStart(c) && !(c == '%' && !nextIsWord()) && !(c == '_' && !nextIsWord())) {
            at++;
            while (at < text.length() && isWordPart(text.charAt(at))) {
                at++;
            }
            return new Token(Kind.WORD, text.substring(start, at), 0, line, wasGlued);
        }
        if (c == '"') {
            return string(wasGlued);
        }
        if (MARKS.indexOf(c) >= 0) {
            at++;
            if (at < text.length()) {
                String two = text.substring(start, at + 1);
                if (two.equals("<<")
                        || two.equals(">>")
                        || two.equals("&&")
                        || two.equals("||")
                        || two.equals("==")
                        || two.equals("!=")
                        || two.equals("<=")
                        || two.equals(">=")) {
                    at++;
                    return new Token(Kind.MARK, two, 0, line, wasGlued);
                }
            }
            return new Token(Kind.MARK, text.substring(start, at), 0, line, wasGlued);
        }
        throw new PtxSyntaxException(file, line, "unexpected character", String.format("%c (U+%04X)", c, (int) c));
    }

    /** Skips to behind the brace that closes one already read; for sections of debugging data. */
    void skipBraces() {
        int depth = 1;
        int from = line;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '\n') {
                line++;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                glued = false;
                return;
            }
        }
        throw new PtxSyntaxException(file, from, "the section is never closed", "");
    }

    private void skipBlank() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                line++;
                at++;
                glued = false;
            } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
                at++;
                glued = false;
            } else if (c == '/' && text.startsWith("//", at)) {
                skipLine();
            } else if (c == '/' && text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw new PtxSyntaxException(file, line, "the comment is never closed", "");
                }
                for (; at < end + 2; at++) {
                    if (text.charAt(at) == '\n') {
                        line++;
                    }
                }
                glued = false;
            } else if (c == '#') {
                skipLine();
            } else {
                return;
            }
        }
    }

    private void skipLine() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
        glued = false;
    }

    private void skipDotted() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (isDottedPart(c)) {
                at++;
            } else if (c == ':' && text.startsWith("::", at)) {
                at += 2;
            } else {
                return;
            }
        }
    }

    private Token number(boolean wasGlued) {
        int start = at;
        char second = at + 1 < text.length() ? Character.toLowerCase(text.charAt(at + 1)) : ' ';
        if (text.charAt(at) == '0'
                && (second == 'f' || second == 'd')
                && hexDigits(at + 2) == (second == 'f' ? 8 : 16)) {
            at += 2;
            long bits = digits(16, hexDigits(at));
            Kind kind = second == 'f' ? Kind.FLOAT : Kind.DOUBLE;
            return new Token(kind, text.substring(start, at), bits, line, wasGlued);
        }
        if (text.charAt(at) == '0' && (second == 'x' || second == 'b')) {
            at += 2;
            int radix = second == 'x' ? 16 : 2;
            int from = at;
            while (at < text.length() && Character.digit(text.charAt(at), radix) >= 0) {
                at++;
            }
            int count = at - from;
            at = from;
            return integer(start, radix, count, wasGlued);
        }
        int end = at;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        if (end < text.length() && (text.charAt(end) == '.' || Character.toLowerCase(text.charAt(end)) == 'e')) {
            return fraction(start, end, wasGlued);
        }
        boolean octal = text.charAt(start) == '0' && end - start > 1;
        return integer(start, octal ? 8 : 10, end - start, wasGlued);
    }

    private Token fraction(int start, int dot, boolean wasGlued) {
        int end = dot;
        while (end < text.length()) {
            char c = text.charAt(end);
            boolean sign = (c == '-' || c == '+') && Character.toLowerCase(text.charAt(end - 1)) == 'e';
            if (c >= '0' && c <= '9' || c == '.' || c == 'e' || c == 'E' || sign) {
                end++;
            } else {
                break;
            }
        }
        String written = text.substring(start, end);
        at = end;
        try {
            if (written.length() > 400) {
                throw new NumberFormatException("too long");
            }
            return new Token(
                    Kind.DOUBLE, written, Double.doubleToRawLongBits(Double.parseDouble(written)), line, wasGlued);
        } catch (NumberFormatException malformed) {
            throw new PtxSyntaxException(file, line, "malformed number", written);
        }
    }

    private Token integer(int start, int radix, int count, boolean wasGlued) {
        if (count == 0) {
            throw new PtxSyntaxException(file, line, "a number without digits", text.substring(start, at));
        }
        long value = digits(radix, count);
        if (at < text.length() && (text.charAt(at) == 'U' || text.charAt(at) == 'u')) {
            at++;
        }
        if (at < text.length() && isWordPart(text.charAt(at))) {
            throw new PtxSyntaxException(
                    file, line, "malformed number", text.substring(start, Math.min(text.length(), at + 8)));
        }
        return new Token(Kind.INTEGER, text.substring(start, at), value, line, wasGlued);
    }

    private long digits(int radix, int count) {
        int from = at;
        at += count;
        try {
            return Long.parseUnsignedLong(text, from, at, radix);
        } catch (NumberFormatException tooLarge) {
            throw new PtxSyntaxException(
                    file, line, "the number does not fit 64 bits", text.substring(from, Math.min(at, from + 80)));
        }
    }

    private int hexDigits(int from) {
        int end = from;
        while (end < text.length() && end - from < 17 && Character.digit(text.charAt(end), 16) >= 0) {
            end++;
        }
        return end - from;
    }

    private Token string(boolean wasGlued) {
        int start = ++at;
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\n') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        if (at >= text.length() || text.charAt(at) != '"') {
            throw new PtxSyntaxException(file, line, "the string is never closed", "");
        }
        at++;
        return new Token(Kind.STRING, text.substring(start, at - 1), 0, line, wasGlued);
    }

    private boolean nextIsWord() {
        return at + 1 < text.length() && isWordPart(text.charAt(at + 1));
    }

    private static boolean isWordStart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || c == '%';
    }

    private static boolean isWordPart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$';
    }

    private static boolean isDottedPart(char c) {
        return isWordPart(c);
    }
}
