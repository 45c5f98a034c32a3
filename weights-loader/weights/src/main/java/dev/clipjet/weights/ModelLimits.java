package dev.clipjet.weights;

/** Bounds on hyperparameters, far above those of any model: what is larger is a broken file. */
final class ModelLimits {
    /** Width of a tower or an embedding. */
    static final int WIDTH = 1 << 16;

    /** Blocks of a tower. */
    static final int LAYERS = 1 << 10;

    /** Hidden width of an MLP. */
    static final int MLP = 1 << 20;

    /** Side of an image in pixels. */
    static final int IMAGE = 1 << 14;

    /** Rows of the token embedding. */
    static final int VOCABULARY = 1 << 24;

    /** Positions of a text. */
    static final int CONTEXT = 1 << 16;

    private ModelLimits() {}
}
