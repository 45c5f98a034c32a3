package dev.clipjet.kernels.cpu;

import dev.clipjet.error.ClosedException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The weights of a linear layer, [out, in] row-major, in up to two forms, each a copy that is made when it is first needed:
 * the row-major form serves large batches through OpenBLAS, the panel form small ones; see {@link PanelKernel}.
 */
public final class WeightMatrix implements AutoCloseable {
    private final int rows;
    private final int columns;
    private final RowBlock[] blocks;
    private final int[] blockFirstRows;
    private FloatMemory panels;
    private boolean closed;

    /**
     * @param columns input width
     * @param rowBlocks the rows, in order; what they read from must outlive the matrix
     */
    public WeightMatrix(int columns, List<? extends RowBlock> rowBlocks) {
        this.columns = columns;
        blocks = rowBlocks.toArray(RowBlock[]::new);
        blockFirstRows = new int[blocks.length + 1];
        for (int i = 0; i < blocks.length; i++) {
            blockFirstRows[i + 1] = blockFirstRows[i] + blocks[i].rows();
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
        return blocks[block].address() + (long) (row - blockFirstRows[block]) * columns * Float.BYTES;
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
        try {
            pack(pool, width, count, memory.floats());
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
        panels = memory;
    }

    private void pack(WorkerPool pool, int width, int count, FloatBuffer target) {
        float[][] rowScratch = new float[pool.size()][columns * width];
        float[][] panelScratch = new float[pool.size()][columns * width];
        pool.run(count, (worker, panel) -> {
            float[] plain = rowScratch[worker];
            float[] packed = panelScratch[worker];
            Arrays.fill(packed, 0f);
            int present = Math.min(width, rows - panel * width);
            readRows(panel * width, present, plain);
            for (int j = 0; j < present; j++) {
                for (int k = 0; k < columns; k++) {
                    packed[k * width + j] = plain[j * columns + k];
                }
            }
            target.put(panel * width * columns, packed);
        });
    }

    private void readRows(int first, int count, float[] target) {
        for (int block = 0; block < blocks.length; block++) {
            int from = Math.max(first, blockFirstRows[block]);
            int to = Math.min(first + count, blockFirstRows[block + 1]);
            if (from < to) {
                blocks[block].read(from - blockFirstRows[block], to - from, target, (from - first) * columns);
            }
        }
    }

    /** Frees the packed form and closes the row blocks. */
    @Override
    public void close() {
        closed = true;
        for (RowBlock block : blocks) {
            block.close();
        }
        if (panels != null) {
            panels.close();
            panels = null;
        }
    }
}
