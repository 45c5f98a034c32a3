package dev.clipjet.ptx.exec;

import java.math.BigDecimal;

/**
 * A small matrix product C = A B + C as the tensor cores compute it. A is m x k, B is k x n, C is m x n, all row-major, of values that
 * the 16-bit formats or TF32 hold. PTX leaves order and rounding of the sum open, so there are three models.
 */
public final class MatrixTile {
    /** The values of all halves. */
    public static final float[] HALVES = new float[1 << 16];

    static {
        for (int bits = 0; bits < HALVES.length; bits++) {
            int fraction = bits & 0x3ff;
            int exponent = bits >>> 10 & 31;
            float magnitude = exponent == 31
                    ? (fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN)
                    : exponent == 0 ? fraction * 0x1p-24f : Math.scalb(1024f + fraction, exponent - 25);
            HALVES[bits] = (bits & 0x8000) != 0 ? -magnitude : magnitude;
        }
    }

    /** The left factor; products of two factors are exact in double. */
    public final double[] a;
    /** The right factor. */
    public final double[] b;
    /** What is added, and after {@link #multiply} the result. */
    public final float[] c;
    /** No element of the left factor has a larger magnitude. */
    public double largestA;
    /** No element of the right factor has a larger magnitude. */
    public double largestB;

    private final long[] terms = new long[33];
    private final int[] exponents = new int[33];

    /** A tile of at most so many rows, columns and inner elements. */
    public MatrixTile(int m, int n, int k) {
        a = new double[m * k];
        b = new double[k * n];
        c = new float[m * n];
    }

    /**
     * Multiplies.
     *
     * @param m rows
     * @param n columns, a multiple of 8
     * @param k inner elements
     * @param model how the sums are rounded
     * @param half whether sums are kept as halves, which hardware rounds to nearest
     */
    public void multiply(int m, int n, int k, ExecutionOptions.MmaModel model, boolean half) {
        if (model == ExecutionOptions.MmaModel.EXACT || half) {
            exact(m, n, k);
            return;
        }
        boolean hopper = model == ExecutionOptions.MmaModel.H100;
        int step = hopper ? 16 : 8;
        int bits = hopper ? 25 : 24;
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column++) {
                float sum = c[row * n + column];
                for (int from = 0; from < k; from += step) {
                    sum = truncated(row, column, n, k, from, Math.min(k, from + step), sum, bits);
                }
                c[row * n + column] = sum;
            }
        }
    }

    /** Sums in double precision; where the error of that could change the rounding, exactly. */
    private void exact(int m, int n, int k) {
        // k additions, each off by at most 2^-53 of a partial sum of at most k + 1 such terms.
        double error = largestA * largestB * k * (k + 1) * 0x1p-53;
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column += 8) {
                eight(row, column, n, k, error);
            }
        }
    }

    private void eight(int row, int column, int n, int k, double error) {
        int at = row * n + column;
        double s0 = c[at];
        double s1 = c[at + 1];
        double s2 = c[at + 2];
        double s3 = c[at + 3];
        double s4 = c[at + 4];
        double s5 = c[at + 5];
        double s6 = c[at + 6];
        double s7 = c[at + 7];
        double[] left = a;
        double[] right = b;
        for (int i = 0; i < k; i++) {
            double x = left[row * k + i];
            int r = i * n + column;
            s0 = Math.fma(x, right[r], s0);
            s1 = Math.fma(x, right[r + 1], s1);
            s2 = Math.fma(x, right[r + 2], s2);
            s3 = Math.fma(x, right[r + 3], s3);
            s4 = Math.fma(x, right[r + 4], s4);
            s5 = Math.fma(x, right[r + 5], s5);
            s6 = Math.fma(x, right[r + 6], s6);
            s7 = Math.fma(x, right[r + 7], s7);
        }
        round(row, column, n, k, error, s0);
        round(row, column + 1, n, k, error, s1);
        round(row, column + 2, n, k, error, s2);
        round(row, column + 3, n, k, error, s3);
        round(row, column + 4, n, k, error, s4);
        round(row, column + 5, n, k, error, s5);
        round(row, column + 6, n, k, error, s6);
        round(row, column + 7, n, k, error, s7);
    }

    private void round(int row, int column, int n, int k, double error, double sum) {
        int at = row * n + column;
        double bound = error + Math.abs(c[at]) * k * 0x1p-53;
        float low = (float) (sum - bound);
        float high = (float) (sum + bound);
        if (low == high || Double.isNaN(sum) || Double.isInfinite(sum)) {
            c[at] = Double.isNaN(sum) ? Float.intBitsToFloat(0x7fff_ffff) : (float) sum;
            return;
        }
        c[at] = slow(row, column, n, k);
    }

    /** The exact sum, where rounding the double would be a guess: errors are carried along, and in the end decimals decide. */
    private float slow(int row, int column, int n, int k) {
        double sum = c[row * n + column];
        double rest = 0;
        double lost = 0;
        for (int i = 0; i < k; i++) {
            double term = a[row * k + i] * b[i * n + column];
            double next = sum + term;
            double back = next - sum;
            double error = sum - (next - back) + (term - back);
            sum = next;
            double total = rest + error;
            double part = total - rest;
            lost += Math.abs(rest - (total - part) + (error - part));
            rest = total;
        }
        if (lost == 0) {
            double high = sum + rest;
            double part = high - sum;
            return (float) odd(high, sum - (high - part) + (rest - part));
        }
        BigDecimal exact = new BigDecimal(c[row * n + column]);
        for (int i = 0; i < k; i++) {
            exact = exact.add(new BigDecimal(a[row * k + i] * b[i * n + column]));
        }
        return exact.floatValue();
    }

    /** A double whose last bit tells that something is missing, so that rounding it to single precision is right. */
    private static double odd(double high, double low) {
        if (low == 0 || (Double.doubleToRawLongBits(high) & 1) != 0) {
            return high;
        }
        return low > 0 ? Math.nextUp(high) : Math.nextDown(high);
    }

    /** All terms aligned to the largest, cut to so many bits, summed, and the sum cut to single precision. */
    private float truncated(int row, int column, int n, int k, int from, int to, float start, int bits) {
        int count = 0;
        int top = Integer.MIN_VALUE;
        for (int i = from; i <= to; i++) {
            double value = i == to ? start : a[row * k + i] * b[i * n + column];
            if (Double.isNaN(value) || Double.isInfinite(value)) {
                return special(row, column, n, k, from, to, start);
            }
            if (value == 0) {
                continue;
            }
            long raw = Double.doubleToRawLongBits(value);
            exponents[count] = Math.getExponent(value);
            long magnitude = raw & (1L << 52) - 1 | 1L << 52;
            terms[count++] = value < 0 ? -magnitude : magnitude;
            top = Math.max(top, Math.getExponent(value));
        }
        if (count == 0) {
            return start == 0 ? start : 0f;
        }
        long sum = 0;
        for (int i = 0; i < count; i++) {
            int shift = Math.min(63, 53 - bits + top - exponents[i]);
            long cut = Math.abs(terms[i]) >> shift;
            sum += terms[i] < 0 ? -cut : cut;
        }
        double value = Math.scalb((double) sum, top - bits + 1);
        float nearest = (float) value;
        if (Math.abs(nearest) > Math.abs(value)) {
            return nearest > 0 ? Math.nextDown(nearest) : Math.nextUp(nearest);
        }
        return nearest;
    }

    private float special(int row, int column, int n, int k, int from, int to, float start) {
        float sum = start;
        for (int i = from; i < to; i++) {
            sum += (float) (a[row * k + i] * b[i * n + column]);
        }
        return Float.isNaN(sum) ? Float.intBitsToFloat(0x7fff_ffff) : sum;
    }
}
