package dev.clipjet.graph;

/**
 * What an operation's output is to those who read it out.
 *
 * @param kind what
 * @param layer for {@link Kind#HIDDEN} which one, 0 for the input of the first block or stage; else 0
 */
public record Role(Kind kind, int layer) {
    /** Kinds of outputs. */
    public enum Kind {
        /** Rows of tokens with their positions, before any norm. */
        TOKENS,
        /** The input of the first block or stage (layer 0), or the output of block or stage {@code layer - 1}, of every row. */
        HIDDEN,
        /** The last hidden layer behind the final norm, of every row. */
        LAST_NORMED,
        /** What is projected: one normed row per item. */
        POOLED,
        /** What the tower returns: one row per item. */
        EMBEDDING
    }

    public static final Role TOKENS = new Role(Kind.TOKENS, 0);
    public static final Role LAST_NORMED = new Role(Kind.LAST_NORMED, 0);
    public static final Role POOLED = new Role(Kind.POOLED, 0);
    public static final Role EMBEDDING = new Role(Kind.EMBEDDING, 0);

    /** A hidden layer. */
    public static Role hidden(int layer) {
        return new Role(Kind.HIDDEN, layer);
    }
}
