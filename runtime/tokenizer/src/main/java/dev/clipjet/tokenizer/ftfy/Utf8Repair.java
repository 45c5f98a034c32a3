package dev.clipjet.tokenizer.ftfy;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Repairs of bytes that would be UTF-8 had not something been lost. Patterns run over bytes written as Latin-1. */
final class Utf8Repair {
    private static final String CONTINUATION = "[\\x80-\\xBF]";
    /** Continuation bytes that come out as neither a space nor, U+0085, a line break. */
    private static final String SOLID = "[\\x80-\\x84\\x86-\\x9F\\xA1-\\xBF]";
    /** A continuation byte, or what is left of one. */
    private static final String LOSSY = "[\\x1A\\x80-\\xBF]";
    /** What is left of a continuation byte. */
    private static final String LOST = "[\\x1A?]";

    private static final String HIGH_SURROGATE = "\\xED[\\xA0-\\xAF]";
    private static final String LOW_SURROGATE = "\\xED[\\xB0-\\xBF]";
    private static final String LOSSY_OR_ASKED = "[\\x1A?\\x80-\\xBF]";

    /** Sequences in which a space stands for byte A0, and that make likely characters with it. */
    private static final Pattern WITH_SPACE = Pattern.compile("[\\xC2\\xC3\\xC5\\xCE\\xD0\\xD9] "
            + "|[\\xE2\\xE3] " + SOLID
            + "|[\\xE0-\\xE3]" + SOLID + " "
            + "|\\xF0 " + CONTINUATION + CONTINUATION
            + "|\\xF0" + CONTINUATION + " " + CONTINUATION
            + "|\\xF0" + CONTINUATION + CONTINUATION + " ");

    /** The word "à", but for Portuguese words that begin with it. */
    private static final Pattern A_GRAVE_WORD = Pattern.compile("\\xC3 (?! |quele|quela|quilo|s )");

    private static final Pattern LOSSY_SEQUENCE = Pattern.compile("[\\xC2-\\xDF]\\x1A"
            + "|[\\xC2\\xC3]\\?"
            + "|" + HIGH_SURROGATE + LOST + LOW_SURROGATE + LOSSY_OR_ASKED
            + "|" + HIGH_SURROGATE + LOSSY_OR_ASKED + LOW_SURROGATE + LOST
            + "|[\\xE0-\\xEF]" + LOST + LOSSY
            + "|[\\xE0-\\xEF]" + LOSSY + LOST
            + "|[\\xF0-\\xF4]" + LOST + LOSSY + LOSSY
            + "|[\\xF0-\\xF4]" + LOSSY + LOST + LOSSY
            + "|[\\xF0-\\xF4]" + LOSSY + LOSSY + LOST
            + "|\\x1A");

    /** U+FFFD in UTF-8. */
    private static final String REPLACEMENT = "\u00EF\u00BF\u00BD";

    private Utf8Repair() {}

    /** Spaces that were byte A0 in the middle of a sequence. */
    static byte[] restoreNoBreakSpaces(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (!WITH_SPACE.matcher(text).find()) {
            return bytes;
        }
        String words = A_GRAVE_WORD.matcher(text).replaceAll("\u00C3\u00A0 ");
        return WITH_SPACE
                .matcher(words)
                .replaceAll(match -> match.group().replace(' ', '\u00A0'))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Sequences with lost bytes become U+FFFD. */
    static byte[] replaceLossySequences(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return LOSSY_SEQUENCE.matcher(text).replaceAll(REPLACEMENT).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Whether the bytes may be a variant of UTF-8 rather than UTF-8. */
    static boolean hasVariantBytes(byte[] bytes) {
        for (byte b : bytes) {
            if (b == (byte) 0xED || b == (byte) 0xC0) {
                return true;
            }
        }
        return false;
    }
}
