package dev.clipjet.gpu;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.upload.RowSource;

/**
 * Some rows of another source as a matrix of their own.
 *
 * @param first index of the first element
 */
record ElementRange(RowSource source, long first, int rows, int columns) implements RowSource {
    /** Rows of a source. */
    static RowSource rows(RowSource source, int firstRow, int rows) {
        return firstRow == 0 && rows == source.rows()
                ? source
                : new ElementRange(source, (long) firstRow * source.columns(), rows, source.columns());
    }

    @Override
    public ElementType dtype() {
        return source.dtype();
    }

    @Override
    public void read(long element, int count, byte[] target, int offset) {
        source.read(first + element, count, target, offset);
    }
}
