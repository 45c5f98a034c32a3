package dev.clipjet.model;

import dev.clipjet.error.InvalidInputException;

/**
 * A ViT: patches of the image, and perhaps a class token in front of them, through transformer blocks.
 *
 * @param imageSize side of the square input in pixels
 * @param patchSize side of a patch in pixels; pixels beyond the last whole patch are not used
 * @param blocks the transformer
 * @param classToken whether a learned token precedes those of the patches
 * @param normBeforeBlocks whether there is a layer norm before the first block
 * @param pooling what is read out
 * @param projectionDim width E of the embedding, or 0 when the pooled vector is returned unprojected
 */
public record VisionTransformer(
        int imageSize,
        int patchSize,
        TransformerSpec blocks,
        boolean classToken,
        boolean normBeforeBlocks,
        ImagePooling pooling,
        int projectionDim)
        implements ImageTower {

    /** @throws InvalidInputException if a class token is read out that is not there */
    public VisionTransformer {
        if (!classToken && pooling == ImagePooling.CLASS_TOKEN) {
            throw new InvalidInputException("an image tower without a class token cannot be pooled at it");
        }
    }

    /** A tower as OpenAI's: class token, norm before the first block, pooling at the class token. */
    public VisionTransformer(int imageSize, int patchSize, TransformerSpec blocks, int projectionDim) {
        this(imageSize, patchSize, blocks, true, true, ImagePooling.CLASS_TOKEN, projectionDim);
    }

    /** Patches per side. */
    public int grid() {
        return imageSize / patchSize;
    }

    /** Tokens of one image, class token included. */
    public int tokens() {
        return grid() * grid() + (classToken ? 1 : 0);
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
