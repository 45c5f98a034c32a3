package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;

/** Values on the heap. */
final class FloatRows implements RowSource {
    private final float[] values;
    private final int rows;
    private final int columns;

    FloatRows(float[] values, int rows, int columns) {
        if ((long) rows * columns != values.length) {
            throw new InvalidInputException(values.length + " values for a matrix of " + rows + " x " + columns);
        }
        this.values = values;
        this.rows = rows;
        this.columns = columns;
    }

    @Override
    public ElementType dtype() {
        return ElementType.F32;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public void read(long element, int count, byte[] target, int offset) {
        int first = Math.toIntExact(element);
        for (int i = 0; i < count; i++) {
            ByteArrays.FLOATS.set(target, offset + Float.BYTES * i, values[first + i]);
        }
    }
}
