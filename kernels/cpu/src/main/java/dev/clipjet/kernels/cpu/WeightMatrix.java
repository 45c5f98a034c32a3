package dev.clipjet.kernels.cpu;

import dev.clipjet.error.ClosedException;
import java.util.ArrayList;
import java.util.List;

/**
 * The weights of a linear layer, [out, in] row-major, or of a convolution, [out, in * height * width]. Routines compute on
 * packed copies in memory of our own, which are made when they are first needed and belong to this object; what the rows
 * are read from is touched by Java only.
 */
public final class WeightMatrix implements AutoCloseable {
    private final int rows;
    private final int columns;
    private final RowBlock[] blocks;
    private final int[] blockFirstRows;
    private final List<PackedWeights> packed = new ArrayList<>();
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

    /** The packed form of some rows that a routine has made, or null. */
    PackedWeights packed(Object routine, int firstRow, int count) {
        if (closed) {
            throw new ClosedException("a weight matrix of " + rows + " x " + columns);
        }
        for (int i = 0; i < packed.size(); i++) {
            if (packed.get(i).areOf(routine, firstRow, count)) {
                return packed.get(i);
            }
        }
        return null;
    }

    /** Keeps a packed form until this is closed. */
    void keep(PackedWeights form) {
        packed.add(form);
    }

    /** Copies rows to {@code target}, from {@code offset} on; from any thread. */
    void read(int first, int count, float[] target, int offset) {
        for (int block = 0; block < blocks.length; block++) {
            int from = Math.max(first, blockFirstRows[block]);
            int to = Math.min(first + count, blockFirstRows[block + 1]);
            if (from < to) {
                blocks[block].read(from - blockFirstRows[block], to - from, target, offset + (from - first) * columns);
            }
        }
    }

    /** Frees the packed forms. */
    @Override
    public void close() {
        closed = true;
        packed.forEach(PackedWeights::close);
        packed.clear();
    }
}
