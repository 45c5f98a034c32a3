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
            sums = new float[squares * channels];
        }
        Arrays.fill(sums, 0, squares * channels, 0f);
        float scale = 1f / (size * size);
        for (int y = 0; y < size; y++) {
            in.get(inOffset + y * width * channels, row, 0, used);
            for (int x = 0; x < squares * size; x++) {
                math.multiplyAdd(scale, row, x * channels, sums, x / size * channels, channels);
            }
        }
        out.put(outOffset, sums, 0, squares * channels);
    }
}
