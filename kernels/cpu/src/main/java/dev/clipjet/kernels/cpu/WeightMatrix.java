package dev.clipjet.kernels.cpu;

import dev.clipjet.error.ClosedException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The weights of a linear layer, [out, in] row-major, in up to two forms. The row-major form is what was given, often a
 * view of a mapped file, and serves large batches through OpenBLAS. The panel form is a packed copy that is made when a
 * small batch first needs it; see {@link PanelKernel}.
 */
public final class WeightMatrix implements AutoCloseable {
    /** Consecutive rows that lie together. The memory belongs to somebody else and must outlive the matrix. */
    public record RowBlock(FloatBuffer values, int rows) {}

    private final int rows;
    private final int columns;
    private final FloatBuffer[] blocks;
    private final long[] blockAddresses;
    private final int[] blockFirstRows;
    private FloatMemory panels;
    private boolean closed;

    /**
     * @param columns input width
     * @param rowBlocks the rows, in order; direct buffers of at least rows x columns floats from position 0
     */
    public WeightMatrix(int columns, List<RowBlock> rowBlocks) {
        this.columns = columns;
        blocks = new FloatBuffer[rowBlocks.size()];
        blockAddresses = new long[blocks.length];
        blockFirstRows = new int[blocks.length + 1];
        for (int i = 0; i < blocks.length; i++) {
            RowBlock block = rowBlocks.get(i);
            if (!block.values.isDirect() || block.values.capacity() < (long) block.rows * columns) {
                throw new IllegalArgumentException("row block " + i + " is no direct buffer of " + block.rows + " x "
                        + columns + " floats: " + block.values);
            }
            blocks[i] = block.values;
            blockAddresses[i] = new FloatPointer(block.values).address();
            blockFirstRows[i + 1] = blockFirstRows[i] + block.rows;
        }
        rows = blockFirstRows[blocks.length];
    }

    /** Output width. */
    public int rows() {
        return rows;
    }

    /** Input width. */
    public int columns() {
        return columns;
    }

    int blockCount() {
        return blocks.length;
    }

    int blockFirstRow(int block) {
        return blockFirstRows[block];
    }

    /** Address of a row, which lies in the given block. */
    long rowAddress(int block, int row) {
        return blockAddresses[block] + (long) (row - blockFirstRows[block]) * columns * Float.BYTES;
    }


    /** The packed form; {@link #pack} must have been called. */
    FloatBuffer panels() {
        return panels.floats();
    }

    /** Makes the panel form if it is not there. The last panel is filled up with zeros. */
    void pack(WorkerPool pool, int width) {
        if (closed) {
            throw new ClosedException("a weight matrix of " + rows + " x " + columns);
        }
        if (panels != null) {
            return;
        }
        int count = (rows + width - 1) / width;
        FloatMemory memory = new FloatMemory((long) count * width * columns);
        FloatBuffer target = memory.floats();
        float[][] rowScratch = new float[pool.size()][columns];
        float[][] panelScratch = new float[pool.size()][columns * width];
        pool.run(count, (worker, panel) -> {
            float[] row = rowScratch[worker];
            float[] packed = panelScratch[worker];
            Arrays.fill(packed, 0f);
            for (int j = 0; j < width && panel * width + j < rows; j++) {
                readRow(panel * width + j, row);
                for (int k = 0; k < columns; k++) {
                    packed[k * width + j] = row[k];
                }
            }
            target.put(panel * width * columns, packed);
        });
        panels = memory;
    }

    private void readRow(int row, float[] target) {
        int block = 0;
        while (row >= blockFirstRows[block + 1]) {
            block++;
        }
        blocks[block].get((row - blockFirstRows[block]) * columns, target, 0, columns);
    }

    /** Frees the packed form. The memory given at construction is left alone. */
    @Override
    public void close() {
        closed = true;
        if (panels != null) {
            panels.close();
            panels = null;
        }
    }
}
