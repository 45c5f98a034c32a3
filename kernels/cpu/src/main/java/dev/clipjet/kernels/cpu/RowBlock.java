package dev.clipjet.kernels.cpu;

import dev.clipjet.numeric.ElementType;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;

/**
 * Consecutive rows of a weight matrix, backed by a stored tensor that somebody else owns. Float32 is used where it
 * lies. Other types are widened row by row when packed, and as a whole only when a row-major copy is asked for.
 */
public final class RowBlock implements AutoCloseable {
    /** Reads stored elements as float32; safe to use from several threads. */
    @FunctionalInterface
    public interface Source {
        /** Copies {@code length} elements from an element index on to the start of {@code target}. */
        void read(int element, float[] target, int length);
    }

    private static final long NOWHERE = 0;

    private final Source source;
    private final int rows;
    private final int columns;
    private final long inPlaceAddress;
    private FloatMemory copy;

    /**
     * @param stored the elements, direct and little endian, rows x columns from position 0; must outlive the block
     * @param dtype their type
     * @param source the same elements as float32
     */
    public RowBlock(ByteBuffer stored, ElementType dtype, Source source, int rows, int columns) {
        this.source = source;
        this.rows = rows;
        this.columns = columns;
        boolean inPlace = dtype == ElementType.F32 && stored.isDirect() && stored.alignmentOffset(0, Float.BYTES) == 0;
        this.inPlaceAddress = inPlace ? new BytePointer(stored).address() : NOWHERE;
    }

    /**
     * A block that is nowhere stored as it is to be used.
     *
     * @param source its elements as float32, rows x columns
     */
    public RowBlock(Source source, int rows, int columns) {
        this.source = source;
        this.rows = rows;
        this.columns = columns;
        inPlaceAddress = NOWHERE;
    }

    int rows() {
        return rows;
    }

    void read(int row, float[] target) {
        source.read(row * columns, target, columns);
    }

    /** Address of the row-major float32 form, which is made first where it is not there. */
    synchronized long address() {
        if (inPlaceAddress != NOWHERE) {
            return inPlaceAddress;
        }
        if (copy == null) {
            FloatMemory memory = new FloatMemory((long) rows * columns);
            try {
                float[] row = new float[columns];
                for (int i = 0; i < rows; i++) {
                    read(i, row);
                    memory.floats().put(i * columns, row);
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
