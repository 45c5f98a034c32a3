package dev.clipjet.preprocess;

import dev.clipjet.error.ClipException;

/** The thread was interrupted while an image waited for memory to be decoded in. Its mark stays. */
public final class DecodeInterruptedException extends ClipException {
    private static final long serialVersionUID = 1L;

    /** @param image as errors name it */
    DecodeInterruptedException(String image) {
        super(image + ": interrupted while it waited for memory to be decoded in");
    }
}
