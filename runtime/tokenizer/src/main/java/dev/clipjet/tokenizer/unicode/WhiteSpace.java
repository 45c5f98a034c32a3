package dev.clipjet.tokenizer.unicode;

import java.util.function.IntPredicate;

/** White space, which no version of Unicode since 6.3 has changed, and what Python and regular expressions make of it. */
public final class WhiteSpace {
    private WhiteSpace() {}

    /** Property White_Space; {@code \s} of Python's regex module and of tokenizers. All are below U+10000. */
    public static boolean contains(int codePoint) {
        if (codePoint < 0x80) {
            return codePoint == ' ' || (codePoint >= 9 && codePoint <= 13);
        }
        return switch (codePoint) {
            case 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default -> codePoint >= 0x2000 && codePoint <= 0x200A;
        };
    }

    /** Python's {@code str.isspace}: four separators of ASCII more. */
    public static boolean isPythonSpace(int codePoint) {
        return (codePoint >= 0x1C && codePoint <= 0x1F) || contains(codePoint);
    }

    /** {@code re.sub(r"\s+", " ", text)}. */
    public static String collapse(String text) {
        return collapse(text, WhiteSpace::contains);
    }

    /** {@code " ".join(text.split())}. */
    public static String splitAndJoin(String text) {
        return strip(collapse(text, WhiteSpace::isPythonSpace));
    }

    /** {@code text.strip()}. */
    public static String strip(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isPythonSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isPythonSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static String collapse(String text, IntPredicate space) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isSpace = space.test(c);
            boolean second = isSpace && i > 0 && space.test(text.charAt(i - 1));
            if (out == null) {
                if (!isSpace || (c == ' ' && !second)) {
                    continue;
                }
                out = new StringBuilder(text.length()).append(text, 0, i);
            }
            if (!second) {
                out.append(isSpace ? ' ' : c);
            }
        }
        return out == null ? text : out.toString();
    }
}
