package dev.clipjet.weights.upload;

import dev.clipjet.numeric.ElementType;

/** Another source's matrix with rows and columns exchanged, copied to the heap when it is first read. */
final class TransposedRows implements RowSource {
    private final RowSource source;
    private byte[] elements;

    TransposedRows(RowSource source) {
        this.source = source;
    }

    @Override
    public ElementType dtype() {
        return source.dtype();
    }

    @Override
    public int rows() {
        return source.columns();
    }

    @Override
    public int columns() {
        return source.rows();
    }

    @Override
    public void read(long element, int count, byte[] target, int offset) {
        if (elements == null) {
            elements = copy();
        }
        int bytes = dtype().bytes();
        System.arraycopy(elements, Math.toIntExact(element * bytes), target, offset, count * bytes);
    }

    private byte[] copy() {
        int bytes = dtype().bytes();
        int rows = source.rows();
        int columns = source.columns();
        byte[] row = new byte[columns * bytes];
        byte[] result = new byte[Math.toIntExact(elements() * bytes)];
        for (int i = 0; i < rows; i++) {
            source.read((long) i * columns, columns, row, 0);
            for (int j = 0; j < columns; j++) {
                System.arraycopy(row, j * bytes, result, (j * rows + i) * bytes, bytes);
            }
        }
        return result;
    }
}
