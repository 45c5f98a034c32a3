package dev.clipjet.ptx.tensor;

/** The sums in doubles, in plain Java; what that cannot decide it leaves to {@link ReferenceSums}. */
final class PlainSums implements TileSums {
    private final ReferenceSums reference = new ReferenceSums();
    private final ExactWindow window = new ExactWindow();

    @Override
    public void exact(TileOperand a, TileOperand b, int[] c, int m, int n, int k) {
        if (!a.finite() || !b.finite()) {
            reference.exact(a, b, c, m, n, k);
            return;
        }
        window.set(a, b, k);
        boolean direct = inWindow(c, m * n);
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column += 8) {
                eight(a, b, c, row, column, n, k, direct);
            }
        }
    }

    private boolean inWindow(int[] c, int count) {
        int largest = 0;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            int magnitude = c[i] & Integer.MAX_VALUE;
            largest = Math.max(largest, magnitude);
            // Zeros wrap around and never are the least.
            least = Math.min(least, magnitude - 1 & Integer.MAX_VALUE);
        }
        return Float.intBitsToFloat(largest) < window.below()
                && (largest == 0 || Float.intBitsToFloat(least + 1) >= window.from());
    }

    private void eight(TileOperand a, TileOperand b, int[] c, int row, int column, int n, int k, boolean direct) {
        double[] left = a.values();
        double[] right = b.values();
        int at = row * n + column;
        double s0 = Float.intBitsToFloat(c[at]);
        double s1 = Float.intBitsToFloat(c[at + 1]);
        double s2 = Float.intBitsToFloat(c[at + 2]);
        double s3 = Float.intBitsToFloat(c[at + 3]);
        double s4 = Float.intBitsToFloat(c[at + 4]);
        double s5 = Float.intBitsToFloat(c[at + 5]);
        double s6 = Float.intBitsToFloat(c[at + 6]);
        double s7 = Float.intBitsToFloat(c[at + 7]);
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
        if (direct) {
            c[at] = Float.floatToRawIntBits((float) s0);
            c[at + 1] = Float.floatToRawIntBits((float) s1);
            c[at + 2] = Float.floatToRawIntBits((float) s2);
            c[at + 3] = Float.floatToRawIntBits((float) s3);
            c[at + 4] = Float.floatToRawIntBits((float) s4);
            c[at + 5] = Float.floatToRawIntBits((float) s5);
            c[at + 6] = Float.floatToRawIntBits((float) s6);
            c[at + 7] = Float.floatToRawIntBits((float) s7);
            return;
        }
        round(a, b, c, row, column, n, k, s0);
        round(a, b, c, row, column + 1, n, k, s1);
        round(a, b, c, row, column + 2, n, k, s2);
        round(a, b, c, row, column + 3, n, k, s3);
        round(a, b, c, row, column + 4, n, k, s4);
        round(a, b, c, row, column + 5, n, k, s5);
        round(a, b, c, row, column + 6, n, k, s6);
        round(a, b, c, row, column + 7, n, k, s7);
    }

    private void round(TileOperand a, TileOperand b, int[] c, int row, int column, int n, int k, double sum) {
        double start = Math.abs(Float.intBitsToFloat(c[row * n + column]));
        reference.round(a, b, c, row, column, n, k, sum, window.error() + start * ExactWindow.startError(k));
    }

    @Override
    public void truncated(TileOperand a, TileOperand b, int[] c, int m, int n, int k, int terms, int bits) {
        double[] left = a.values();
        double[] right = b.values();
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column++) {
                int at = row * n + column;
                double sum = Float.intBitsToFloat(c[at]);
                for (int from = 0; from < k; from += terms) {
                    sum = step(left, right, row * k + from, from * n + column, n, Math.min(terms, k - from), sum, bits);
                }
                if (Double.isNaN(sum)) {
                    reference.truncated(a, b, c, row, column, n, k, terms, bits);
                } else {
                    c[at] = Float.floatToRawIntBits((float) sum);
                }
            }
        }
    }

    /** One step, or NaN if that is for the reference. */
    private static double step(double[] left, double[] right, int l, int r, int n, int terms, double start, int bits) {
        // Magnitudes of doubles are ordered as their bits are.
        long top = Double.doubleToRawLongBits(start) & Long.MAX_VALUE;
        for (int i = 0; i < terms; i++) {
            top = Math.max(top, Double.doubleToRawLongBits(left[l + i] * right[r + i * n]) & Long.MAX_VALUE);
        }
        if (top == 0) {
            return start;
        }
        double unit = Truncation.unit(top, bits);
        double half = unit * Truncation.HALF;
        double magic = unit * Truncation.MAGIC;
        double sum = Truncation.cut(start, half, magic);
        for (int i = 0; i < terms; i++) {
            sum += Truncation.cut(left[l + i] * right[r + i * n], half, magic);
        }
        return Truncation.inFloatRange(sum) ? Truncation.toFloat(sum) : Double.NaN;
    }
}
