package dev.clipjet.ptx.tensor;

import java.math.BigDecimal;

/** The sums, one after the other, by the shortest way from what they are defined as. The faster ways come here with what is rare. */
public final class ReferenceSums implements TileSums {
    private final long[] parts = new long[17];
    private final int[] exponents = new int[17];

    @Override
    public void exact(TileOperand a, TileOperand b, int[] c, int m, int n, int k) {
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column++) {
                exact(a, b, c, row, column, n, k);
            }
        }
    }

    @Override
    public void truncated(TileOperand a, TileOperand b, int[] c, int m, int n, int k, int terms, int bits) {
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column++) {
                truncated(a, b, c, row, column, n, k, terms, bits);
            }
        }
    }

    /** One element. */
    void exact(TileOperand a, TileOperand b, int[] c, int row, int column, int n, int k) {
        double[] left = a.values();
        double[] right = b.values();
        float start = Float.intBitsToFloat(c[row * n + column]);
        double sum = start;
        double size = Math.abs(start);
        for (int i = 0; i < k; i++) {
            double term = left[row * k + i] * right[i * n + column];
            sum += term;
            size += Math.abs(term);
        }
        // k additions, each off by at most 2^-53 of what is there by then.
        round(a, b, c, row, column, n, k, sum, size * (k + 1) * 0x1p-53);
    }

    /** One element, of which the sum is known but for an error of at most so much; only where that is too much it is added up again. */
    void round(TileOperand a, TileOperand b, int[] c, int row, int column, int n, int k, double sum, double error) {
        float low = (float) (sum - error);
        float high = (float) (sum + error);
        float result;
        if (Double.isNaN(sum)) {
            result = Float.intBitsToFloat(0x7fff_ffff);
        } else if (low == high || Double.isInfinite(sum)) {
            result = (float) sum;
        } else {
            result = addedUp(a.values(), b.values(), Float.intBitsToFloat(c[row * n + column]), row, column, n, k);
        }
        c[row * n + column] = Float.floatToRawIntBits(result);
    }

    /** The exact sum, where rounding the double would be a guess: errors are carried along, and in the end decimals decide. */
    private static float addedUp(double[] a, double[] b, float start, int row, int column, int n, int k) {
        double sum = start;
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
        BigDecimal exact = new BigDecimal(start);
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

    /** One element. */
    void truncated(TileOperand a, TileOperand b, int[] c, int row, int column, int n, int k, int terms, int bits) {
        float sum = Float.intBitsToFloat(c[row * n + column]);
        for (int from = 0; from < k; from += terms) {
            sum = step(a.values(), b.values(), row, column, n, k, from, Math.min(k, from + terms), sum, bits);
        }
        c[row * n + column] = Float.floatToRawIntBits(sum);
    }

    private float step(
            double[] a, double[] b, int row, int column, int n, int k, int from, int to, float start, int bits) {
        int count = 0;
        int top = Integer.MIN_VALUE;
        for (int i = from; i <= to; i++) {
            double value = i == to ? start : a[row * k + i] * b[i * n + column];
            if (Double.isNaN(value) || Double.isInfinite(value)) {
                return special(a, b, row, column, n, k, from, to, start);
            }
            if (value == 0) {
                continue;
            }
            long raw = Double.doubleToRawLongBits(value);
            exponents[count] = Math.getExponent(value);
            long magnitude = raw & (1L << 52) - 1 | 1L << 52;
            parts[count++] = value < 0 ? -magnitude : magnitude;
            top = Math.max(top, Math.getExponent(value));
        }
        if (count == 0) {
            return start;
        }
        long sum = 0;
        for (int i = 0; i < count; i++) {
            int shift = Math.min(63, 53 - bits + top - exponents[i]);
            long cut = Math.abs(parts[i]) >> shift;
            sum += parts[i] < 0 ? -cut : cut;
        }
        double value = Math.scalb((double) sum, top - bits + 1);
        float nearest = (float) value;
        if (Math.abs(nearest) > Math.abs(value)) {
            return nearest > 0 ? Math.nextDown(nearest) : Math.nextUp(nearest);
        }
        return nearest;
    }

    private static float special(
            double[] a, double[] b, int row, int column, int n, int k, int from, int to, float start) {
        float sum = start;
        for (int i = from; i < to; i++) {
            sum += (float) (a[row * k + i] * b[i * n + column]);
        }
        return Float.isNaN(sum) ? Float.intBitsToFloat(0x7fff_ffff) : sum;
    }
}
