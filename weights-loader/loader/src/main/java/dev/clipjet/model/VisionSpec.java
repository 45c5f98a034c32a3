package dev.clipjet.model;

/**
 * The image tower: a ViT with a class token.
 *
 * @param imageSize side of the square input in pixels
 * @param patchSize side of a patch in pixels; pixels beyond the last whole patch are not used
 * @param blocks the transformer
 * @param normBeforeBlocks whether there is a layer norm before the first block
 * @param pooling what is read out
 * @param projectionDim width E of the embedding, or 0 when the pooled vector is returned unprojected
 */
public record VisionSpec(
        int imageSize,
        int patchSize,
        TransformerSpec blocks,
        boolean normBeforeBlocks,
        ImagePooling pooling,
        int projectionDim) {

    /** A tower as OpenAI's: norm before the first block, pooling at the class token. */
    public VisionSpec(int imageSize, int patchSize, TransformerSpec blocks, int projectionDim) {
        this(imageSize, patchSize, blocks, true, ImagePooling.CLASS_TOKEN, projectionDim);
    }

    /** Patches per side. */
    public int grid() {
        return imageSize / patchSize;
    }

    /** Tokens of one image, class token included. */
    public int tokens() {
        return grid() * grid() + 1;
    }

    /** Width of what the tower returns. */
    public int outputDim() {
        return projectionDim == 0 ? blocks.width() : projectionDim;
    }
}
