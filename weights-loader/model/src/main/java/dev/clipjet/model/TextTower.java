package dev.clipjet.model;

/**
 * A text tower: token ids to embeddings of {@link #outputDim} values. Whoever needs to know which architecture it is asks
 * with a {@link Visitor}, so that a new one does not compile until all have answered.
 */
public sealed interface TextTower permits TextTransformer {
    /** Rows of the token embedding. */
    int vocabSize();

    /** Most tokens of a text, start and end token included. */
    int contextLength();

    /** Whether a token sees only itself and those before it; if not, it sees all, padding included. */
    boolean causal();

    /** Where the text is read out. */
    TextPooling pooling();

    /** Id of the end token; used by {@link TextPooling#END_TOKEN}. */
    int endTokenId();

    /** Width E of the projection that the tower ends with, or 0 when the pooled vector is returned unprojected. */
    int projectionDim();

    /** Width of what the tower returns. */
    int outputDim();

    /** Whether the embedding depends on the padding, so that a text must be given with all its positions. */
    default boolean seesPadding() {
        return !causal() || pooling() == TextPooling.LAST;
    }

    /** Answers with the method of the visitor that is about this architecture. */
    <R> R accept(Visitor<R> visitor);

    /** A question to a text tower whose answer depends on the architecture. */
    interface Visitor<R> {
        R visit(TextTransformer tower);
    }
}
