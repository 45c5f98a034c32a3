package dev.clipjet.model;

/**
 * An image tower: square RGB images of {@link #imageSize} pixels to embeddings of {@link #outputDim} values. Whoever needs
 * to know which architecture it is asks with a {@link Visitor}, so that a new one does not compile until all have answered.
 */
public sealed interface ImageTower permits VisionTransformer, ModifiedResNet {
    /** Side S of the square input in pixels. */
    int imageSize();

    /** Width E of the projection that the tower ends with, or 0 when the pooled vector is returned unprojected. */
    int projectionDim();

    /** Width of what the tower returns. */
    int outputDim();

    /** Answers with the method of the visitor that is about this architecture. */
    <R> R accept(Visitor<R> visitor);

    /** A question to an image tower whose answer depends on the architecture. */
    interface Visitor<R> {
        R visit(VisionTransformer tower);

        R visit(ModifiedResNet tower);
    }
}
