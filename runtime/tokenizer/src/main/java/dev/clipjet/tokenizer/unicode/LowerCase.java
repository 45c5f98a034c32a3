package dev.clipjet.tokenizer.unicode;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** Lower-casing as Python and as Rust do it, from fixed tables. */
public final class LowerCase {
    private static final int CAPITAL_SIGMA = 0x3A3;
    private static final int SMALL_SIGMA = 0x3C3;
    private static final int FINAL_SIGMA = 0x3C2;
    private static final int CAPITAL_DOTTED_I = 0x130;

    private static final DataFile FILE = DataFile.read(LowerCase.class, "unicode-lower.txt");
    private static final LowerCase UNICODE_14 = new LowerCase(FILE.section("lower-14"));
    private static final LowerCase UNICODE_17 = new LowerCase(FILE.section("lower-14"), FILE.section("lower-17"));

    /** Code points that change into another one, ascending, and what they become. */
    private final int[] from;

    private final int[] to;

    @SafeVarargs
    private LowerCase(List<String>... tables) {
        long[] pairs = Arrays.stream(tables)
                .flatMap(List::stream)
                .flatMapToLong(LowerCase::pairs)
                .sorted()
                .toArray();
        from = Arrays.stream(pairs).mapToInt(pair -> (int) (pair >> 32)).toArray();
        to = Arrays.stream(pairs).mapToInt(pair -> (int) pair).toArray();
    }

    /** {@code str.lower()} of Python 3.11: Unicode 14, with the final form of sigma at the end of words. */
    public static String python(String text) {
        return UNICODE_14.lower(text, true);
    }

    /** Character by character with Unicode 14, as tokenizers 0.20.3 does: sigma is always the same. */
    public static String perCharacter14(String text) {
        return UNICODE_14.lower(text, false);
    }

    /** Character by character with Unicode 17, as tokenizers 0.23.3 does. */
    public static String perCharacter17(String text) {
        return UNICODE_17.lower(text, false);
    }

    private String lower(String text, boolean finalSigma) {
        int changed = 0;
        while (changed < text.length() && isUnchangedAscii(text.charAt(changed))) {
            changed++;
        }
        if (changed == text.length()) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length()).append(text, 0, changed);
        for (int i = changed; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (c < 0x80) {
                out.append((char) (c >= 'A' && c <= 'Z' ? c + 0x20 : c));
            } else if (c == CAPITAL_SIGMA) {
                out.append((char) (finalSigma && endsWord(text, i) ? FINAL_SIGMA : SMALL_SIGMA));
            } else if (c == CAPITAL_DOTTED_I) {
                out.append("i\u0307");
            } else {
                int index = Arrays.binarySearch(from, c);
                out.appendCodePoint(index < 0 ? c : to[index]);
            }
            i += Character.charCount(c);
        }
        return out.toString();
    }

    private static boolean isUnchangedAscii(char c) {
        return c < 0x80 && (c < 'A' || c > 'Z');
    }

    /** A cased letter before the sigma and none after it, case-ignorable characters skipped on both sides. */
    private static boolean endsWord(String text, int sigma) {
        int before = sigma;
        int c = -1;
        while (before > 0) {
            c = text.codePointBefore(before);
            if (!Context.IGNORABLE.contains(c)) {
                break;
            }
            before -= Character.charCount(c);
        }
        if (before == 0 || !Context.CASED.contains(c)) {
            return false;
        }
        for (int after = sigma + 1; after < text.length(); ) {
            c = text.codePointAt(after);
            if (!Context.IGNORABLE.contains(c)) {
                return !Context.CASED.contains(c);
            }
            after += Character.charCount(c);
        }
        return true;
    }

    private static LongStream pairs(String token) {
        int equals = token.indexOf('=');
        if (equals > 0) {
            int code = DataFile.hex(token.substring(0, equals));
            if (code != CAPITAL_DOTTED_I) {
                throw new IllegalStateException("lower case of several code points: " + token);
            }
            return LongStream.empty();
        }
        int colon = token.indexOf(':');
        String range = token.substring(0, colon);
        int delta = DataFile.hex(token.substring(colon + 1));
        int step = range.endsWith("/2") ? 2 : 1;
        range = step == 2 ? range.substring(0, range.length() - 2) : range;
        int dash = range.indexOf('-');
        int first = DataFile.hex(dash < 0 ? range : range.substring(0, dash));
        int last = dash < 0 ? first : DataFile.hex(range.substring(dash + 1));
        return LongStream.iterate(first, c -> c <= last, c -> c + step).map(c -> c << 32 | (c + delta));
    }

    /** Read when the first capital sigma is met. */
    private static final class Context {
        static final CodePointSet CASED = UnicodeSets.cased();
        static final CodePointSet IGNORABLE = UnicodeSets.caseIgnorable();
    }
}
