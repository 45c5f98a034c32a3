package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.ElementType;
import java.util.Random;

/** Matrices on the device of a rig. The padding of their rows has no value, so that whoever relies on it is found. */
record DeviceMatrices(KernelRig rig, ElementType type) {
    /** The smallest stride that a matrix may have and a sector more, so that a stride is not taken for a width. */
    int stride(int columns) {
        int pack = Matrix.ALIGNMENT / type.bytes();
        return (columns + pack - 1) / pack * pack + 2 * pack;
    }

    /** A matrix that nobody has written. */
    Matrix raw(int rows, int columns) {
        int stride = stride(columns);
        return new Matrix(rig.raw((long) rows * stride * type.bytes()), rows, columns, stride);
    }

    /** A matrix with values, row by row. */
    Matrix of(int rows, int columns, float... values) {
        Matrix matrix = raw(rows, columns);
        write(matrix, values);
        return matrix;
    }

    void write(Matrix matrix, float... values) {
        for (int row = 0; row < matrix.rows(); row++) {
            float[] part = new float[matrix.columns()];
            System.arraycopy(values, row * matrix.columns(), part, 0, part.length);
            rig.stream().copyToDevice(address(matrix, row), StoredValues.encode(type, part));
        }
    }

    /** The values without the padding. Reading one that was never written fails. */
    float[] read(Matrix matrix) {
        float[] values = new float[matrix.rows() * matrix.columns()];
        for (int row = 0; row < matrix.rows(); row++) {
            float[] part = rig.read(type, address(matrix, row), matrix.columns());
            System.arraycopy(part, 0, values, row * matrix.columns(), part.length);
        }
        return values;
    }

    /** Normally distributed values that the storage type holds exactly. */
    static float[] random(ElementType type, Random random, int count, double mean, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = StoredValues.rounded(type, (float) (mean + deviation * random.nextGaussian()));
        }
        return values;
    }

    private long address(Matrix matrix, int row) {
        return matrix.address() + (long) row * matrix.stride() * type.bytes();
    }
}
