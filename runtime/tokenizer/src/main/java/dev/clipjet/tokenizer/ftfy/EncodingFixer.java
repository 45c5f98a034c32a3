package dev.clipjet.tokenizer.ftfy;

import dev.clipjet.tokenizer.unicode.Utf8;
import java.util.Optional;

/**
 * {@code ftfy.fix_encoding}: texts that look like mojibake are encoded again as they were read by mistake, and decoded as
 * UTF-8, as long as that makes a difference.
 */
final class EncodingFixer {
    private EncodingFixer() {}

    static String fix(String text) {
        String current = text;
        while (true) {
            String next = fixOnce(current);
            if (next.equals(current)) {
                return next;
            }
            current = next;
        }
    }

    private static String fixOnce(String text) {
        if (!Mojibake.isLikely(text)) {
            return text;
        }
        for (SingleByteEncoding encoding : SingleByteEncoding.ALL) {
            byte[] bytes = encoding.encode(text);
            Optional<String> decoded = bytes == null ? Optional.empty() : decode(bytes, encoding);
            if (decoded.isPresent()) {
                return decoded.get();
            }
        }
        String fixed = EmbeddedUtf8.fix(text);
        if (!fixed.equals(text)) {
            return fixed;
        }
        byte[] latin1 = SingleByteEncoding.LATIN_1.encode(text);
        if (latin1 != null) {
            // Not UTF-8, but with control characters that nobody means: read as Latin-1 what was Windows-1252.
            String windows = SingleByteEncoding.WINDOWS_1252.decode(latin1);
            if (windows != null && !windows.equals(text)) {
                return windows;
            }
        }
        return SingleByteEncoding.fixC1Controls(text);
    }

    private static Optional<String> decode(byte[] encoded, SingleByteEncoding encoding) {
        byte[] bytes = encoded;
        if (!encoding.isMacRoman()) {
            bytes = Utf8Repair.restoreNoBreakSpaces(bytes);
        }
        if (encoding.isSloppy()) {
            bytes = Utf8Repair.replaceLossySequences(bytes);
        }
        return Utf8Repair.hasVariantBytes(bytes)
                ? Utf8Variants.decode(bytes)
                : Utf8.decodeStrict(bytes, 0, bytes.length);
    }
}
