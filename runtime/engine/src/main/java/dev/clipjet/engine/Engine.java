package dev.clipjet.engine;

import java.util.List;

/** Both towers of a model on one device. Thread-safe. All embeddings are raw, not normalized. */
public interface Engine extends AutoCloseable {
    /** The device as reports name it, for example {@code cpu}. */
    String device();

    /**
     * Runs the image tower.
     *
     * @param pixels normalized pixels, float32 [images, 3, S, S]
     * @param images number of images
     * @return embeddings, [images][E]
     */
    float[][] embedImages(float[] pixels, int images);

    /**
     * Runs the image tower on bytes; normalization is the engine's.
     *
     * @param images uint8 [S, S, 3] of every image
     * @return embeddings, [images][E]
     * @throws dev.clipjet.error.InvalidInputException if the model does not say how pixels are normalized
     */
    float[][] embedBytes(List<byte[]> images);

    /**
     * Runs the text tower.
     *
     * @param texts token ids of every text, as {@link dev.clipjet.graph.PooledToken#cut} gives them
     * @return embeddings, [texts][E]
     */
    float[][] embedTexts(List<int[]> texts);

    /**
     * Runs the text tower over all positions.
     *
     * @param ids token ids of one text, padding included where the caller wants it
     */
    HiddenStates textHiddenStates(int[] ids);

    /**
     * Runs the image tower and keeps its layers.
     *
     * @param pixels normalized pixels of one image, float32 [3, S, S]
     */
    HiddenStates imageHiddenStates(float[] pixels);

    @Override
    void close();
}
