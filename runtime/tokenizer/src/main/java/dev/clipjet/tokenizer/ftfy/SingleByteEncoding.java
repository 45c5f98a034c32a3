package dev.clipjet.tokenizer.ftfy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An encoding of one byte per character in which UTF-8 may have been read by mistake. The "sloppy" ones give undefined bytes
 * the meaning they have in Latin-1, and byte 1A that of U+FFFD.
 */
final class SingleByteEncoding {
    private static final int SUBSTITUTE = 0x1A;
    private static final char REPLACEMENT = 0xFFFD;

    /** The encodings to try, in this order. */
    static final List<SingleByteEncoding> ALL = List.of(
            latin1(),
            of("sloppy-windows-1252"),
            of("sloppy-windows-1251"),
            of("sloppy-windows-1250"),
            of("sloppy-windows-1253"),
            of("sloppy-windows-1254"),
            of("sloppy-windows-1257"),
            of("iso-8859-2"),
            of("macroman"),
            of("cp437"));

    static final SingleByteEncoding LATIN_1 = ALL.get(0);
    private static final SingleByteEncoding SLOPPY_WINDOWS_1252 = ALL.get(1);
    /** With five undefined bytes. */
    static final SingleByteEncoding WINDOWS_1252 = of("windows-1252");

    private final String name;
    /** Character of each byte, -1 for none. */
    private final int[] characters = new int[256];

    private final Map<Character, Byte> bytes = new HashMap<>();

    private SingleByteEncoding(String name, int[] upperHalf) {
        this.name = name;
        Arrays.setAll(characters, b -> b < 0x80 ? b : upperHalf[b - 0x80]);
        if (isSloppy()) {
            characters[SUBSTITUTE] = REPLACEMENT;
        }
        for (int b = 0; b < 256; b++) {
            if (characters[b] >= 0) {
                bytes.put((char) characters[b], (byte) b);
            }
        }
    }

    private static SingleByteEncoding latin1() {
        int[] upperHalf = new int[0x80];
        Arrays.setAll(upperHalf, i -> 0x80 + i);
        return new SingleByteEncoding("latin-1", upperHalf);
    }

    private static SingleByteEncoding of(String name) {
        int[] upperHalf = TextFixer.TABLES.section("encoding " + name).stream()
                .mapToInt(token -> token.equals("-") ? -1 : Integer.parseInt(token, 16))
                .toArray();
        return new SingleByteEncoding(name, upperHalf);
    }

    boolean isSloppy() {
        return name.startsWith("sloppy");
    }

    /** Mac Roman has its dashes where UTF-8 has lead bytes, so a space after one means nothing there. */
    boolean isMacRoman() {
        return name.equals("macroman");
    }

    /** The bytes of a text, or null if it has a character that this encoding lacks. */
    byte[] encode(String text) {
        byte[] encoded = new byte[text.length()];
        for (int i = 0; i < encoded.length; i++) {
            char c = text.charAt(i);
            if (c < 0x80 && c != SUBSTITUTE) {
                encoded[i] = (byte) c;
                continue;
            }
            Byte b = bytes.get(c);
            if (b == null) {
                return null;
            }
            encoded[i] = b;
        }
        return encoded;
    }

    /** The text of bytes, or null if one of them is undefined. */
    String decode(byte[] encoded) {
        char[] text = new char[encoded.length];
        for (int i = 0; i < text.length; i++) {
            int c = characters[encoded[i] & 0xFF];
            if (c < 0) {
                return null;
            }
            text[i] = (char) c;
        }
        return new String(text);
    }

    /** U+0080 to U+009F as the characters that Windows-1252 has there. */
    static String fixC1Controls(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80 && c <= 0x9F) {
                out = out == null ? new StringBuilder(text) : out;
                out.setCharAt(i, (char) SLOPPY_WINDOWS_1252.characters[c]);
            }
        }
        return out == null ? text : out.toString();
    }
}
