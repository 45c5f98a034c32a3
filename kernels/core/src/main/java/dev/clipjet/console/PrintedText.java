package dev.clipjet.console;

/** Texts that come from files, names or users, as they may be printed: they cannot steer a terminal or feign a line of ours. */
public final class PrintedText {
    /** Of a text in an error. */
    public static final int MAX_ERROR_CHARS = 2_000;

    private static final int TAIL_CHARS = 200;

    private PrintedText() {}

    /**
     * On one line, with U+0000 to 001F, U+007F to 009F, bidirectional controls, separators of lines and paragraphs and halves of
     * surrogate pairs as {@code \n}, {@code \t}, {@code \r} or <code>&#92;uXXXX</code>.
     */
    public static String escape(String text) {
        return escape(text, false);
    }

    /**
     * A JSON document with the same characters as <code>&#92;uXXXX</code>, which stand in its strings only. What indents it
     * stays.
     */
    public static String escapeJson(String document) {
        return escape(document, true);
    }

    private static String escape(String text, boolean json) {
        int length = text.length();
        int at = 0;
        while (at < length && !isUnsafe(text, at, json)) {
            at += isPair(text, at) ? 2 : 1;
        }
        if (at >= length) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(length + 16).append(text, 0, at);
        while (at < length) {
            char c = text.charAt(at);
            if (isUnsafe(text, at, json)) {
                escaped.append(escape(c));
            } else {
                escaped.append(c);
                if (isPair(text, at)) {
                    at++;
                    escaped.append(text.charAt(at));
                }
            }
            at++;
        }
        return escaped.toString();
    }

    private static String escape(char c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> String.format("\\u%04x", (int) c);
        };
    }

    private static boolean isUnsafe(String text, int at, boolean json) {
        char c = text.charAt(at);
        if (c < 0x20) {
            return !json;
        }
        return c >= 0x7f && c <= 0x9f
                || c == 0x061c
                || c == 0x200e
                || c == 0x200f
                || c >= 0x2028 && c <= 0x202e
                || c >= 0x2066 && c <= 0x2069
                || Character.isSurrogate(c) && !isPair(text, at);
    }

    private static boolean isPair(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                && at + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(at + 1));
    }

    /** A text of an error: one that is too long has its beginning and its end, and says how much is left out; null stays. */
    public static String shorten(String text) {
        if (text == null || text.length() <= MAX_ERROR_CHARS) {
            return text;
        }
        int length = text.length();
        int head = MAX_ERROR_CHARS - TAIL_CHARS;
        if (Character.isHighSurrogate(text.charAt(head - 1))) {
            head--;
        }
        int tail = length - TAIL_CHARS;
        if (Character.isLowSurrogate(text.charAt(tail))) {
            tail++;
        }
        return text.substring(0, head) + " ... (" + (tail - head) + " characters left out) ... " + text.substring(tail);
    }
}
