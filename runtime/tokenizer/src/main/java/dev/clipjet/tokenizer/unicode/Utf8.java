package dev.clipjet.tokenizer.unicode;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** UTF-8 with the error handling of Python, which differs from the JDK's in what one U+FFFD stands for. */
public final class Utf8 {
    private Utf8() {}

    /** The text, if every byte belongs to a well-formed sequence. */
    public static Optional<String> decodeStrict(byte[] bytes, int start, int end) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, start, end - start))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** {@code bytes.decode("utf-8", errors="replace")}: each longest prefix of a sequence that breaks off is one U+FFFD. */
    public static String decodeReplacing(byte[] bytes, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; ) {
            int lead = bytes[i] & 0xFF;
            int more = lead < 0x80 ? 0 : lead < 0xC2 ? -1 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : lead < 0xF5 ? 3 : -1;
            int codePoint = more <= 0 ? lead : lead & (0x3F >> more);
            i++;
            int left = more;
            while (left > 0 && i < length && continues(lead, more - left, bytes[i] & 0xFF)) {
                codePoint = (codePoint << 6) | (bytes[i++] & 0x3F);
                left--;
            }
            text.appendCodePoint(left == 0 ? codePoint : 0xFFFD);
        }
        return text.toString();
    }

    /** Whether a byte may follow; the second byte keeps out overlong forms, surrogates and what lies above U+10FFFF. */
    private static boolean continues(int lead, int index, int next) {
        int low = 0x80;
        int high = 0xBF;
        if (index == 0) {
            low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : low;
            high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : high;
        }
        return next >= low && next <= high;
    }

    /** Index of the first surrogate without its partner, or -1. */
    public static int loneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return i;
            }
        }
        return -1;
    }
}
