package dev.clipjet.weights.upload;

import dev.clipjet.error.ClipException;

/** An upload ended because somebody called {@link WeightUploader#cancel} or interrupted the thread. */
public final class UploadCancelledException extends ClipException {
    private static final long serialVersionUID = 1L;

    UploadCancelledException(String message) {
        super(message);
    }
}
