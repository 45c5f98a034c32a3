package dev.clipjet.engine;

import java.util.List;

/** Both towers of a model on one device. Thread-safe. All embeddings are raw, not normalised. */
public interface Engine extends AutoCloseable {
    /** The device as reports name it, for example {@code cpu}. */
    String device();

    /**
     * Runs the image tower.
     *
     * @param pixels normalised pixels, float32 [images, 3, S, S]
     * @param images number of images
     * @return embeddings, [images][E]
     */
    float[][] embedImages(float[] pixels, int images);

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

    @Override
    void close();
}
