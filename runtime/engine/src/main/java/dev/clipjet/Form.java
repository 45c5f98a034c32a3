package dev.clipjet;

/** The form in which embeddings are returned. */
public enum Form {
    /** Scaled to length 1, as similarity search wants them. */
    UNIT,
    /** As the tower gives them. */
    RAW
}
