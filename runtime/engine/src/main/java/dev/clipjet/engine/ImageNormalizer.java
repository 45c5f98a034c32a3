package dev.clipjet.engine;

/** Turns the bytes of an image into the image tower's input, as the model's original pipeline does. Thread-safe. */
@FunctionalInterface
public interface ImageNormalizer {
    /**
     * Normalizes.
     *
     * @param rgb uint8 [S, S, 3]
     * @param target receives float32 [3, S, S] from {@code offset} on
     */
    void normalize(byte[] rgb, float[] target, int offset);
}
