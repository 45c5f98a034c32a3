package dev.clipjet.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link PanelKernel} with two vectors of outputs and up to six rows at a time: twelve accumulators, two weights and one
 * broadcast input, which just fits sixteen vector registers. Longer bodies are slower, since C2 stops inlining them, and
 * the bodies are written out because it does not unroll loops over arrays of vectors. No vector is passed between methods
 * of ours: where C2 declines to inline such a call, every vector becomes an object.
 *
 * <p>Each call sums from zero before it adds, so that rounding errors grow with the depth of a call only.
 */
final class VectorPanelKernel implements PanelKernel {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int WIDTH = 2 * LANES;

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public void multiplyAdd(
            float[] x,
            int xOffset,
            int xStride,
            int rows,
            float[] panel,
            int depth,
            float[] c,
            int cOffset,
            int cStride) {
        int row = 0;
        while (row < rows) {
            int x0 = xOffset + row * xStride;
            int c0 = cOffset + row * cStride;
            int taken = nextRows(rows - row);
            switch (taken) {
                case 6 -> sixRows(x, x0, xStride, panel, depth, c, c0, cStride);
                case 5 -> fiveRows(x, x0, xStride, panel, depth, c, c0, cStride);
                case 4 -> fourRows(x, x0, xStride, panel, depth, c, c0, cStride);
                case 2 -> twoRows(x, x0, xStride, panel, depth, c, c0, cStride);
                default -> oneRow(x, x0, panel, depth, c, c0);
            }
            row += taken;
        }
    }

    /**
     * How many of the remaining rows to take now. Fewer than four rows have too few accumulators to hide the latency of
     * an addition, so the rest is split such that this happens only for up to three rows, and for seven.
     */
    private static int nextRows(int remaining) {
        if (remaining == 6 || (remaining >= 10 && remaining != 13)) {
            return 6;
        }
        if (remaining == 5 || remaining == 7 || remaining == 9 || remaining == 13) {
            return 5;
        }
        if (remaining >= 4) {
            return 4;
        }
        return Math.min(remaining, 2);
    }

    private static void sixRows(
            float[] x, int x0, int xStride, float[] panel, int depth, float[] c, int c0, int cStride) {
        int x1 = x0 + xStride;
        int x2 = x1 + xStride;
        int x3 = x2 + xStride;
        int x4 = x3 + xStride;
        int x5 = x4 + xStride;
        int c1 = c0 + cStride;
        int c2 = c1 + cStride;
        int c3 = c2 + cStride;
        int c4 = c3 + cStride;
        int c5 = c4 + cStride;
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = FloatVector.zero(FLOATS);
        FloatVector c10 = FloatVector.zero(FLOATS);
        FloatVector c11 = FloatVector.zero(FLOATS);
        FloatVector c20 = FloatVector.zero(FLOATS);
        FloatVector c21 = FloatVector.zero(FLOATS);
        FloatVector c30 = FloatVector.zero(FLOATS);
        FloatVector c31 = FloatVector.zero(FLOATS);
        FloatVector c40 = FloatVector.zero(FLOATS);
        FloatVector c41 = FloatVector.zero(FLOATS);
        FloatVector c50 = FloatVector.zero(FLOATS);
        FloatVector c51 = FloatVector.zero(FLOATS);
        for (int k = 0, p = 0; k < depth; k++, p += WIDTH) {
            FloatVector w0 = FloatVector.fromArray(FLOATS, panel, p);
            FloatVector w1 = FloatVector.fromArray(FLOATS, panel, p + LANES);
            FloatVector v = FloatVector.broadcast(FLOATS, x[x0 + k]);
            c00 = v.fma(w0, c00);
            c01 = v.fma(w1, c01);
            v = FloatVector.broadcast(FLOATS, x[x1 + k]);
            c10 = v.fma(w0, c10);
            c11 = v.fma(w1, c11);
            v = FloatVector.broadcast(FLOATS, x[x2 + k]);
            c20 = v.fma(w0, c20);
            c21 = v.fma(w1, c21);
            v = FloatVector.broadcast(FLOATS, x[x3 + k]);
            c30 = v.fma(w0, c30);
            c31 = v.fma(w1, c31);
            v = FloatVector.broadcast(FLOATS, x[x4 + k]);
            c40 = v.fma(w0, c40);
            c41 = v.fma(w1, c41);
            v = FloatVector.broadcast(FLOATS, x[x5 + k]);
            c50 = v.fma(w0, c50);
            c51 = v.fma(w1, c51);
        }
        FloatVector.fromArray(FLOATS, c, c0).add(c00).intoArray(c, c0);
        FloatVector.fromArray(FLOATS, c, c0 + LANES).add(c01).intoArray(c, c0 + LANES);
        FloatVector.fromArray(FLOATS, c, c1).add(c10).intoArray(c, c1);
        FloatVector.fromArray(FLOATS, c, c1 + LANES).add(c11).intoArray(c, c1 + LANES);
        FloatVector.fromArray(FLOATS, c, c2).add(c20).intoArray(c, c2);
        FloatVector.fromArray(FLOATS, c, c2 + LANES).add(c21).intoArray(c, c2 + LANES);
        FloatVector.fromArray(FLOATS, c, c3).add(c30).intoArray(c, c3);
        FloatVector.fromArray(FLOATS, c, c3 + LANES).add(c31).intoArray(c, c3 + LANES);
        FloatVector.fromArray(FLOATS, c, c4).add(c40).intoArray(c, c4);
        FloatVector.fromArray(FLOATS, c, c4 + LANES).add(c41).intoArray(c, c4 + LANES);
        FloatVector.fromArray(FLOATS, c, c5).add(c50).intoArray(c, c5);
        FloatVector.fromArray(FLOATS, c, c5 + LANES).add(c51).intoArray(c, c5 + LANES);
    }

    private static void fiveRows(
            float[] x, int x0, int xStride, float[] panel, int depth, float[] c, int c0, int cStride) {
        int x1 = x0 + xStride;
        int x2 = x1 + xStride;
        int x3 = x2 + xStride;
        int x4 = x3 + xStride;
        int c1 = c0 + cStride;
        int c2 = c1 + cStride;
        int c3 = c2 + cStride;
        int c4 = c3 + cStride;
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = FloatVector.zero(FLOATS);
        FloatVector c10 = FloatVector.zero(FLOATS);
        FloatVector c11 = FloatVector.zero(FLOATS);
        FloatVector c20 = FloatVector.zero(FLOATS);
        FloatVector c21 = FloatVector.zero(FLOATS);
        FloatVector c30 = FloatVector.zero(FLOATS);
        FloatVector c31 = FloatVector.zero(FLOATS);
        FloatVector c40 = FloatVector.zero(FLOATS);
        FloatVector c41 = FloatVector.zero(FLOATS);
        for (int k = 0, p = 0; k < depth; k++, p += WIDTH) {
            FloatVector w0 = FloatVector.fromArray(FLOATS, panel, p);
            FloatVector w1 = FloatVector.fromArray(FLOATS, panel, p + LANES);
            FloatVector v = FloatVector.broadcast(FLOATS, x[x0 + k]);
            c00 = v.fma(w0, c00);
            c01 = v.fma(w1, c01);
            v = FloatVector.broadcast(FLOATS, x[x1 + k]);
            c10 = v.fma(w0, c10);
            c11 = v.fma(w1, c11);
            v = FloatVector.broadcast(FLOATS, x[x2 + k]);
            c20 = v.fma(w0, c20);
            c21 = v.fma(w1, c21);
            v = FloatVector.broadcast(FLOATS, x[x3 + k]);
            c30 = v.fma(w0, c30);
            c31 = v.fma(w1, c31);
            v = FloatVector.broadcast(FLOATS, x[x4 + k]);
            c40 = v.fma(w0, c40);
            c41 = v.fma(w1, c41);
        }
        FloatVector.fromArray(FLOATS, c, c0).add(c00).intoArray(c, c0);
        FloatVector.fromArray(FLOATS, c, c0 + LANES).add(c01).intoArray(c, c0 + LANES);
        FloatVector.fromArray(FLOATS, c, c1).add(c10).intoArray(c, c1);
        FloatVector.fromArray(FLOATS, c, c1 + LANES).add(c11).intoArray(c, c1 + LANES);
        FloatVector.fromArray(FLOATS, c, c2).add(c20).intoArray(c, c2);
        FloatVector.fromArray(FLOATS, c, c2 + LANES).add(c21).intoArray(c, c2 + LANES);
        FloatVector.fromArray(FLOATS, c, c3).add(c30).intoArray(c, c3);
        FloatVector.fromArray(FLOATS, c, c3 + LANES).add(c31).intoArray(c, c3 + LANES);
        FloatVector.fromArray(FLOATS, c, c4).add(c40).intoArray(c, c4);
        FloatVector.fromArray(FLOATS, c, c4 + LANES).add(c41).intoArray(c, c4 + LANES);
    }

    private static void fourRows(
            float[] x, int x0, int xStride, float[] panel, int depth, float[] c, int c0, int cStride) {
        int x1 = x0 + xStride;
        int x2 = x1 + xStride;
        int x3 = x2 + xStride;
        int c1 = c0 + cStride;
        int c2 = c1 + cStride;
        int c3 = c2 + cStride;
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = FloatVector.zero(FLOATS);
        FloatVector c10 = FloatVector.zero(FLOATS);
        FloatVector c11 = FloatVector.zero(FLOATS);
        FloatVector c20 = FloatVector.zero(FLOATS);
        FloatVector c21 = FloatVector.zero(FLOATS);
        FloatVector c30 = FloatVector.zero(FLOATS);
        FloatVector c31 = FloatVector.zero(FLOATS);
        for (int k = 0, p = 0; k < depth; k++, p += WIDTH) {
            FloatVector w0 = FloatVector.fromArray(FLOATS, panel, p);
            FloatVector w1 = FloatVector.fromArray(FLOATS, panel, p + LANES);
            FloatVector v = FloatVector.broadcast(FLOATS, x[x0 + k]);
            c00 = v.fma(w0, c00);
            c01 = v.fma(w1, c01);
            v = FloatVector.broadcast(FLOATS, x[x1 + k]);
            c10 = v.fma(w0, c10);
            c11 = v.fma(w1, c11);
            v = FloatVector.broadcast(FLOATS, x[x2 + k]);
            c20 = v.fma(w0, c20);
            c21 = v.fma(w1, c21);
            v = FloatVector.broadcast(FLOATS, x[x3 + k]);
            c30 = v.fma(w0, c30);
            c31 = v.fma(w1, c31);
        }
        FloatVector.fromArray(FLOATS, c, c0).add(c00).intoArray(c, c0);
        FloatVector.fromArray(FLOATS, c, c0 + LANES).add(c01).intoArray(c, c0 + LANES);
        FloatVector.fromArray(FLOATS, c, c1).add(c10).intoArray(c, c1);
        FloatVector.fromArray(FLOATS, c, c1 + LANES).add(c11).intoArray(c, c1 + LANES);
        FloatVector.fromArray(FLOATS, c, c2).add(c20).intoArray(c, c2);
        FloatVector.fromArray(FLOATS, c, c2 + LANES).add(c21).intoArray(c, c2 + LANES);
        FloatVector.fromArray(FLOATS, c, c3).add(c30).intoArray(c, c3);
        FloatVector.fromArray(FLOATS, c, c3 + LANES).add(c31).intoArray(c, c3 + LANES);
    }

    private static void twoRows(
            float[] x, int x0, int xStride, float[] panel, int depth, float[] c, int c0, int cStride) {
        int x1 = x0 + xStride;
        int c1 = c0 + cStride;
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = FloatVector.zero(FLOATS);
        FloatVector c10 = FloatVector.zero(FLOATS);
        FloatVector c11 = FloatVector.zero(FLOATS);
        for (int k = 0, p = 0; k < depth; k++, p += WIDTH) {
            FloatVector w0 = FloatVector.fromArray(FLOATS, panel, p);
            FloatVector w1 = FloatVector.fromArray(FLOATS, panel, p + LANES);
            FloatVector v = FloatVector.broadcast(FLOATS, x[x0 + k]);
            c00 = v.fma(w0, c00);
            c01 = v.fma(w1, c01);
            v = FloatVector.broadcast(FLOATS, x[x1 + k]);
            c10 = v.fma(w0, c10);
            c11 = v.fma(w1, c11);
        }
        FloatVector.fromArray(FLOATS, c, c0).add(c00).intoArray(c, c0);
        FloatVector.fromArray(FLOATS, c, c0 + LANES).add(c01).intoArray(c, c0 + LANES);
        FloatVector.fromArray(FLOATS, c, c1).add(c10).intoArray(c, c1);
        FloatVector.fromArray(FLOATS, c, c1 + LANES).add(c11).intoArray(c, c1 + LANES);
    }

    private static void oneRow(float[] x, int x0, float[] panel, int depth, float[] c, int c0) {
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = FloatVector.zero(FLOATS);
        for (int k = 0, p = 0; k < depth; k++, p += WIDTH) {
            FloatVector v = FloatVector.broadcast(FLOATS, x[x0 + k]);
            c00 = v.fma(FloatVector.fromArray(FLOATS, panel, p), c00);
            c01 = v.fma(FloatVector.fromArray(FLOATS, panel, p + LANES), c01);
        }
        FloatVector.fromArray(FLOATS, c, c0).add(c00).intoArray(c, c0);
        FloatVector.fromArray(FLOATS, c, c0 + LANES).add(c01).intoArray(c, c0 + LANES);
    }
}
