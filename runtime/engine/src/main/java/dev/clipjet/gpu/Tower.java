package dev.clipjet.gpu;

/** What can be run: a tower with a kind of input, or of output. */
public enum Tower {
    /** Images as bytes [S, S, 3]; normalization is part of the patch weights. */
    IMAGE_BYTES,
    /** Images as normalized floats [3, S, S]. */
    IMAGE_FLOATS,
    /** Texts to embeddings. */
    TEXT,
    /** Texts to the final norm's output at every position. */
    TEXT_ALL_POSITIONS;

    /** Whether it takes images. */
    public boolean isImage() {
        return this == IMAGE_BYTES || this == IMAGE_FLOATS;
    }
}
