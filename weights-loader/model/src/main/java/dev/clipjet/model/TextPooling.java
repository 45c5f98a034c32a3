package dev.clipjet.model;

/** Which position of a text becomes its embedding. */
public enum TextPooling {
    /** The first position that holds the highest id of the row (argmax), as OpenAI's code does. */
    HIGHEST_ID,
    /** The first position that holds the end token. */
    END_TOKEN,
    /** The first position. */
    FIRST,
    /** The last position of the context, padding included. */
    LAST
}
