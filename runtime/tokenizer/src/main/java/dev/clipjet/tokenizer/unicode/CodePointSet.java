package dev.clipjet.tokenizer.unicode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An immutable set of code points: a bit per code point below U+10000, ranges above. */
public final class CodePointSet {
    private static final int BMP = 0x10000;

    private final long[] bmp;
    /** First and last of each range above the BMP, ascending. */
    private final int[] astral;

    private CodePointSet(long[] bmp, int[] astral) {
        this.bmp = bmp;
        this.astral = astral;
    }

    /** A set from tokens such as {@code 41-5A} and {@code AA}, ascending. */
    static CodePointSet parse(List<String> tokens) {
        long[] bmp = new long[BMP / Long.SIZE];
        List<Integer> astral = new ArrayList<>();
        for (String token : tokens) {
            int dash = token.indexOf('-');
            int first = DataFile.hex(dash < 0 ? token : token.substring(0, dash));
            int last = dash < 0 ? first : DataFile.hex(token.substring(dash + 1));
            for (int c = first; c <= Math.min(last, BMP - 1); c++) {
                bmp[c >> 6] |= 1L << c;
            }
            if (last >= BMP) {
                astral.add(Math.max(first, BMP));
                astral.add(last);
            }
        }
        return new CodePointSet(bmp, astral.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The characters of a string, all below U+10000. */
    public static CodePointSet of(String characters) {
        long[] bmp = new long[BMP / Long.SIZE];
        characters.chars().forEach(c -> bmp[c >> 6] |= 1L << c);
        return new CodePointSet(bmp, new int[0]);
    }

    /** The union of sets of which at most one reaches above U+FFFF. */
    public static CodePointSet union(CodePointSet... sets) {
        long[] bmp = new long[BMP / Long.SIZE];
        int[] astral = {};
        for (CodePointSet set : sets) {
            for (int i = 0; i < bmp.length; i++) {
                bmp[i] |= set.bmp[i];
            }
            if (astral.length > 0 && set.astral.length > 0) {
                throw new IllegalArgumentException("a union of two sets with code points above U+FFFF");
            }
            astral = set.astral.length > 0 ? set.astral : astral;
        }
        return new CodePointSet(bmp, astral);
    }

    public boolean contains(int codePoint) {
        if (codePoint < BMP) {
            return codePoint >= 0 && (bmp[codePoint >> 6] & (1L << codePoint)) != 0;
        }
        int i = Arrays.binarySearch(astral, codePoint);
        // Not a bound of a range: inside one if the next bound is a last, at an odd index.
        return i >= 0 || ((-i - 1) & 1) == 1;
    }
}
