package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.ElementType;

/** Layer norm on the host: plainly in float32, and in double precision. */
record RowNorm(int columns, float[] gamma, float[] beta, float eps) {
    /** Row by row in float32, results rounded to storage. */
    float[] plain(ElementType type, float[] x) {
        float[] out = new float[x.length];
        for (int row = 0; row < x.length; row += columns) {
            float sum = 0;
            for (int c = 0; c < columns; c++) {
                sum += x[row + c];
            }
            float mean = sum / columns;
            float squares = 0;
            for (int c = 0; c < columns; c++) {
                squares += (x[row + c] - mean) * (x[row + c] - mean);
            }
            float scale = (float) (1 / Math.sqrt(squares / columns + eps));
            for (int c = 0; c < columns; c++) {
                out[row + c] = StoredValues.rounded(type, (x[row + c] - mean) * scale * gamma[c] + beta[c]);
            }
        }
        return out;
    }

    double[] exact(float[] x) {
        double[] out = new double[x.length];
        for (int row = 0; row < x.length; row += columns) {
            double mean = 0;
            for (int c = 0; c < columns; c++) {
                mean += (double) x[row + c] / columns;
            }
            double variance = 0;
            for (int c = 0; c < columns; c++) {
                variance += (x[row + c] - mean) * (x[row + c] - mean) / columns;
            }
            for (int c = 0; c < columns; c++) {
                out[row + c] = (x[row + c] - mean) / Math.sqrt(variance + eps) * gamma[c] + beta[c];
            }
        }
        return out;
    }
}
