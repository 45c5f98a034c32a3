package dev.clipjet.weights;

import dev.clipjet.numeric.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/** Copies of stored tensors whose canonical form is no part of the file. They are small and lie on the heap. */
final class Rearranged {
    private Rearranged() {}

    /** [rows, columns] to [columns, rows], elements unchanged. */
    static StoredTensor transposed(StoredTensor matrix) {
        int rows = Math.toIntExact(matrix.shape().get(0));
        int columns = Math.toIntExact(matrix.shape().get(1));
        int size = matrix.dtype().bytes();
        byte[] source = matrix.data().array();
        byte[] target = new byte[Math.multiplyExact(rows, columns * size)];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                System.arraycopy(source, (i * columns + j) * size, target, (j * rows + i) * size, size);
            }
        }
        return new StoredTensor(
                matrix.name(),
                matrix.dtype(),
                List.of((long) columns, (long) rows),
                ByteBuffer.wrap(target).asReadOnlyBuffer());
    }

    /** All values as float32. */
    static float[] floats(StoredTensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.elements())];
        FloatConversion.toFloat(tensor, FloatBuffer.wrap(values));
        return values;
    }

    /** A float32 matrix under the name of the stored one that it was made from. */
    static StoredTensor matrix(String name, long rows, long columns, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new StoredTensor(name, ElementType.F32, List.of(rows, columns), bytes.asReadOnlyBuffer());
    }
}
