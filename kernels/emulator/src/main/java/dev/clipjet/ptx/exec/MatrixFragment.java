package dev.clipjet.ptx.exec;

import java.util.Arrays;

/**
 * An operand of {@code mma.sync} with 16-bit elements, unpacked to doubles. Compiled kernels use each fragment for several
 * instructions, so the latest ones are kept: a fragment whose registers hold what they held before is not unpacked again.
 */
public final class MatrixFragment {
    private static final int INFINITE_HALF = 0x7c00;
    private static final int INFINITE_BRAIN = 0x7f80;

    private final int[] raw;
    private final double[] values;
    private final boolean right;
    private int registers;
    private boolean brain;
    private int largest;
    private int least;

    private MatrixFragment(boolean right) {
        this.right = right;
        raw = new int[right ? 64 : 128];
        values = new double[2 * raw.length];
    }

    /** The fragments that a warp used last. */
    public static final class Cache {
        private final MatrixFragment[] left = new MatrixFragment[8];
        private final MatrixFragment[] right = new MatrixFragment[16];

        /**
         * The left operand, 16 rows of {@code 4 * planes.length} elements.
         *
         * @param ints the warp's registers
         * @param planes those of the operand
         * @param brain whether the elements are bf16, not f16
         */
        public MatrixFragment left(int[][] ints, int[] planes, boolean brain) {
            return of(left, planes[0] >>> 2 & 7, false, ints, planes, brain);
        }

        /** The right operand, {@code 8 * planes.length} rows of 8 elements; see {@link #left}. */
        public MatrixFragment right(int[][] ints, int[] planes, boolean brain) {
            return of(right, planes[0] >>> 1 & 15, true, ints, planes, brain);
        }

        private static MatrixFragment of(
                MatrixFragment[] slots, int slot, boolean right, int[][] ints, int[] planes, boolean brain) {
            MatrixFragment found = slots[slot];
            if (found == null) {
                found = new MatrixFragment(right);
                slots[slot] = found;
            } else if (found.holds(ints, planes, brain)) {
                return found;
            }
            found.unpack(ints, planes, brain);
            return found;
        }
    }

    private boolean holds(int[][] ints, int[] planes, boolean isBrain) {
        if (registers != planes.length || brain != isBrain) {
            return false;
        }
        for (int r = 0; r < planes.length; r++) {
            if (!Arrays.equals(raw, 32 * r, 32 * r + 32, ints[planes[r]], 0, 32)) {
                return false;
            }
        }
        return true;
    }

    private void unpack(int[][] ints, int[] planes, boolean isBrain) {
        registers = planes.length;
        brain = isBrain;
        int most = 0;
        int fewest = 0xffff;
        for (int r = 0; r < planes.length; r++) {
            int[] plane = ints[planes[r]];
            System.arraycopy(plane, 0, raw, 32 * r, 32);
            for (int lane = 0; lane < 32; lane++) {
                int low = plane[lane] & 0x7fff;
                int high = plane[lane] >>> 16 & 0x7fff;
                most = Math.max(most, Math.max(low, high));
                // Zeros wrap around and never are the least.
                fewest = Math.min(fewest, Math.min(low - 1 & 0xffff, high - 1 & 0xffff));
            }
            if (right) {
                unpackRight(plane, r);
            } else {
                unpackLeft(plane, r);
            }
        }
        largest = most;
        least = fewest + 1;
    }

    private void unpackLeft(int[] plane, int r) {
        int k = 4 * registers;
        int base = 8 * (r & 1) * k + 8 * (r >>> 1);
        for (int lane = 0; lane < 32; lane++) {
            int at = base + (lane >>> 2) * k + 2 * (lane & 3);
            values[at] = value(plane[lane] & 0xffff);
            values[at + 1] = value(plane[lane] >>> 16);
        }
    }

    private void unpackRight(int[] plane, int r) {
        for (int lane = 0; lane < 32; lane++) {
            int at = (8 * r + 2 * (lane & 3)) * 8 + (lane >>> 2);
            values[at] = value(plane[lane] & 0xffff);
            values[at + 8] = value(plane[lane] >>> 16);
        }
    }

    /** The value of an element; for f16, infinities and NaN come out wrong, and nobody asks for them. */
    private float value(int bits) {
        if (brain) {
            return Float.intBitsToFloat(bits << 16);
        }
        return Float.intBitsToFloat((bits & 0x8000) << 16 | (bits & 0x7fff) << 13) * 0x1p112f;
    }

    /** Whether all elements are finite. */
    public boolean finite() {
        return largest < (brain ? INFINITE_BRAIN : INFINITE_HALF);
    }

    /** The elements, row by row. */
    public double[] values() {
        return values;
    }

    /** No element has a magnitude of 2 to this power or more. */
    public int above() {
        return brain ? Math.max(largest >>> 7, 1) - 126 : Math.max(largest >>> 10, 1) - 14;
    }

    /** All elements are multiples of 2 to this power. */
    public int unit() {
        return brain ? Math.max(least >>> 7, 1) - 134 : Math.max(least >>> 10, 1) - 25;
    }
}
