package dev.clipjet.ptx.tensor;

import java.util.Arrays;

/**
 * An operand of {@code mma.sync}, unpacked from a warp's registers. Compiled kernels use each fragment for several instructions, so the
 * latest ones are kept: a fragment whose registers hold what they held before is not unpacked again.
 *
 * <p>With g = lane / 4 and t = lane % 4, half h of register r of the left operand is element (g + 8 (r & 1), 2t + h + 8 (r >> 1)), of the
 * right one (2t + h + 8r, g). An element of TF32 fills a register: (g + 8 (r & 1), t + 4 (r >> 1)) and (t + 4r, g).
 */
public final class MatrixFragment extends TileOperand {
    private static final int ROWS = 16;
    private static final int COLUMNS = 8;

    private final int[] raw;
    private final boolean right;
    private int registers;

    private MatrixFragment(boolean right) {
        super(right ? 16 * COLUMNS : ROWS * 16);
        this.right = right;
        raw = new int[right ? 64 : 128];
    }

    /** The fragments that a warp used last. */
    public static final class Cache {
        private final MatrixFragment[] left = new MatrixFragment[8];
        private final MatrixFragment[] right = new MatrixFragment[16];

        /**
         * The left operand, 16 rows.
         *
         * @param ints the warp's registers
         * @param planes those of the operand
         * @param element what they hold
         */
        public TileOperand left(int[][] ints, int[] planes, Element element) {
            return of(left, planes[0] >>> 2 & 7, false, ints, planes, element);
        }

        /** The right operand, rows of 8 elements; see {@link #left}. */
        public TileOperand right(int[][] ints, int[] planes, Element element) {
            return of(right, planes[0] >>> 1 & 15, true, ints, planes, element);
        }

        private static TileOperand of(
                MatrixFragment[] slots, int slot, boolean right, int[][] ints, int[] planes, Element element) {
            MatrixFragment found = slots[slot];
            if (found == null) {
                found = new MatrixFragment(right);
                slots[slot] = found;
            } else if (found.holds(ints, planes, element)) {
                return found;
            }
            found.unpack(ints, planes, element);
            return found;
        }
    }

    private boolean holds(int[][] ints, int[] planes, Element wanted) {
        if (registers != planes.length || element() != wanted) {
            return false;
        }
        for (int r = 0; r < planes.length; r++) {
            if (!Arrays.equals(raw, 32 * r, 32 * r + 32, ints[planes[r]], 0, 32)) {
                return false;
            }
        }
        return true;
    }

    private void unpack(int[][] ints, int[] planes, Element element) {
        begin(element);
        registers = planes.length;
        for (int r = 0; r < planes.length; r++) {
            System.arraycopy(ints[planes[r]], 0, raw, 32 * r, 32);
        }
        if (element == Element.TF32) {
            wide();
        } else {
            halves(element == Element.BF16);
        }
    }

    private void wide() {
        int inner = registers * (right ? 4 : 2);
        for (int i = 0; i < 32 * registers; i++) {
            int g = i >>> 2 & 7;
            int r = i >>> 5;
            int k = (i & 3) + 4 * (right ? r : r >>> 1);
            put(right ? k * COLUMNS + g : (g + 8 * (r & 1)) * inner + k, raw[i], false);
        }
    }

    private void halves(boolean brain) {
        int most = 0;
        int fewest = Integer.MAX_VALUE;
        for (int i = 0; i < 32 * registers; i++) {
            int low = raw[i] & 0x7fff;
            int high = raw[i] >>> 16 & 0x7fff;
            most = Math.max(most, Math.max(low, high));
            // Zeros wrap around and never are the least.
            fewest = Math.min(fewest, Math.min(low - 1 & Integer.MAX_VALUE, high - 1 & Integer.MAX_VALUE));
        }
        note(most, fewest);
        for (int r = 0; r < registers; r++) {
            if (right) {
                rightHalves(r, brain);
            } else {
                leftHalves(r, brain);
            }
        }
        if (!brain && !finite()) {
            mendInfinities(64 * registers);
        }
    }

    private void leftHalves(int r, boolean brain) {
        double[] to = values();
        int inner = 4 * registers;
        for (int row = 0; row < 8; row++) {
            int at = (row + 8 * (r & 1)) * inner + 8 * (r >>> 1);
            int from = 32 * r + 4 * row;
            for (int i = 0; i < 4; i++) {
                int bits = raw[from + i];
                to[at + 2 * i] = value(bits & 0xffff, brain);
                to[at + 2 * i + 1] = value(bits >>> 16, brain);
            }
        }
    }

    private void rightHalves(int r, boolean brain) {
        double[] to = values();
        for (int pair = 0; pair < 4; pair++) {
            int at = (8 * r + 2 * pair) * COLUMNS;
            int from = 32 * r + pair;
            for (int column = 0; column < COLUMNS; column++) {
                int bits = raw[from + 4 * column];
                to[at + column] = value(bits & 0xffff, brain);
                to[at + COLUMNS + column] = value(bits >>> 16, brain);
            }
        }
    }

    /** What {@link #value} takes for 2^16 is an infinity of f16, and what is above that is NaN. */
    private void mendInfinities(int count) {
        double[] values = values();
        for (int i = 0; i < count; i++) {
            double size = Math.abs(values[i]);
            if (size >= 0x1p16) {
                values[i] = size == 0x1p16 ? Math.copySign(Double.POSITIVE_INFINITY, values[i]) : Double.NaN;
            }
        }
    }

    /** {@link Element#value} without its branches, for finite elements. */
    private static float value(int bits, boolean brain) {
        if (brain) {
            return Float.intBitsToFloat(bits << 16);
        }
        return Float.intBitsToFloat((bits & 0x8000) << 16 | (bits & 0x7fff) << 13) * 0x1p112f;
    }
}
