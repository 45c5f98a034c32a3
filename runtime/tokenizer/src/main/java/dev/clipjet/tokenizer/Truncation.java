package dev.clipjet.tokenizer;

/** What becomes of a text with more tokens than the context has room for. */
public enum Truncation {
    /** The text is cut, and its last token is the end token, as in all originals. */
    CUT,
    /** {@link dev.clipjet.error.InvalidInputException} with the length and the limit. */
    ERROR,
    /** It stays as long as it is. */
    NONE
}
