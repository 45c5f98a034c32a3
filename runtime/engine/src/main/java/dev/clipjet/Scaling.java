package dev.clipjet;

/** How embeddings are scaled when they are returned. */
public enum Scaling {
    /** To length 1, as similarity search wants them. */
    UNIT,
    /** As the tower gives them. */
    RAW
}
