package dev.clipjet.verify;

/** The measure of all comparisons: the largest distance of a row to its reference, over the reference's norm. */
public final class RowError {
    private RowError() {}

    /**
     * The error of a dense matrix.
     *
     * @param reference dense, of the same size
     * @return infinite if a value is not finite
     */
    public static double of(float[] actual, float[] reference, int columns) {
        if (actual.length != reference.length) {
            throw new IllegalArgumentException(actual.length + " values, the reference has " + reference.length);
        }
        double worst = 0;
        for (int row = 0; row < actual.length; row += columns) {
            double difference = 0;
            double norm = 0;
            for (int i = row; i < row + columns; i++) {
                double d = (double) actual[i] - reference[i];
                difference += d * d;
                norm += (double) reference[i] * reference[i];
            }
            double error = difference == 0 ? 0 : Math.sqrt(difference / norm);
            worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        }
        return worst;
    }
}
