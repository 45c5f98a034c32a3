package dev.clipjet.graph;

/** What the rows of a value stand for. The graph is built for a most number of each; a run may have fewer. */
public enum Rows {
    /** Tokens of all sequences, end to end. */
    TOKENS,
    /** One row per sequence: an image or a text. */
    SEQUENCES,
    /** Patches of all images, end to end. */
    PATCHES
}
