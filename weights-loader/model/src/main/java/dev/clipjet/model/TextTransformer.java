package dev.clipjet.model;

/**
 * A transformer over token ids that is pooled at one token.
 *
 * @param vocabSize rows of the token embedding
 * @param contextLength most tokens of a text, start and end token included
 * @param blocks the transformer
 * @param causal whether a token sees only itself and those before it; if not, it sees all, padding included
 * @param pooling where the text is read out
 * @param endTokenId id of the end token; used by {@link TextPooling#END_TOKEN}
 * @param projectionDim width E of the embedding, or 0 when the pooled vector is returned unprojected
 * @param projectionBias whether the projection has a bias
 */
public record TextTransformer(
        int vocabSize,
        int contextLength,
        TransformerSpec blocks,
        boolean causal,
        TextPooling pooling,
        int endTokenId,
        int projectionDim,
        boolean projectionBias)
        implements TextTower {

    /** A tower as OpenAI's: causal, with a projection that has no bias. */
    public TextTransformer(
            int vocabSize,
            int contextLength,
            TransformerSpec blocks,
            TextPooling pooling,
            int endTokenId,
            int projectionDim) {
        this(vocabSize, contextLength, blocks, true, pooling, endTokenId, projectionDim, false);
    }

    @Override
    public int outputDim() {
        return projectionDim == 0 ? blocks.width() : projectionDim;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.visit(this);
    }
}
