package dev.clipjet.gpu;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * What a run reads, as one block in pinned memory that a graph copies to the device: {@code starts} int32 [sequences + 1], {@code
 * pooled} int32 [sequences] (the row of the token of every sequence that becomes its embedding), then ids and positions int32 [tokens]
 * each, or pixels. A run may fill less than the capacity: sequences left over are empty, tokens left over are valid and of no
 * consequence. Filling allocates nothing.
 */
public final class TowerInput {
    private static final int ALIGNMENT = 256;

    private final Tower tower;
    private final int sequences;
    private final int tokens;
    private final int tokensPerImage;
    private final int imageElements;
    private final long pooledAt;
    private final long idsAt;
    private final long positionsAt;
    private final long pixelsAt;
    private final long bytes;

    private ByteBuffer block;
    private IntBuffer ints;
    private FloatBuffer floats;
    private int filled;
    private int filledTokens;

    private TowerInput(Tower tower, int sequences, int tokens, int tokensPerImage, int imageElements) {
        this.tower = tower;
        this.sequences = sequences;
        this.tokens = tokens;
        this.tokensPerImage = tokensPerImage;
        this.imageElements = imageElements;
        pooledAt = aligned(4L * (sequences + 1));
        long end = pooledAt + aligned(4L * sequences);
        idsAt = end;
        positionsAt = end + (tower.isImage() ? 0 : aligned(4L * tokens));
        pixelsAt = positionsAt + (tower.isImage() ? 0 : aligned(4L * tokens));
        long pixelBytes = (long) sequences * imageElements * (tower == Tower.IMAGE_FLOATS ? Float.BYTES : 1);
        bytes = pixelsAt + aligned(pixelBytes);
    }

    /** Input of an image tower with an input of side S. */
    static TowerInput images(Tower tower, int images, int tokensPerImage, int side) {
        return new TowerInput(tower, images, images * tokensPerImage, tokensPerImage, 3 * side * side);
    }

    /** Input of a text tower. */
    static TowerInput texts(Tower tower, int texts, int tokens) {
        return new TowerInput(tower, texts, tokens, 0, 0);
    }

    private static long aligned(long size) {
        return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Size of the block. */
    long bytes() {
        return bytes;
    }

    long startsAt() {
        return 0;
    }

    long pooledAt() {
        return pooledAt;
    }

    long idsAt() {
        return idsAt;
    }

    long positionsAt() {
        return positionsAt;
    }

    long pixelsAt() {
        return pixelsAt;
    }

    /** Where to write from now on: a block in native memory of {@link #bytes}, little-endian. */
    void bind(ByteBuffer memory) {
        block = memory;
        ints = memory.asIntBuffer();
        floats = memory.asFloatBuffer();
    }

    /** The whole block. */
    ByteBuffer block() {
        return block.duplicate();
    }

    /** Begins a run. */
    public void begin() {
        filled = 0;
        filledTokens = 0;
        ints.put(0, 0);
    }

    /** Adds an image as bytes, uint8 [S, S, 3]. */
    public void image(byte[] rgb) {
        expect(tower == Tower.IMAGE_BYTES && rgb.length == imageElements);
        block.put((int) pixelsAt + filled * imageElements, rgb);
        next(tokensPerImage, 0);
    }

    /** Adds an image as normalized floats [3, S, S], from an index on. */
    public void image(float[] pixels, int offset) {
        expect(tower == Tower.IMAGE_FLOATS);
        floats.put((int) (pixelsAt / Float.BYTES) + filled * imageElements, pixels, offset, imageElements);
        next(tokensPerImage, 0);
    }

    /** Adds a text that is pooled at a position. */
    public void text(int[] ids, int pooled) {
        expect(!tower.isImage() && filledTokens + ids.length <= tokens);
        ints.put((int) (idsAt / Integer.BYTES) + filledTokens, ids);
        int positions = (int) (positionsAt / Integer.BYTES) + filledTokens;
        for (int i = 0; i < ids.length; i++) {
            ints.put(positions + i, i);
        }
        next(ids.length, pooled);
    }

    private void next(int count, int pooled) {
        expect(filled < sequences);
        ints.put((int) (pooledAt / Integer.BYTES) + filled, filledTokens + pooled);
        filledTokens += count;
        filled++;
        ints.put(filled, filledTokens);
    }

    /** Ends a run's input: the rest of the block becomes empty sequences, and tokens that exist. */
    public void end() {
        for (int i = filled; i < sequences; i++) {
            ints.put(i + 1, filledTokens);
            ints.put((int) (pooledAt / Integer.BYTES) + i, 0);
        }
        if (!tower.isImage()) {
            for (int i = filledTokens; i < tokens; i++) {
                ints.put((int) (idsAt / Integer.BYTES) + i, 0);
                ints.put((int) (positionsAt / Integer.BYTES) + i, 0);
            }
        }
    }

    /** Sequences of the run. */
    public int filled() {
        return filled;
    }

    /** Tokens of the run. */
    public int filledTokens() {
        return filledTokens;
    }

    private static void expect(boolean fits) {
        if (!fits) {
            throw new IllegalArgumentException("the input does not fit the tower that was prepared for it");
        }
    }
}
