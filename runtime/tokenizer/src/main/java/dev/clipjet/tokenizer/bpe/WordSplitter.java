package dev.clipjet.tokenizer.bpe;

import dev.clipjet.tokenizer.unicode.CharacterClasses;
import java.util.List;

/**
 * Splits a cleaned text into words: literals, the endings {@code 's 't 're 've 'm 'll 'd}, runs of letters, single numbers,
 * runs of anything else but white space. White space is dropped.
 *
 * <p>The originals say so with a regular expression. That of the Python tokenizers ignores case, by simple case folding,
 * which has two effects on texts in lower case: U+017F, the long s, is an s, and U+0345, a combining mark that folds to a
 * letter, is in no class, so it ends a run and is dropped.
 */
public final class WordSplitter {
    /** What becomes of literals. */
    public enum Literals {
        /** There are none. */
        NONE,
        /** One word each, whatever the case of its letters; and endings, too, are found whatever their case. */
        WHOLE,
        /** As in transformers 5: found as they are written, and split once more. They only bound the words inside. */
        RESPLIT
    }

    private static final String[] ENDINGS = {"s", "t", "re", "ve", "m", "ll", "d"};
    private static final char LONG_S = 0x17F;
    private static final char COMBINING_IOTA = 0x345;

    private final CharacterClasses classes;
    private final Literals mode;
    private final List<String> literals;

    public WordSplitter(CharacterClasses classes, Literals mode, List<String> literals) {
        this.classes = classes;
        this.mode = mode;
        this.literals = List.copyOf(literals);
    }

    /** The words of a text, one after the other. */
    public Words split(String text) {
        return new Words(text);
    }

    /** A walk over the words of a text. */
    public final class Words {
        private final String text;
        private int start;
        private int end;
        /** End of the literal that is being split, or of the text. */
        private int limit;

        private Words(String text) {
            this.text = text;
            this.limit = text.length();
        }

        /** Moves on to the next word; false if there is none. */
        public boolean next() {
            start = end;
            while (start < text.length()) {
                if (start == limit) {
                    limit = text.length();
                }
                int c = text.codePointAt(start);
                byte kind = classes.of(c);
                if (kind == CharacterClasses.SPACE || isDropped(c)) {
                    start += Character.charCount(c);
                    continue;
                }
                end = start + Character.charCount(c);
                if (kind == CharacterClasses.OTHER && startsLiteral(c)) {
                    return true;
                }
                if (kind != CharacterClasses.NUMBER) {
                    extend(kind);
                }
                return true;
            }
            end = start;
            return false;
        }

        /** Index of the first character. */
        public int start() {
            return start;
        }

        /** Index after the last character. */
        public int end() {
            return end;
        }

        private void extend(byte kind) {
            while (end < limit) {
                int c = text.codePointAt(end);
                if (classes.of(c) != kind || isDropped(c)) {
                    return;
                }
                end += Character.charCount(c);
            }
        }

        /** Whether a literal or an ending starts here that is a word of its own; if so, sets its end. */
        private boolean startsLiteral(int c) {
            if (c == '\'') {
                for (String ending : ENDINGS) {
                    if (matches(ending, start + 1)) {
                        end = start + 1 + ending.length();
                        return true;
                    }
                }
                return false;
            }
            for (String literal : literals) {
                if (c == literal.charAt(0) && limit == text.length() && matches(literal, start)) {
                    if (mode == Literals.WHOLE) {
                        end = start + literal.length();
                        return true;
                    }
                    limit = start + literal.length();
                }
            }
            return false;
        }

        private boolean matches(String literal, int at) {
            if (at + literal.length() > limit) {
                return false;
            }
            for (int i = 0; i < literal.length(); i++) {
                char c = text.charAt(at + i);
                if (c != literal.charAt(i) && !(c == LONG_S && literal.charAt(i) == 's' && mode == Literals.WHOLE)) {
                    return false;
                }
            }
            return true;
        }

        private boolean isDropped(int c) {
            return c == COMBINING_IOTA && mode == Literals.WHOLE;
        }
    }
}
