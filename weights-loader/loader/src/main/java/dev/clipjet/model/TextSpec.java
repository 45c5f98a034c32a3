package dev.clipjet.model;

/**
 * The text tower: causal transformer, pooled at one token.
 *
 * @param vocabSize rows of the token embedding
 * @param contextLength most tokens of a text, start and end token included
 * @param blocks the transformer
 * @param pooling where the text is read out
 * @param endTokenId id of the end token; used by {@link TextPooling#END_TOKEN}
 * @param projectionDim width E of the embedding, or 0 when the pooled vector is returned unprojected
 */
public record TextSpec(
        int vocabSize,
        int contextLength,
        TransformerSpec blocks,
        TextPooling pooling,
        int endTokenId,
        int projectionDim) {

    /** Width of what the tower returns. */
    public int outputDim() {
        return projectionDim == 0 ? blocks.width() : projectionDim;
    }
}
