package dev.clipjet.weights.upload;

import dev.clipjet.numeric.ElementType;

/** Told how an upload goes on, on the thread that called {@link WeightUploader#upload}. What it throws ends the upload. */
public interface UploadListener {
    /** Listens to nothing. */
    UploadListener NONE = new UploadListener() {};

    /**
     * A buffer has been copied.
     *
     * @param weight the last weight that has bytes in it
     * @param doneBytes bytes on the device so far, of all weights, padding included
     * @param totalBytes bytes of all weights, padding included
     */
    default void progress(String weight, long doneBytes, long totalBytes) {}

    /**
     * A weight has finite values too large for its type on the device, where they are infinite now. Called after the last copy.
     *
     * @param target type on the device
     * @param count how many values
     */
    default void overflow(String weight, ElementType target, long count) {}
}
