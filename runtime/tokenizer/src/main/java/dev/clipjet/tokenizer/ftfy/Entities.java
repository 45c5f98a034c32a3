package dev.clipjet.tokenizer.ftfy;

import dev.clipjet.tokenizer.clean.HtmlEntities;
import java.util.Map;

/**
 * ftfy's reading of HTML character references: stricter than HTML in that a semicolon must end them, laxer in that some
 * names may be in upper case.
 */
final class Entities {
    private static final int LONGEST = 24;

    /** Ampersand, number sign, name and semicolon. */
    static final int MAX_REFERENCE = LONGEST + 3;

    private static final Map<String, String> UPPER_CASE = TextFixer.TABLES.strings("upper-case-entities");

    private Entities() {}

    static String unescape(String text) {
        int ampersand = text.indexOf('&');
        if (ampersand < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int copied = 0;
        while (ampersand >= 0) {
            int end = end(text, ampersand);
            if (end > 0) {
                out.append(text, copied, ampersand).append(value(text.substring(ampersand, end)));
                copied = end;
            }
            ampersand = text.indexOf('&', Math.max(copied, ampersand + 1));
        }
        return out.append(text, copied, text.length()).toString();
    }

    /** Index after an ampersand, perhaps a number sign, the name and a semicolon, the name being 1 to 24 ASCII letters and digits; or -1. */
    static int end(String text, int ampersand) {
        int start = ampersand + 1;
        if (start < text.length() && text.charAt(start) == '#') {
            start++;
        }
        int end = start;
        while (end < text.length() && end - start < LONGEST && isAlphanumeric(text.charAt(end))) {
            end++;
        }
        return end > start && end < text.length() && text.charAt(end) == ';' ? end + 1 : -1;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= '0' && c <= '9') || TextFixer.isAsciiLetter(c);
    }

    /** What a reference stands for; itself if that is nothing. */
    static String value(String reference) {
        if (reference.startsWith("&#")) {
            String unescaped = HtmlEntities.unescape(reference);
            return unescaped.indexOf(';') >= 0 ? reference : unescaped;
        }
        String name = reference.substring(1);
        String value = HtmlEntities.named(name);
        return value != null ? value : UPPER_CASE.getOrDefault(name, reference);
    }
}
