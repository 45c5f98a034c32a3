package dev.clipjet.cpu;

import dev.clipjet.engine.ImageNormalizer;
import dev.clipjet.engine.RunInput;
import dev.clipjet.graph.Axis;
import dev.clipjet.graph.Capacity;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.GraphInput;
import dev.clipjet.graph.PixelNormalization;
import dev.clipjet.kernels.cpu.WorkerPool;
import java.util.Optional;

/** What a run on the CPU reads: normalized images, or texts as token ids that lie end to end. */
final class CpuInput implements RunInput {
    private final Capacity capacity;
    private final boolean isText;
    private final int imageFloats;
    private final int rowsPerItem;
    private final Optional<ImageNormalizer> normalizer;
    private final float[] pixels;
    private final byte[][] bytes;
    private final int[] ids;
    private final int[] starts;
    private final int[] pooledRows;
    private final WorkerPool.Task normalization = this::normalize;
    private int filled;
    private int tokens;
    private boolean hasBytes;

    CpuInput(Graph graph, Optional<ImageNormalizer> normalizer) {
        capacity = graph.capacity();
        this.normalizer = normalizer;
        isText = graph.input() instanceof GraphInput.Texts;
        imageFloats = graph.input() instanceof GraphInput.Images images
                ? PixelNormalization.CHANNELS * images.side() * images.side()
                : 0;
        rowsPerItem = graph.sequences()
                .filter(axis -> !axis.isPacked())
                .map(Axis::perItem)
                .orElse(0);
        pixels = new float[Math.multiplyExact(capacity.items(), imageFloats)];
        bytes = new byte[isText ? 0 : capacity.items()][];
        ids = new int[capacity.packed()];
        starts = new int[capacity.items() + 1];
        pooledRows = new int[capacity.items()];
    }

    @Override
    public void begin() {
        filled = 0;
        tokens = 0;
        hasBytes = false;
    }

    @Override
    public void image(byte[] rgb) {
        expect(!isText && filled < capacity.items() && rgb.length == imageFloats && normalizer.isPresent());
        bytes[filled] = rgb;
        hasBytes = true;
        next(rowsPerItem, 0);
    }

    @Override
    public void image(float[] normalized, int offset) {
        expect(!isText && filled < capacity.items());
        System.arraycopy(normalized, offset, pixels, filled * imageFloats, imageFloats);
        next(rowsPerItem, 0);
    }

    @Override
    public void text(int[] text, int pooled) {
        expect(isText && filled < capacity.items() && tokens + text.length <= capacity.packed());
        System.arraycopy(text, 0, ids, tokens, text.length);
        next(text.length, pooled);
    }

    private void next(int rows, int pooled) {
        pooledRows[filled] = tokens + pooled;
        tokens += rows;
        filled++;
        starts[filled] = tokens;
    }

    @Override
    public void end() {
        expect(filled > 0);
    }

    /** Normalizes the images that came as bytes. */
    void normalize(WorkerPool pool) {
        if (hasBytes) {
            pool.run(filled, normalization);
        }
    }

    private void normalize(int worker, int image) {
        if (bytes[image] != null) {
            normalizer.orElseThrow().normalize(bytes[image], pixels, image * imageFloats);
            bytes[image] = null;
        }
    }

    @Override
    public int filled() {
        return filled;
    }

    /** Tokens of all texts, or rows of all images along the axis of their sequences. */
    int tokens() {
        return tokens;
    }

    /** Rows along an axis. */
    int rows(Axis axis) {
        return axis.rows(filled, tokens);
    }

    /** Normalized images [images, 3, S, S]. */
    float[] pixels() {
        return pixels;
    }

    /** Token ids of all texts. */
    int[] ids() {
        return ids;
    }

    /** First row of every sequence and the end of the last. */
    int[] starts() {
        return starts;
    }

    /** The row of every sequence that becomes its embedding. */
    int[] pooledRows() {
        return pooledRows;
    }

    /** Rows of the longest sequence. */
    int longest() {
        int longest = 0;
        for (int i = 0; i < filled; i++) {
            longest = Math.max(longest, starts[i + 1] - starts[i]);
        }
        return longest;
    }

    private static void expect(boolean fits) {
        if (!fits) {
            throw new IllegalArgumentException("the input does not fit the tower that was prepared for it");
        }
    }
}
