package dev.clipjet.graph;

import dev.clipjet.error.InvalidInputException;

/** The elements of a matrix expression as float32, any part at any time, from any thread. */
public final class MatrixReader {
    private final Weight.Matrix matrix;
    private final TensorSource.FloatTensor tensor;
    private final float[] rowScale;
    private final float[] columnScale;

    /**
     * A reader.
     *
     * @throws InvalidInputException if the model's tensor does not have the rows and columns that the expression names
     */
    public MatrixReader(Weight.Matrix matrix, TensorSource tensors) {
        this.matrix = matrix;
        tensor = tensors.tensor(matrix.source());
        if (tensor.columns() != matrix.columns() || tensor.rows() < matrix.firstRow() + matrix.rows()) {
            throw new InvalidInputException(matrix.source() + " is " + tensor.rows() + " x " + tensor.columns()
                    + ", the tower wants rows " + matrix.firstRow() + " to " + (matrix.firstRow() + matrix.rows() - 1)
                    + " of " + matrix.columns() + " columns");
        }
        rowScale = matrix.rowScale().map(scale -> scale.floats(tensors)).orElse(null);
        columnScale = matrix.columnScale().map(scale -> scale.floats(tensors)).orElse(null);
    }

    /**
     * Copies elements, across rows.
     *
     * @param element index of the first in row-major order
     * @param count how many
     * @param target receives them from {@code offset} on
     */
    public void read(long element, int count, float[] target, int offset) {
        int columns = matrix.columns();
        tensor.read((long) matrix.firstRow() * columns + element, count, target, offset);
        if (rowScale == null && columnScale == null) {
            return;
        }
        int row = (int) (element / columns);
        int column = (int) (element % columns);
        int at = offset;
        for (int left = count; left > 0; ) {
            int here = Math.min(left, columns - column);
            if (columnScale != null) {
                for (int i = 0; i < here; i++) {
                    target[at + i] *= columnScale[column + i];
                }
            }
            if (rowScale != null) {
                float factor = rowScale[row];
                for (int i = 0; i < here; i++) {
                    target[at + i] *= factor;
                }
            }
            at += here;
            left -= here;
            row++;
            column = 0;
        }
    }

    /** All elements. */
    public float[] all() {
        float[] values = new float[Math.toIntExact(matrix.elements())];
        read(0, values.length, values, 0);
        return values;
    }
}
