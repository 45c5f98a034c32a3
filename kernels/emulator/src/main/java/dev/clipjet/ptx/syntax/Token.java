package dev.clipjet.ptx.syntax;

/**
 * A token.
 *
 * @param kind its kind
 * @param text as written; for strings without the quotes, for directives without the dot
 * @param value for integers the value, for float and double literals the bits
 * @param line line of the text, counted from 1
 * @param glued whether it follows the token before it without white space
 */
record Token(Kind kind, String text, long value, int line, boolean glued) {
    enum Kind {
        /** A name: letters, digits, {@code _ $ %}. */
        WORD,
        /** A dot and a word, {@code ::} included: {@code .L1::no_allocate}. */
        DOTTED,
        /** An integer literal. */
        INTEGER,
        /** {@code 0f...}. */
        FLOAT,
        /** {@code 0d...} or a decimal fraction. */
        DOUBLE,
        /** Text in quotes. */
        STRING,
        /** One of the marks of the language. */
        MARK,
        /** The end of the text. */
        END
    }

    boolean is(String mark) {
        return kind == Kind.MARK && text.equals(mark);
    }

    boolean isDotted(String name) {
        return kind == Kind.DOTTED && text.equals(name);
    }
}
