package dev.clipjet.engine;

/** What a run reads. Filling allocates nothing: {@link #begin}, then items, then {@link #end}. */
public interface RunInput {
    /** Begins a run. */
    void begin();

    /** Adds an image as bytes, uint8 [S, S, 3]. */
    void image(byte[] rgb);

    /** Adds an image as normalized floats [3, S, S], from an index on. */
    void image(float[] pixels, int offset);

    /** Adds a text that is pooled at a position. */
    void text(int[] ids, int pooled);

    /** Ends a run's input. */
    void end();

    /** Items of the run. */
    int filled();
}
