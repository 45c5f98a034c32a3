package dev.clipjet.tokenizer.ftfy;

import dev.clipjet.tokenizer.unicode.CodePointSet;
import dev.clipjet.tokenizer.unicode.DataFile;
import dev.clipjet.tokenizer.unicode.Nfc;
import dev.clipjet.tokenizer.unicode.UnicodeSets;
import dev.clipjet.tokenizer.unicode.Utf8;

/** {@code ftfy.fix_text}: line by line, repeats all repairs until nothing changes any more. */
public final class TextFixer {
    /** Code points of the longest piece of text that is repaired at once. */
    private static final int MAX_SEGMENT = 1_000_000;

    static final DataFile TABLES = DataFile.read(TextFixer.class, "tables.txt");
    private static final Replacements LIGATURES = new Replacements("ligatures");
    private static final Replacements WIDTHS = new Replacements("width");

    private TextFixer() {}

    /** The repaired text, free of lone surrogates. */
    public static String fix(String text) {
        if (isPlain(text)) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        boolean unescape = true;
        for (int start = 0; start < text.length(); ) {
            int end = segmentEnd(text, start);
            String segment = text.substring(start, end);
            // Markup, once seen, stays: from there on entities are left alone.
            unescape &= segment.indexOf('<') < 0;
            out.append(fixSegment(segment, unescape));
            start = end;
        }
        return out.toString();
    }

    /** ASCII without references and control characters: nothing to repair, and the bulk of all captions. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x7F || (c < ' ' && c != '\n' && c != '\t') || c == '&') {
                return false;
            }
        }
        return true;
    }

    private static int segmentEnd(String text, int start) {
        int lineBreak = text.indexOf('\n', start) + 1;
        int end = lineBreak == 0 ? text.length() : lineBreak;
        // A code point has at most two chars, so shorter segments need no count.
        if (end - start > MAX_SEGMENT && text.codePointCount(start, end) > MAX_SEGMENT) {
            end = text.offsetByCodePoints(start, MAX_SEGMENT);
        }
        return end;
    }

    private static String fixSegment(String segment, boolean unescape) {
        String text = segment;
        while (true) {
            String before = text;
            String unescaped = unescape ? Entities.unescape(text) : text;
            text = repair(unescaped);
            if (text.equals(before)) {
                return text;
            }
            if (unescape && text.equals(unescaped)) {
                text = ReferenceRounds.run(text, TextFixer::repair);
            }
        }
    }

    /** All repairs but that of character references, once. */
    static String repair(String damaged) {
        String text = EncodingFixer.fix(damaged);
        text = SingleByteEncoding.fixC1Controls(text);
        text = LIGATURES.apply(text);
        text = WIDTHS.apply(text);
        text = uncurlQuotes(text);
        text = fixLineBreaks(text);
        text = fixSurrogates(text);
        text = removeTerminalEscapes(text);
        text = removeControlCharacters(text);
        return Nfc.python(text);
    }

    private static String uncurlQuotes(String text) {
        return map(text, c -> {
            if (c == 0x2BC || (c >= 0x2018 && c <= 0x201B)) {
                return '\'';
            }
            return c >= 0x201C && c <= 0x201F ? '"' : c;
        });
    }

    private static String fixLineBreaks(String text) {
        return map(text.replace("\r\n", "\n"), c -> c == '\r' || c == 0x2028 || c == 0x2029 || c == 0x85 ? '\n' : c);
    }

    private static String fixSurrogates(String text) {
        if (Utf8.loneSurrogate(text) < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    /** Removes {@code ESC [ digits and semicolons letter}. */
    private static String removeTerminalEscapes(String text) {
        int escape = text.indexOf("\033[");
        if (escape < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        int copied = 0;
        while (escape >= 0) {
            int end = escape + 2;
            while (end < text.length() && isEscapeParameter(text.codePointAt(end))) {
                end += Character.charCount(text.codePointAt(end));
            }
            if (end < text.length() && isAsciiLetter(text.charAt(end))) {
                out.append(text, copied, escape);
                copied = end + 1;
            }
            escape = text.indexOf("\033[", Math.max(copied, escape + 1));
        }
        return out.append(text, copied, text.length()).toString();
    }

    private static boolean isEscapeParameter(int c) {
        return c == ';' || Digits.DECIMAL.contains(c);
    }

    static boolean isAsciiLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static String removeControlCharacters(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean removed = isRemoved(c);
            if (removed && out == null) {
                out = new StringBuilder(text.length()).append(text, 0, i);
            }
            if (!removed && out != null) {
                out.append(c);
            }
        }
        return out == null ? text : out.toString();
    }

    private static boolean isRemoved(char c) {
        return (c < ' ' && c != '\t' && c != '\n' && c != '\f' && c != '\r')
                || c == 0x7F
                || (c >= 0x206A && c <= 0x206F)
                || c == 0xFEFF
                || (c >= 0xFFF9 && c <= 0xFFFC);
    }

    private interface CharMap {
        int map(char c);
    }

    private static String map(String text, CharMap map) {
        char[] chars = text.toCharArray();
        boolean changed = false;
        for (int i = 0; i < chars.length; i++) {
            char mapped = (char) map.map(chars[i]);
            changed |= mapped != chars[i];
            chars[i] = mapped;
        }
        return changed ? new String(chars) : text;
    }

    /** Read when the first terminal escape is met. */
    private static final class Digits {
        static final CodePointSet DECIMAL = UnicodeSets.decimalDigits();
    }
}
