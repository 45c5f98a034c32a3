package dev.clipjet.model;

/**
 * The image tower: a ViT with class token, norm before the first block, and pooling at the class token.
 *
 * @param imageSize side of the square input in pixels
 * @param patchSize side of a patch in pixels; pixels beyond the last whole patch are not used
 * @param blocks the transformer
 * @param projectionDim width E of the embedding, or 0 when the pooled vector is returned unprojected
 */
public record VisionSpec(int imageSize, int patchSize, TransformerSpec blocks, int projectionDim) {

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
