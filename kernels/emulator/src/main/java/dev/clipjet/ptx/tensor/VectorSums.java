package dev.clipjet.ptx.tensor;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The sums in doubles, several columns at once; what that cannot decide it leaves to {@link ReferenceSums}. */
final class VectorSums implements TileSums {
    private static final VectorSpecies<Double> DOUBLES =
            DoubleVector.SPECIES_PREFERRED.length() < 8 ? DoubleVector.SPECIES_PREFERRED : DoubleVector.SPECIES_512;
    private static final VectorShape HALF =
            DOUBLES.length() < 4 ? VectorShape.S_64_BIT : VectorShape.forBitSize(DOUBLES.vectorBitSize() / 2);
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, HALF);
    private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, HALF);
    private static final int LANES = DOUBLES.length();

    private final ReferenceSums reference = new ReferenceSums();
    private final ExactWindow window = new ExactWindow();
    private final double[] scratch = new double[LANES];

    /** Columns at once. */
    static int lanes() {
        return LANES;
    }

    @Override
    public void exact(TileOperand a, TileOperand b, int[] c, int m, int n, int k) {
        if (!a.finite() || !b.finite()) {
            reference.exact(a, b, c, m, n, k);
            return;
        }
        window.set(a, b, k);
        for (int row = 0; row < m; row += 2) {
            for (int column = 0; column < n; column += LANES) {
                if (!twoRows(a.values(), b.values(), c, row, column, n, k, window.from(), window.below())) {
                    oneRow(a, b, c, row, column, n, k);
                    oneRow(a, b, c, row + 1, column, n, k);
                }
            }
        }
    }

    /**
     * Sums that doubles hold exactly; false, and nothing done, if they might not. Two rows and four inner elements at once: the compiler keeps
     * these vectors in registers, and those of larger steps it does not.
     */
    private static boolean twoRows(
            double[] left, double[] right, int[] c, int row, int column, int n, int k, float from, float below) {
        int at = row * n + column;
        FloatVector c0 = floats(c, at);
        FloatVector c1 = floats(c, at + n);
        if (!inWindow(c0, from, below).and(inWindow(c1, from, below)).allTrue()) {
            return false;
        }
        DoubleVector s0 = doubles(c0);
        DoubleVector s1 = doubles(c1);
        for (int i = 0; i < k; i += 4) {
            int l = row * k + i;
            int r = i * n + column;
            DoubleVector x0 = DoubleVector.fromArray(DOUBLES, right, r);
            s0 = x0.fma(DoubleVector.broadcast(DOUBLES, left[l]), s0);
            s1 = x0.fma(DoubleVector.broadcast(DOUBLES, left[l + k]), s1);
            DoubleVector x1 = DoubleVector.fromArray(DOUBLES, right, r + n);
            s0 = x1.fma(DoubleVector.broadcast(DOUBLES, left[l + 1]), s0);
            s1 = x1.fma(DoubleVector.broadcast(DOUBLES, left[l + k + 1]), s1);
            DoubleVector x2 = DoubleVector.fromArray(DOUBLES, right, r + 2 * n);
            s0 = x2.fma(DoubleVector.broadcast(DOUBLES, left[l + 2]), s0);
            s1 = x2.fma(DoubleVector.broadcast(DOUBLES, left[l + k + 2]), s1);
            DoubleVector x3 = DoubleVector.fromArray(DOUBLES, right, r + 3 * n);
            s0 = x3.fma(DoubleVector.broadcast(DOUBLES, left[l + 3]), s0);
            s1 = x3.fma(DoubleVector.broadcast(DOUBLES, left[l + k + 3]), s1);
        }
        store(s0, c, at);
        store(s1, c, at + n);
        return true;
    }

    private static VectorMask<Float> inWindow(FloatVector start, float from, float below) {
        FloatVector size = start.abs();
        return size.lt(below).and(size.compare(VectorOperators.GE, from).or(size.eq(0)));
    }

    /** Sums that may be off: where both ends of what they may be round to the same float, they are that. */
    private void oneRow(TileOperand a, TileOperand b, int[] c, int row, int column, int n, int k) {
        if (rounded(a.values(), b.values(), c, row, column, n, k, window.error(), scratch)) {
            return;
        }
        for (int i = 0; i < LANES; i++) {
            double size = Math.abs(Float.intBitsToFloat(c[row * n + column + i]));
            double error = window.error() + size * ExactWindow.startError(k);
            reference.round(a, b, c, row, column + i, n, k, scratch[i], error);
        }
    }

    /** False if not all do; the sums are then what is given. */
    private static boolean rounded(
            double[] left, double[] right, int[] c, int row, int column, int n, int k, double off, double[] sums) {
        DoubleVector start = doubles(floats(c, row * n + column));
        DoubleVector sum = start;
        for (int i = 0; i < k; i++) {
            sum = DoubleVector.fromArray(DOUBLES, right, i * n + column)
                    .fma(DoubleVector.broadcast(DOUBLES, left[row * k + i]), sum);
        }
        DoubleVector error = start.abs().mul(ExactWindow.startError(k)).add(off);
        if (singles(sum.sub(error)).eq(singles(sum.add(error))).allTrue()) {
            store(sum, c, row * n + column);
            return true;
        }
        sum.intoArray(sums, 0);
        return false;
    }

    @Override
    public void truncated(TileOperand a, TileOperand b, int[] c, int m, int n, int k, int terms, int bits) {
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < n; column += LANES) {
                if (!cut(a.values(), b.values(), c, row, column, n, k, terms, bits)) {
                    for (int i = 0; i < LANES; i++) {
                        reference.truncated(a, b, c, row, column + i, n, k, terms, bits);
                    }
                }
            }
        }
    }

    /** False, and nothing done, if an element is for the reference. */
    private static boolean cut(
            double[] left, double[] right, int[] c, int row, int column, int n, int k, int terms, int bits) {
        DoubleVector sum = doubles(floats(c, row * n + column));
        for (int from = 0; from < k; from += terms) {
            int to = Math.min(k, from + terms);
            LongVector top = sum.reinterpretAsLongs().and(Long.MAX_VALUE);
            for (int i = from; i < to; i++) {
                DoubleVector term = term(left, right, row, column, n, k, i);
                top = top.max(term.reinterpretAsLongs().and(Long.MAX_VALUE));
            }
            DoubleVector unit =
                    top.and(Truncation.EXPONENT_BITS).reinterpretAsDoubles().mul(Truncation.unitOfOne(bits));
            DoubleVector half = unit.mul(Truncation.HALF);
            DoubleVector magic = unit.mul(Truncation.MAGIC);
            DoubleVector next = cut(sum, half, magic);
            for (int i = from; i < to; i++) {
                next = next.add(cut(term(left, right, row, column, n, k, i), half, magic));
            }
            DoubleVector size = next.abs();
            VectorMask<Double> good = size.lt(Truncation.OVERFLOW)
                    .and(size.compare(VectorOperators.GE, Truncation.LEAST_NORMAL)
                            .or(size.eq(0)));
            if (!good.allTrue()) {
                return false;
            }
            next = next.reinterpretAsLongs().and(Truncation.FLOAT_BITS).reinterpretAsDoubles();
            // Where everything is 0 the sum before keeps its sign.
            sum = next.blend(sum, top.reinterpretAsDoubles().eq(0));
        }
        store(sum, c, row * n + column);
        return true;
    }

    private static DoubleVector term(double[] left, double[] right, int row, int column, int n, int k, int i) {
        return DoubleVector.fromArray(DOUBLES, right, i * n + column).mul(left[row * k + i]);
    }

    /** See {@link Truncation#cut}. */
    private static DoubleVector cut(DoubleVector term, DoubleVector half, DoubleVector magic) {
        LongVector sign = term.reinterpretAsLongs().and(Long.MIN_VALUE);
        return term.abs()
                .sub(half)
                .add(magic)
                .sub(magic)
                .reinterpretAsLongs()
                .or(sign)
                .reinterpretAsDoubles();
    }

    private static FloatVector floats(int[] c, int at) {
        return IntVector.fromArray(INTS, c, at).reinterpretAsFloats();
    }

    private static DoubleVector doubles(FloatVector values) {
        return (DoubleVector) values.convertShape(VectorOperators.F2D, DOUBLES, 0);
    }

    private static FloatVector singles(DoubleVector values) {
        return (FloatVector) values.convertShape(VectorOperators.D2F, FLOATS, 0);
    }

    private static void store(DoubleVector values, int[] c, int at) {
        singles(values).reinterpretAsInts().intoArray(c, at);
    }
}
