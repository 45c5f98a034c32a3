package dev.clipjet.weights;

import java.util.Arrays;

/**
 * Position embeddings for another number of positions, as open_clip resamples them on load. Computed in double
 * precision.
 */
final class PositionTables {
    /** The cubic kernel's parameter; with antialiasing, PyTorch takes the one of Pillow. */
    private static final double CUBIC = -0.5;

    private static final int CUBIC_SUPPORT = 2;

    private PositionTables() {}

    /**
     * Resamples a square grid of positions: bicubic with antialiasing. The row of the class token is kept.
     *
     * @param table [1 + from * from, width]
     * @return [1 + to * to, width]
     */
    static float[] image(float[] table, int from, int to, int width) {
        double[][] weights = cubicWeights(from, to);
        float[] result = new float[(1 + to * to) * width];
        System.arraycopy(table, 0, result, 0, width);
        double[] line = new double[from * width];
        double[] position = new double[width];
        for (int y = 0; y < to; y++) {
            Arrays.fill(line, 0);
            for (int j = 0; j < from; j++) {
                if (weights[y][j] != 0) {
                    for (int i = 0; i < line.length; i++) {
                        line[i] += weights[y][j] * table[width + j * line.length + i];
                    }
                }
            }
            for (int x = 0; x < to; x++) {
                Arrays.fill(position, 0);
                for (int j = 0; j < from; j++) {
                    if (weights[x][j] != 0) {
                        for (int d = 0; d < width; d++) {
                            position[d] += weights[x][j] * line[j * width + d];
                        }
                    }
                }
                int at = (1 + y * to + x) * width;
                for (int d = 0; d < width; d++) {
                    result[at + d] = (float) position[d];
                }
            }
        }
        return result;
    }

    /**
     * Resamples the positions of a text: linear between the two nearest, without antialiasing.
     *
     * @param table [from, width]
     * @return [to, width]
     */
    static float[] text(float[] table, int from, int to, int width) {
        float[] result = new float[to * width];
        double scale = (double) from / to;
        for (int i = 0; i < to; i++) {
            double place = Math.max(0, (i + 0.5) * scale - 0.5);
            int low = Math.min((int) place, from - 1);
            int high = Math.min(low + 1, from - 1);
            double fraction = place - low;
            for (int d = 0; d < width; d++) {
                result[i * width + d] =
                        (float) ((1 - fraction) * table[low * width + d] + fraction * table[high * width + d]);
            }
        }
        return result;
    }

    /** [to][from]: the weight of every source position, of which most are 0. Each row sums to 1. */
    private static double[][] cubicWeights(int from, int to) {
        double scale = (double) from / to;
        double stretch = Math.max(scale, 1);
        double support = CUBIC_SUPPORT * stretch;
        double[][] weights = new double[to][from];
        for (int i = 0; i < to; i++) {
            double center = scale * (i + 0.5);
            int first = Math.max(0, (int) (center - support + 0.5));
            int end = Math.min(from, (int) (center + support + 0.5));
            double sum = 0;
            for (int j = first; j < end; j++) {
                weights[i][j] = cubic((j - center + 0.5) / stretch);
                sum += weights[i][j];
            }
            for (int j = first; j < end; j++) {
                weights[i][j] /= sum;
            }
        }
        return weights;
    }

    private static double cubic(double distance) {
        double x = Math.abs(distance);
        if (x < 1) {
            return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * CUBIC : 0;
    }
}
