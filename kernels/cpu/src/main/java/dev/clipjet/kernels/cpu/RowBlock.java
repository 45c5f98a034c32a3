package dev.clipjet.kernels.cpu;

/**
 * Consecutive rows of a weight matrix, read from wherever they are stored. Native code only ever reads a float32 copy of
 * them, in memory of their own: what they are read from may be a file that somebody changes.
 */
public final class RowBlock implements AutoCloseable {
    /** Reads stored elements as float32; safe to use from several threads. */
    @FunctionalInterface
    public interface Source {
        /** Copies {@code length} elements from an element index on to {@code target}, from {@code offset} on. */
        void read(long element, float[] target, int offset, int length);
    }

    /** Elements that are read at a time, unless a row is longer. */
    private static final int PIECE = 1 << 16;

    private final Source source;
    private final int rows;
    private final int columns;
    private FloatMemory copy;

    /** @param source the elements as float32, rows x columns */
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

    /** Address of the row-major float32 form, which is made first where it is not there. */
    synchronized long address() {
        if (copy == null) {
            FloatMemory memory = new FloatMemory((long) rows * columns);
            try {
                int most = Math.max(1, Math.min(rows, PIECE / columns));
                float[] piece = new float[most * columns];
                for (int row = 0; row < rows; row += most) {
                    int here = Math.min(most, rows - row);
                    read(row, here, piece, 0);
                    memory.floats().put(row * columns, piece, 0, here * columns);
                }
            } catch (RuntimeException | Error e) {
                memory.close();
                throw e;
            }
            copy = memory;
        }
        return copy.address(0);
    }

    /** Frees the float32 copy, if one was made. */
    @Override
    public synchronized void close() {
        if (copy != null) {
            copy.close();
            copy = null;
        }
    }
}
