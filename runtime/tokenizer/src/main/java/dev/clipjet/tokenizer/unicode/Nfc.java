package dev.clipjet.tokenizer.unicode;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Normalization form C (Unicode Standard Annex 15) over fixed tables: decompose, order marks by combining class, compose.
 */
public final class Nfc {
    /** Below this every text is in form C already. */
    private static final int FIRST_MARK = 0x300;

    private static final int HANGUL = 0xAC00;
    private static final int HANGUL_COUNT = 11172;
    private static final int LEADING = 0x1100;
    private static final int LEADING_COUNT = 19;
    private static final int VOWEL = 0x1161;
    private static final int VOWEL_COUNT = 21;
    /** One before the first trailing consonant. */
    private static final int TRAILING = 0x11A7;

    private static final int TRAILING_COUNT = 28;

    private static final DataFile FILE = DataFile.read(Nfc.class, "unicode-nfc.txt");
    private static final Nfc PYTHON = new Nfc(CodePointSet.of(""));
    private static final Nfc TOKENIZERS = new Nfc(FILE.set("unknown-to-tokenizers"));

    private final Map<Integer, Integer> classes = new HashMap<>();
    private final Map<Integer, int[]> decompositions = new HashMap<>();
    private final Map<Long, Integer> compositions = new HashMap<>();
    /** Code points whose mere presence may make a text not normal: NFC_Quick_Check is not Yes, or a class is not 0. */
    private final Set<Integer> activeAstral = new HashSet<>();

    private final long[] activeBmp = new long[0x10000 / Long.SIZE];

    private Nfc(CodePointSet unknown) {
        for (String token : FILE.section("combining-class")) {
            int colon = token.indexOf(':');
            int combiningClass = Integer.parseInt(token.substring(0, colon));
            int dash = token.indexOf('-');
            int first = DataFile.hex(dash < 0 ? token.substring(colon + 1) : token.substring(colon + 1, dash));
            int last = dash < 0 ? first : DataFile.hex(token.substring(dash + 1));
            for (int c = first; c <= last; c++) {
                if (!unknown.contains(c)) {
                    classes.put(c, combiningClass);
                    activate(c);
                }
            }
        }
        for (String token : FILE.section("composition")) {
            int[] parts = decomposition(token);
            if (!unknown.contains(parts[0])) {
                decompositions.put(parts[0], new int[] {parts[1], parts[2]});
                compositions.put(pair(parts[1], parts[2]), parts[0]);
                activate(parts[2]);
            }
        }
        for (String token : FILE.section("decomposition")) {
            int[] parts = decomposition(token);
            decompositions.put(parts[0], Arrays.copyOfRange(parts, 1, parts.length));
            activate(parts[0]);
        }
        for (int c = VOWEL; c < VOWEL + VOWEL_COUNT; c++) {
            activate(c);
        }
        for (int c = TRAILING + 1; c < TRAILING + TRAILING_COUNT; c++) {
            activate(c);
        }
    }

    /** {@code unicodedata.normalize("NFC", text)} of Python 3.11: Unicode 14. */
    public static String python(String text) {
        return PYTHON.normalize(text);
    }

    /** The normalizer {@code NFC} of tokenizers 0.20.3 and 0.23.3, whose tables are older than its letters. */
    public static String tokenizers(String text) {
        return TOKENIZERS.normalize(text);
    }

    private String normalize(String text) {
        return isNormal(text) ? text : compose(ordered(decomposed(text)));
    }

    private boolean isNormal(String text) {
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (c >= FIRST_MARK && (c < 0x10000 ? (activeBmp[c >> 6] & (1L << c)) != 0 : activeAstral.contains(c))) {
                return false;
            }
            i += Character.charCount(c);
        }
        return true;
    }

    private int[] decomposed(String text) {
        CodePoints out = new CodePoints(text.length() + 16);
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            decompose(c, out);
            i += Character.charCount(c);
        }
        return out.toArray();
    }

    private void decompose(int c, CodePoints out) {
        if (c >= HANGUL && c < HANGUL + HANGUL_COUNT) {
            int index = c - HANGUL;
            out.add(LEADING + index / (VOWEL_COUNT * TRAILING_COUNT));
            out.add(VOWEL + index / TRAILING_COUNT % VOWEL_COUNT);
            if (index % TRAILING_COUNT != 0) {
                out.add(TRAILING + index % TRAILING_COUNT);
            }
            return;
        }
        int[] parts = decompositions.get(c);
        if (parts == null) {
            out.add(c);
            return;
        }
        for (int part : parts) {
            decompose(part, out);
        }
    }

    /** Sorts each run of marks by class, equal classes in the order of the text. */
    private int[] ordered(int[] text) {
        for (int i = 0; i < text.length; ) {
            int end = i;
            while (end < text.length && combiningClass(text[end]) != 0) {
                end++;
            }
            if (end - i > 1) {
                sortByClass(text, i, end);
            }
            i = Math.max(end, i + 1);
        }
        return text;
    }

    private void sortByClass(int[] text, int start, int end) {
        long[] keys = new long[end - start];
        for (int i = start; i < end; i++) {
            keys[i - start] = (long) combiningClass(text[i]) << 32 | i;
        }
        Arrays.sort(keys);
        int[] run = Arrays.copyOfRange(text, start, end);
        for (int i = 0; i < keys.length; i++) {
            text[start + i] = run[(int) keys[i] - start];
        }
    }

    private String compose(int[] text) {
        StringBuilder out = new StringBuilder(text.length);
        CodePoints marks = new CodePoints(16);
        int starter = -1;
        int lastClass = 0;
        for (int c : text) {
            int combiningClass = combiningClass(c);
            // A mark is blocked by a mark of the same or a higher class that stayed in between.
            boolean reaches =
                    starter >= 0 && (marks.size() == 0 || (combiningClass != 0 && lastClass < combiningClass));
            int composed = reaches ? composed(starter, c) : -1;
            if (composed >= 0) {
                starter = composed;
            } else if (combiningClass == 0) {
                flush(starter, marks, out);
                starter = c;
                lastClass = 0;
            } else {
                marks.add(c);
                lastClass = combiningClass;
            }
        }
        flush(starter, marks, out);
        return out.toString();
    }

    private static void flush(int starter, CodePoints marks, StringBuilder out) {
        if (starter >= 0) {
            out.appendCodePoint(starter);
        }
        for (int i = 0; i < marks.size(); i++) {
            out.appendCodePoint(marks.get(i));
        }
        marks.clear();
    }

    private int composed(int first, int second) {
        if (first >= LEADING && first < LEADING + LEADING_COUNT && second >= VOWEL && second < VOWEL + VOWEL_COUNT) {
            return HANGUL + ((first - LEADING) * VOWEL_COUNT + second - VOWEL) * TRAILING_COUNT;
        }
        if (first >= HANGUL
                && first < HANGUL + HANGUL_COUNT
                && (first - HANGUL) % TRAILING_COUNT == 0
                && second > TRAILING
                && second < TRAILING + TRAILING_COUNT) {
            return first + second - TRAILING;
        }
        return compositions.getOrDefault(pair(first, second), -1);
    }

    private int combiningClass(int c) {
        return c < FIRST_MARK ? 0 : classes.getOrDefault(c, 0);
    }

    private void activate(int c) {
        if (c < 0x10000) {
            activeBmp[c >> 6] |= 1L << c;
        } else {
            activeAstral.add(c);
        }
    }

    private static long pair(int first, int second) {
        return (long) first << 32 | second;
    }

    /** {@code C0=41+300} as 0xC0, 0x41, 0x300. */
    private static int[] decomposition(String token) {
        return List.of(token.split("[=+]", -1)).stream().mapToInt(DataFile::hex).toArray();
    }
}
