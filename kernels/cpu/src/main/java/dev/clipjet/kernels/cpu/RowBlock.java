package dev.clipjet.kernels.cpu;

/**
 * Consecutive rows of a weight matrix, read as float32 from wherever they are stored: often a file that somebody else may
 * change, so that native code only ever gets a packed copy.
 */
public final class RowBlock {
    /** Reads stored elements as float32; safe to use from several threads. */
    @FunctionalInterface
    public interface Source {
        /** Copies {@code length} elements from an element index on to {@code target}, from {@code offset} on. */
        void read(long element, float[] target, int offset, int length);
    }

    private final Source source;
    private final int rows;
    private final int columns;

    /** @param source the elements, rows x columns, row by row */
    public RowBlock(Source source, int rows, int columns) {
        this.source = source;
        this.rows = rows;
        this.columns = columns;
    }

    int rows() {
        return rows;
    }

    /** Copies {@code count} rows from {@code row} on to {@code target}, from {@code offset} on. */
    void read(int row, int count, float[] target, int offset) {
        source.read((long) row * columns, target, offset, count * columns);
    }
}
