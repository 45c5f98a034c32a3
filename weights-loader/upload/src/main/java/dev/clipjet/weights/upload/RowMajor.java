package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import java.util.Arrays;

/**
 * Row after row; element (r, c) is the one with index r x leading dimension + c.
 *
 * @param columnMultiple the leading dimension is the number of columns, rounded up to a multiple of this and filled with zeros
 */
public record RowMajor(int columnMultiple) implements WeightLayout {
    /** Without padding. */
    public static final RowMajor PLAIN = new RowMajor(1);

    public RowMajor {
        if (columnMultiple < 1) {
            throw new InvalidInputException("columns padded to a multiple of " + columnMultiple);
        }
    }

    /** Elements from one row to the next. */
    public int leadingDimension(int columns) {
        return Math.multiplyExact((columns - 1) / columnMultiple + 1, columnMultiple);
    }

    @Override
    public int bandRows() {
        return 1;
    }

    @Override
    public long bandBytes(int columns, int elementBytes) {
        return (long) leadingDimension(columns) * elementBytes;
    }

    @Override
    public void pack(byte[] source, int rows, int columns, int elementBytes, byte[] target) {
        int bytes = columns * elementBytes;
        System.arraycopy(source, 0, target, 0, bytes);
        Arrays.fill(target, bytes, leadingDimension(columns) * elementBytes, (byte) 0);
    }

    @Override
    public boolean isPlain(int columns) {
        return leadingDimension(columns) == columns;
    }
}
