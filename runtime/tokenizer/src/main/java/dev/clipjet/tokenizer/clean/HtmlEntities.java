package dev.clipjet.tokenizer.clean;

import dev.clipjet.tokenizer.unicode.CodePointSet;
import dev.clipjet.tokenizer.unicode.DataFile;
import java.util.Map;

/** HTML character references as Python's {@code html.unescape} reads them, after the parsing rules of HTML 5. */
public final class HtmlEntities {
    private static final DataFile FILE = DataFile.read(HtmlEntities.class, "html-entities.txt");
    private static final Map<String, String> NAMED = FILE.strings("html5");
    private static final Map<Integer, String> REPLACED = FILE.mappings("replaced");
    private static final CodePointSet REMOVED = FILE.set("removed");
    private static final int LONGEST_NAME = 32;
    private static final int LAST_CODE_POINT = 0x10FFFF;

    private HtmlEntities() {}

    /** The text of a reference by name, such as {@code amp;}, or null. Few names may lack the semicolon. */
    public static String named(String name) {
        return NAMED.get(name);
    }

    /** {@code html.unescape(text)}. */
    public static String unescape(String text) {
        int ampersand = text.indexOf('&');
        if (ampersand < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int copied = 0;
        while (ampersand >= 0) {
            out.append(text, copied, ampersand);
            copied = reference(text, ampersand, out);
            ampersand = text.indexOf('&', copied);
        }
        return out.append(text, copied, text.length()).toString();
    }

    /** Appends what the reference at an ampersand stands for, and returns where the text goes on. */
    private static int reference(String text, int ampersand, StringBuilder out) {
        int start = ampersand + 1;
        if (start < text.length() && text.charAt(start) == '#') {
            return numeric(text, ampersand, out);
        }
        // Characters outside the BMP count as one, as in Python.
        int end = start;
        for (int n = 0; n < LONGEST_NAME && end < text.length() && isNameCharacter(text.charAt(end)); n++) {
            end += Character.charCount(text.codePointAt(end));
        }
        if (end > start && end < text.length() && text.charAt(end) == ';') {
            end++;
        }
        // The longest prefix that is a name, of at least two characters unless it is all there is.
        for (int length = end - start; length > 1; length--) {
            String value = NAMED.get(text.substring(start, start + length));
            if (value != null) {
                out.append(value);
                return start + length;
            }
        }
        out.append('&');
        return start;
    }

    private static boolean isNameCharacter(char c) {
        return switch (c) {
            case '\t', '\n', '\f', ' ', '<', '&', '#', ';' -> false;
            default -> true;
        };
    }

    private static int numeric(String text, int ampersand, StringBuilder out) {
        int start = ampersand + 2;
        boolean hex = start < text.length() && (text.charAt(start) | 0x20) == 'x';
        int digits = hex ? start + 1 : start;
        int end = digits;
        int number = 0;
        while (end < text.length() && digit(text.charAt(end), hex) >= 0) {
            number = Math.min(number * (hex ? 16 : 10) + digit(text.charAt(end), hex), LAST_CODE_POINT + 1);
            end++;
        }
        if (end == digits) {
            out.append('&');
            return ampersand + 1;
        }
        if (end < text.length() && text.charAt(end) == ';') {
            end++;
        }
        String replaced = REPLACED.get(number);
        if (replaced != null) {
            out.append(replaced);
        } else if ((number >= Character.MIN_SURROGATE && number <= Character.MAX_SURROGATE)
                || number > LAST_CODE_POINT) {
            out.append('\uFFFD');
        } else if (!REMOVED.contains(number)) {
            out.appendCodePoint(number);
        }
        return end;
    }

    private static int digit(char c, boolean hex) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int letter = c | 0x20;
        return hex && c < 0x80 && letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }
}
