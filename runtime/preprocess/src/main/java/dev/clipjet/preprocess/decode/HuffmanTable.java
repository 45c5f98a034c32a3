package dev.clipjet.preprocess.decode;

import java.util.Arrays;
import java.util.HexFormat;

/** A JPEG Huffman table: a look-up by the next 9 bits, and code ranges for longer codes. */
final class HuffmanTable {

    static final int LOOK_BITS = 9;

    /** {@code length << 8 | symbol} by the next {@link #LOOK_BITS} bits; 0 for longer codes. */
    final short[] look = new short[1 << LOOK_BITS];

    /** Per length, the code after the last one of that length, left-aligned in 16 bits; the last is a sentinel. */
    final int[] limit = new int[18];

    /** Per length, what to add to a code to get the index of its symbol. */
    final int[] delta = new int[17];

    final byte[] symbols;

    /** Whether the counts describe a prefix code in which no code is all ones. */
    final boolean valid;

    private HuffmanTable(byte[] symbols, boolean valid) {
        this.symbols = symbols;
        this.valid = valid;
    }

    /**
     * A table that may be invalid, which matters only when it is used.
     *
     * @param counts number of codes of each length, {@code counts[1]} to {@code counts[16]}
     */
    static HuffmanTable of(int[] counts, byte[] symbols) {
        HuffmanTable table = new HuffmanTable(symbols, isPrefixCode(counts));
        if (!table.valid) {
            return table;
        }
        int code = 0;
        int index = 0;
        for (int length = 1; length <= 16; length++) {
            table.delta[length] = index - code;
            for (int i = 0; i < counts[length]; i++, code++, index++) {
                if (length <= LOOK_BITS) {
                    int shift = LOOK_BITS - length;
                    short entry = (short) (length << 8 | (symbols[index] & 0xff));
                    Arrays.fill(table.look, code << shift, (code + 1) << shift, entry);
                }
            }
            table.limit[length] = code << (16 - length);
            code <<= 1;
        }
        table.limit[17] = Integer.MAX_VALUE;
        return table;
    }

    private static boolean isPrefixCode(int[] counts) {
        int code = 0;
        for (int length = 1; length <= 16; length++) {
            code += counts[length];
            if (counts[length] > 0 && code >= 1 << length) {
                return false;
            }
            code <<= 1;
        }
        return true;
    }

    /** Whether a code of at most 8 bits begins these 8 bits. */
    boolean hasCode(int eightBits) {
        int entry = look[eightBits << (LOOK_BITS - 8)];
        return entry != 0 && entry >> 8 <= 8;
    }

    boolean hasSymbolAbove(int limit) {
        for (byte symbol : symbols) {
            if ((symbol & 0xff) > limit) {
                return true;
            }
        }
        return false;
    }

    /**
     * A table of ITU T.81 annex K, which files without tables mean.
     *
     * @param type 0 for DC, 1 for AC
     * @param id 0 for luminance, 1 for chrominance
     */
    static HuffmanTable standard(int type, int id) {
        if (type == 0) {
            return standard(id == 0 ? DC_LUMINANCE : DC_CHROMINANCE, twelve());
        }
        return id == 0
                ? standard(AC_LUMINANCE, bytes(AC_LUMINANCE_SYMBOLS))
                : standard(AC_CHROMINANCE, bytes(AC_CHROMINANCE_SYMBOLS));
    }

    private static HuffmanTable standard(int[] counts, byte[] symbols) {
        int[] fromOne = new int[17];
        System.arraycopy(counts, 0, fromOne, 1, 16);
        return of(fromOne, symbols);
    }

    private static byte[] twelve() {
        return new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static final int[] DC_LUMINANCE = {0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0};
    private static final int[] DC_CHROMINANCE = {0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0};
    private static final int[] AC_LUMINANCE = {0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d};
    private static final int[] AC_CHROMINANCE = {0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77};

    private static final String AC_LUMINANCE_SYMBOLS =
            "01020300041105122131410613516107227114328191a1082342b1c11552d1f0"
                    + "2433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a6364"
                    + "65666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9"
                    + "bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa";

    private static final String AC_CHROMINANCE_SYMBOLS =
            "000102031104052131061241510761711322328108144291a1b1c109233352f0"
                    + "156272d10a162434e125f11718191a262728292a35363738393a434445464748494a535455565758595a6364"
                    + "65666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8"
                    + "b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa";
}
