package dev.clipjet.kernels.cpu;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** {@link SmallGemm} in Java: rows are copied to the heap, products run along them. */
final class JavaGemm implements SmallGemm {
    private final RowMath math;
    private final float[] lanes = new float[RowMath.MAX_LANES];
    private float[] left = new float[0];
    private float[] right = new float[0];
    private float[] result = new float[0];

    JavaGemm(RowMath math) {
        this.math = math;
    }

    @Override
    public void multiplyTransposed(
            int m,
            int n,
            int k,
            float alpha,
            FloatMemory aMemory,
            long a,
            int aStride,
            FloatMemory bMemory,
            long b,
            int bStride,
            FloatMemory cMemory,
            long c,
            int cStride) {
        load(m, n, n, k, k, aMemory, a, aStride, bMemory, b, bStride);
        FloatBuffer target = cMemory.floats();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                result[j] = alpha * math.dot(left, i * k, right, j * k, k, lanes);
            }
            target.put((int) (c + (long) i * cStride), result, 0, n);
        }
    }

    @Override
    public void multiply(
            int m,
            int n,
            int k,
            FloatMemory aMemory,
            long a,
            int aStride,
            FloatMemory bMemory,
            long b,
            int bStride,
            FloatMemory cMemory,
            long c,
            int cStride) {
        load(m, n, k, k, n, aMemory, a, aStride, bMemory, b, bStride);
        FloatBuffer target = cMemory.floats();
        for (int i = 0; i < m; i++) {
            Arrays.fill(result, 0, n, 0f);
            for (int l = 0; l < k; l++) {
                math.multiplyAdd(left[i * k + l], right, l * n, result, 0, n);
            }
            target.put((int) (c + (long) i * cStride), result, 0, n);
        }
    }

    private void load(
            int m,
            int n,
            int rightRows,
            int k,
            int rightColumns,
            FloatMemory aMemory,
            long a,
            int aStride,
            FloatMemory bMemory,
            long b,
            int bStride) {
        left = atLeast(left, m * k);
        right = atLeast(right, rightRows * rightColumns);
        result = atLeast(result, n);
        copy(aMemory, a, aStride, m, k, left);
        copy(bMemory, b, bStride, rightRows, rightColumns, right);
    }

    private static void copy(FloatMemory memory, long index, int stride, int rows, int columns, float[] target) {
        FloatBuffer floats = memory.floats();
        for (int i = 0; i < rows; i++) {
            floats.get((int) (index + (long) i * stride), target, i * columns, columns);
        }
    }

    private static float[] atLeast(float[] array, int size) {
        return array.length >= size ? array : new float[size];
    }
}
