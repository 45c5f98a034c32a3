package dev.clipjet.tokenizer.ftfy;

import dev.clipjet.tokenizer.unicode.Utf8;
import java.util.Optional;

/** UTF-8 in which surrogate pairs may be two sequences of three bytes (CESU-8), and U+0000 may be C0 80 (Java). */
final class Utf8Variants {
    private static final int CESU_LENGTH = 6;

    private Utf8Variants() {}

    static Optional<String> decode(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        int plain = 0;
        int i = 0;
        while (i < bytes.length) {
            int length = isNull(bytes, i) ? 2 : isSurrogatePair(bytes, i) ? CESU_LENGTH : 0;
            if (length == 0) {
                i++;
                continue;
            }
            Optional<String> before = Utf8.decodeStrict(bytes, plain, i);
            if (before.isEmpty()) {
                return before;
            }
            text.append(before.get());
            if (length == 2) {
                text.append('\0');
            } else {
                text.appendCodePoint(0x10000
                        + ((bytes[i + 1] & 0x0F) << 16)
                        + ((bytes[i + 2] & 0x3F) << 10)
                        + ((bytes[i + 4] & 0x0F) << 6)
                        + (bytes[i + 5] & 0x3F));
            }
            i += length;
            plain = i;
        }
        return Utf8.decodeStrict(bytes, plain, bytes.length)
                .map(rest -> text.append(rest).toString());
    }

    private static boolean isNull(byte[] bytes, int i) {
        return i + 1 < bytes.length
                && bytes[i] == (byte) 0xC0
                && (bytes[i + 1] == (byte) 0x80 || isFinalNewline(bytes, i + 1));
    }

    private static boolean isSurrogatePair(byte[] bytes, int i) {
        return i + CESU_LENGTH <= bytes.length
                && bytes[i] == (byte) 0xED
                && (bytes[i + 1] & 0xF0) == 0xA0
                && (bytes[i + 2] & 0xC0) == 0x80
                && bytes[i + 3] == (byte) 0xED
                && (bytes[i + 4] & 0xF0) == 0xB0
                && ((bytes[i + 5] & 0xC0) == 0x80 || isFinalNewline(bytes, i + 5));
    }

    /** In the original's patterns a newline at the end of the text passes for the end of a truncated sequence. */
    private static boolean isFinalNewline(byte[] bytes, int i) {
        return i == bytes.length - 1 && bytes[i] == '\n';
    }
}
