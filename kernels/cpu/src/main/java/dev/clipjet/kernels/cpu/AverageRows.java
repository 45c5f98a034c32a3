package dev.clipjet.kernels.cpu;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** Means over squares of pixels, a row of squares at a time. One object per worker. */
final class AverageRows {
    private final RowMath math = Simd.rowMath();
    private float[] row = new float[0];
    private float[] sums = new float[0];

    /**
     * Averages {@code size} rows of pixels to one.
     *
     * @param width pixels of a row; those beyond the last whole square are not used
     * @param in rows [size, width, channels], dense, from {@code inOffset}
     * @param out row [width / size, channels], from {@code outOffset}
     */
    void run(int size, int width, int channels, FloatBuffer in, int inOffset, FloatBuffer out, int outOffset) {
        int squares = width / size;
        int used = squares * size * channels;
        if (row.length < used) {
            row = new float[used];
            sums = new float[used];
        }
        in.get(inOffset, sums, 0, used);
        for (int y = 1; y < size; y++) {
            in.get(inOffset + y * width * channels, row, 0, used);
            math.multiplyAdd(1f, row, 0, sums, 0, used);
        }
        float scale = 1f / (size * size);
        Arrays.fill(row, 0, squares * channels, 0f);
        for (int square = 0; square < squares; square++) {
            for (int x = 0; x < size; x++) {
                math.multiplyAdd(scale, sums, (square * size + x) * channels, row, square * channels, channels);
            }
        }
        out.put(outOffset, row, 0, squares * channels);
    }
}
