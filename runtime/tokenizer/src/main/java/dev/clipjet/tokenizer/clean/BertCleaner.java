package dev.clipjet.tokenizer.clean;

import dev.clipjet.tokenizer.unicode.CodePointSet;
import dev.clipjet.tokenizer.unicode.Nfc;
import dev.clipjet.tokenizer.unicode.UnicodeSets;
import dev.clipjet.tokenizer.unicode.WhiteSpace;

/**
 * What BERT's {@code BasicTokenizer} of transformers 4 does for CLIP, but for lower case: drops what is no character, puts
 * spaces around Chinese ones, and composes.
 */
final class BertCleaner {
    private static final CodePointSet OTHER = UnicodeSets.other();
    private static final CodePointSet SPACES = UnicodeSets.spaceSeparators();

    private BertCleaner() {}

    static String clean(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> append(c, out));
        return WhiteSpace.splitAndJoin(Nfc.python(out.toString()));
    }

    private static void append(int c, StringBuilder out) {
        if (c == '\t' || c == '\n' || c == '\r' || SPACES.contains(c)) {
            out.append(' ');
        } else if (isChinese(c)) {
            out.append(' ').appendCodePoint(c).append(' ');
        } else if (c != 0xFFFD && !OTHER.contains(c)) {
            out.appendCodePoint(c);
        }
    }

    private static boolean isChinese(int c) {
        return (c >= 0x4E00 && c <= 0x9FFF)
                || (c >= 0x3400 && c <= 0x4DBF)
                || (c >= 0x20000 && c <= 0x2A6DF)
                || (c >= 0x2A700 && c <= 0x2CEAF)
                || (c >= 0xF900 && c <= 0xFAFF)
                || (c >= 0x2F800 && c <= 0x2FA1F);
    }
}
