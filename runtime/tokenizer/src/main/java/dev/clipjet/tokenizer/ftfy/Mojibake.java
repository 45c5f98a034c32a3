package dev.clipjet.tokenizer.ftfy;

import dev.clipjet.tokenizer.unicode.CodePointSet;
import dev.clipjet.tokenizer.unicode.UnicodeSets;
import dev.clipjet.tokenizer.unicode.WhiteSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * The heuristic that tells mojibake from text: sequences of characters that make no sense in any language, but come about
 * when UTF-8 is read in another encoding. Formula source: {@code BADNESS_RE} of ftfy 6.3.1.
 */
final class Mojibake {
    private static final CodePointSet COMMON = category("common");
    private static final CodePointSet C1 = category("c1");
    private static final CodePointSet BAD = category("bad");
    private static final CodePointSet LAW = category("law");
    private static final CodePointSet CURRENCY = category("currency");
    private static final CodePointSet START = category("start_punctuation");
    private static final CodePointSet END = category("end_punctuation");
    private static final CodePointSet NUMERIC = category("numeric");
    private static final CodePointSet KAOMOJI = category("kaomoji");
    private static final CodePointSet UPPER_ACCENTED = category("upper_accented");
    private static final CodePointSet LOWER_ACCENTED = category("lower_accented");
    private static final CodePointSet UPPER_COMMON = category("upper_common");
    private static final CodePointSet LOWER_COMMON = category("lower_common");
    private static final CodePointSet BOX = category("box");

    private static final IntPredicate LETTER = TextFixer::isAsciiLetter;
    private static final IntPredicate LOWER_LETTER = c -> c >= 'a' && c <= 'z';
    private static final IntPredicate SPACE = WhiteSpace::isPythonSpace;

    /** A with tilde or circumflex before a space, at the start of a text or after a small letter. */
    private static final IntPredicate[] SPACED_A = {any("ÃÂ"), any(" ")};

    /** Each rule is a sequence of characters, one predicate each; 64 at most. */
    private static final List<IntPredicate[]> RULES = rules();

    /** Which rules may start with a character: bit i for rule i, by a number that characters of the same kind share. */
    private static final long[] STARTS = new long[256];

    private static final byte[] KINDS = kinds();

    private Mojibake() {}

    private static CodePointSet category(String name) {
        return TextFixer.TABLES.set("mojibake " + name);
    }

    /** {@code ftfy.badness.is_bad(text)}. */
    static boolean isLikely(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            // Every rule has a character outside of ASCII among its first three.
            boolean ascii = text.charAt(i) < 0x80
                    && (i + 1 >= length || text.charAt(i + 1) < 0x80)
                    && (i + 2 >= length || text.charAt(i + 2) < 0x80);
            if (!ascii && matchesAny(text, i)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matchesAny(String text, int start) {
        long candidates = STARTS[KINDS[text.charAt(start)] & 0xFF];
        for (; candidates != 0; candidates &= candidates - 1) {
            if (matches(text, start, RULES.get(Long.numberOfTrailingZeros(candidates)))) {
                return true;
            }
        }
        return start == 0 && matches(text, start, SPACED_A);
    }

    private static boolean matches(String text, int start, IntPredicate[] rule) {
        int i = start;
        for (IntPredicate element : rule) {
            if (i >= text.length()) {
                return false;
            }
            int c = text.codePointAt(i);
            if (!element.test(c)) {
                return false;
            }
            i += Character.charCount(c);
        }
        return true;
    }

    private static byte[] kinds() {
        byte[] kinds = new byte[0x10000];
        Map<Long, Byte> known = new HashMap<>();
        for (int c = 0; c < kinds.length; c++) {
            long starts = 0;
            for (int i = 0; i < RULES.size(); i++) {
                starts |= RULES.get(i)[0].test(c) ? 1L << i : 0;
            }
            kinds[c] = known.computeIfAbsent(starts, mask -> (byte) known.size());
            STARTS[kinds[c] & 0xFF] = starts;
        }
        if (known.size() > STARTS.length || RULES.size() > Long.SIZE) {
            throw new IllegalStateException(known.size() + " kinds of characters and " + RULES.size() + " rules");
        }
        return kinds;
    }

    private static List<IntPredicate[]> rules() {
        IntPredicate accented = union(LOWER_ACCENTED, UPPER_ACCENTED);
        IntPredicate punctuation = union(START, END);
        IntPredicate suspect = union(LOWER_ACCENTED, UPPER_ACCENTED, BOX, START, END, CURRENCY, NUMERIC, LAW);
        RuleList rules = new RuleList();
        rules.add(C1::contains);
        rules.add(union(BAD, LOWER_ACCENTED, UPPER_ACCENTED, BOX, START, END, CURRENCY, NUMERIC, LAW), BAD::contains);
        rules.add(LETTER, union(LOWER_COMMON, UPPER_COMMON), BAD::contains);
        rules.add(BAD::contains, suspect);
        rules.add(union(LOWER_ACCENTED, LOWER_COMMON, BOX, END, CURRENCY, NUMERIC), UPPER_ACCENTED::contains);
        rules.add(union(BOX, END, CURRENCY, NUMERIC), LOWER_ACCENTED::contains);
        rules.add(union(LOWER_ACCENTED, BOX, END), CURRENCY::contains);
        rules.add(SPACE, UPPER_ACCENTED::contains, CURRENCY::contains);
        rules.add(union(UPPER_ACCENTED, BOX), union(NUMERIC, LAW));
        rules.add(union(LOWER_ACCENTED, UPPER_ACCENTED, BOX, CURRENCY, END), START::contains, NUMERIC::contains);
        rules.add(union(LOWER_ACCENTED, UPPER_ACCENTED, CURRENCY, NUMERIC, BOX, LAW), END::contains, START::contains);
        rules.add(union(CURRENCY, NUMERIC, BOX), START::contains);
        rules.add(LOWER_LETTER, UPPER_ACCENTED::contains, union(START, CURRENCY));
        rules.add(BOX::contains, KAOMOJI::contains);
        rules.add(union(LOWER_ACCENTED, UPPER_ACCENTED, CURRENCY, NUMERIC, START, END, LAW), BOX::contains);
        rules.add(BOX::contains, END::contains);
        rules.add(accented, punctuation, Mojibake::isWordCharacter);
        // The ligature OE, unless a Latin letter follows.
        rules.add(any("Œœ"), LETTER.negate());
        rules.add(UPPER_ACCENTED::contains, any("°"));
        // Windows-1252.
        rules.add(any("ÂÃÎÐ"), any("€œŠš¢£Ÿž\u00A0\u00AD®©°·»–—´").or(punctuation));
        rules.add(any("×"), any("²³"));
        // Windows-1252 of Arabic.
        IntPredicate arabicSecond = union(COMMON, CURRENCY, BAD, NUMERIC, START).or(any("ŸŠ®°µ»"));
        rules.add(any("ØÙ"), arabicSecond, any("ØÙ"), arabicSecond);
        // Windows-1252 of South Asian scripts.
        rules.add(any("à"), any("²µ¹¼½¾"));
        // Mac Roman.
        rules.add(any("√"), any("±∂†≠®™´≤≥¥µø"));
        rules.add(any("≈"), any("°¢"));
        rules.add(any("‚"), any("Ä"), any("ìîïòôúùû†°¢π"));
        rules.add(any("‚"), any("âó"), any("àä°ê"));
        // Windows-1251 of U+2000 and up, and of Latin-1 and Cyrillic.
        rules.add(any("в"), any("Ђ"));
        rules.add(any("ВГРС"), union(C1, BAD, START, END, CURRENCY).or(any("°µ")), any("ВГРС"));
        // Windows-1251 of Latin-1 of Windows-1252.
        rules.add(any("Г"), any("ў"), any("В"), any("Ђ"), any("В"), c -> c != '\n', LETTER.or(any(" ")));
        // Windows-1252 of a with grave, a with acute, and the no-break space itself.
        rules.add(any("Ã"), any("\u00A0¡"));
        rules.add(LOWER_LETTER, SPACED_A[0], SPACED_A[1]);
        rules.add(LOWER_LETTER, SPACE, SPACED_A[0], SPACED_A[1]);
        rules.add(LOWER_LETTER.or(any(".,?!")).or(END::contains), any("Â"), any(" ").or(punctuation));
        // Windows-1253 of U+2000 and up, and of Latin-1 and Greek.
        rules.add(any("β"), any("€"), any("™\u00A0Ά\u00AD®°"));
        rules.add(any("ΒΓΞΟ"), union(C1, BAD, START, END, CURRENCY).or(any("°")), any("ΒΓΞΟ"));
        // Windows-1257 of U+2000 and up.
        rules.add(any("ā"), any("€"));
        return rules.all;
    }

    private static final class RuleList {
        final List<IntPredicate[]> all = new ArrayList<>();

        void add(IntPredicate... rule) {
            all.add(rule);
        }
    }

    private static IntPredicate any(String characters) {
        return CodePointSet.of(characters)::contains;
    }

    private static IntPredicate union(CodePointSet... sets) {
        return CodePointSet.union(sets)::contains;
    }

    private static boolean isWordCharacter(int c) {
        return c == '_' || Words.ALPHANUMERIC.contains(c);
    }

    /** Read when a rule first asks for it. */
    private static final class Words {
        static final CodePointSet ALPHANUMERIC = UnicodeSets.alphanumeric();
    }
}
