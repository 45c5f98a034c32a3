package dev.clipjet.model;

/** What the image tower reads out after its last block. */
public enum ImagePooling {
    /** The class token, normed. */
    CLASS_TOKEN,
    /** The mean of all tokens but the class token, each of them normed. */
    MEAN_OF_NORMED,
    /** The mean of all tokens but the class token, normed afterwards. */
    NORM_OF_MEAN
}
