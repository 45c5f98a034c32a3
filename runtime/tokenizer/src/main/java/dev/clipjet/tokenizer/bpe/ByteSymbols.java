package dev.clipjet.tokenizer.bpe;

import java.util.Arrays;

/**
 * The characters that stand for bytes in a byte-level vocabulary: printable characters of Latin-1 for themselves, the other
 * bytes, in order, for U+0100 and up. Formula source: {@code bytes_to_unicode} of openai/CLIP.
 */
public final class ByteSymbols {
    private static final char[] SYMBOLS = new char[256];
    private static final int[] BYTES = new int[0x100 + 256];

    static {
        Arrays.fill(BYTES, -1);
        char next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            SYMBOLS[b] = printable ? (char) b : next++;
            BYTES[SYMBOLS[b]] = b;
        }
    }

    private ByteSymbols() {}

    /** The character for a byte from 0 to 255. */
    public static char symbol(int b) {
        return SYMBOLS[b];
    }

    /** The byte for a character, or -1 if it stands for none. */
    static int byteOf(char symbol) {
        return symbol < BYTES.length ? BYTES[symbol] : -1;
    }
}
