package dev.clipjet.gpu;

import dev.clipjet.engine.RunInput;
import dev.clipjet.graph.Axis;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.GraphInput;
import dev.clipjet.graph.PixelNormalization;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * What a run reads, as one block in pinned memory that a graph copies to the device: {@code starts} int32 [sequences + 1], {@code
 * pooled} int32 [sequences] (the row of the token of every sequence that becomes its embedding), then ids and positions int32 [tokens]
 * each, or pixels. A run may fill less than the capacity: sequences left over are empty, tokens left over are valid and of no
 * consequence. Filling allocates nothing.
 */
public final class GpuInput implements RunInput {
    private static final int ALIGNMENT = 256;

    private final boolean isText;
    private final boolean hasBytes;
    private final int sequences;
    private final int tokens;
    private final int rowsPerItem;
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

    /** The input of a graph, up to its capacity. */
    GpuInput(Graph graph) {
        sequences = graph.capacity().items();
        tokens = graph.capacity().packed();
        rowsPerItem = graph.sequences()
                .filter(axis -> !axis.isPacked())
                .map(Axis::perItem)
                .orElse(0);
        int elements = 0;
        boolean asBytes = false;
        if (graph.input() instanceof GraphInput.Images images) {
            elements = PixelNormalization.CHANNELS * images.side() * images.side();
            asBytes = images.bytes().isPresent();
        }
        isText = elements == 0;
        hasBytes = asBytes;
        imageElements = elements;
        pooledAt = aligned(4L * (sequences + 1));
        idsAt = pooledAt + aligned(4L * sequences);
        positionsAt = idsAt + (isText ? aligned(4L * tokens) : 0);
        pixelsAt = positionsAt + (isText ? aligned(4L * tokens) : 0);
        bytes = pixelsAt + aligned((long) sequences * imageElements * (hasBytes ? 1 : Float.BYTES));
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

    @Override
    public void begin() {
        filled = 0;
        filledTokens = 0;
        ints.put(0, 0);
    }

    @Override
    public void image(byte[] rgb) {
        expect(hasBytes && filled < sequences && rgb.length == imageElements);
        block.put((int) pixelsAt + filled * imageElements, rgb);
        next(rowsPerItem, 0);
    }

    @Override
    public void image(float[] pixels, int offset) {
        expect(!isText && !hasBytes && filled < sequences);
        floats.put((int) (pixelsAt / Float.BYTES) + filled * imageElements, pixels, offset, imageElements);
        next(rowsPerItem, 0);
    }

    @Override
    public void text(int[] ids, int pooled) {
        expect(isText && filled < sequences && filledTokens + ids.length <= tokens);
        ints.put((int) (idsAt / Integer.BYTES) + filledTokens, ids);
        int positions = (int) (positionsAt / Integer.BYTES) + filledTokens;
        for (int i = 0; i < ids.length; i++) {
            ints.put(positions + i, i);
        }
        next(ids.length, pooled);
    }

    private void next(int count, int pooled) {
        ints.put((int) (pooledAt / Integer.BYTES) + filled, filledTokens + pooled);
        filledTokens += count;
        filled++;
        ints.put(filled, filledTokens);
    }

    /** {@inheritDoc} The rest of the block becomes empty sequences, and tokens that exist. */
    @Override
    public void end() {
        for (int i = filled; i < sequences; i++) {
            ints.put(i + 1, filledTokens);
            ints.put((int) (pooledAt / Integer.BYTES) + i, 0);
        }
        if (isText) {
            for (int i = filledTokens; i < tokens; i++) {
                ints.put((int) (idsAt / Integer.BYTES) + i, 0);
                ints.put((int) (positionsAt / Integer.BYTES) + i, 0);
            }
        }
    }

    @Override
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
