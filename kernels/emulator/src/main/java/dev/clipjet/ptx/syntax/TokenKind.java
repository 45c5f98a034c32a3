package dev.clipjet.ptx.syntax;

/** Kinds of tokens. */
enum TokenKind {
    /** A name: letters, digits, {@code _ $}, and {@code %} as its first character. */
    WORD,
    /** A dot and a word, {@code ::} included: {@code .L1::no_allocate}. */
    DOTTED,
    /** An integer literal. */
    INTEGER,
    /** {@code 0f} and eight hexadecimal digits. */
    FLOAT,
    /** {@code 0d} and sixteen hexadecimal digits, or a decimal fraction. */
    DOUBLE,
    /** Text in quotes. */
    STRING,
    /** A punctuation mark or an operator. */
    MARK,
    /** The end of the text. */
    END
}
