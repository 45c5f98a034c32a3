package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.profile.MemoryCounters;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.tensor.TileOperand;

/** Reads the operands of {@code wgmma} from shared memory, under the checks that every access is under. */
public final class MatrixOperands {
    private static final int UNIT = 16;

    private MatrixOperands() {}

    /** What an operand is. */
    public enum Layout {
        /** Consecutive elements along k. */
        K_MAJOR,
        /** Consecutive elements along the rows of A or the columns of B. */
        MN_MAJOR
    }

    /**
     * Checks that an operand may be read from now on until the warp's group is done.
     *
     * @param bits the descriptor
     * @param first first row or column that this warp reads
     * @param count how many
     * @param inner elements along k
     * @param element bytes of an element, 2 or 4
     */
    public static void check(
            Warp warp, Step step, long bits, Layout layout, int first, int count, int inner, int element) {
        MatrixDescriptor descriptor = MatrixDescriptor.of(bits);
        if (descriptor.baseOffset() != 0) {
            warp.report(
                    FindingKind.WGMMA,
                    step,
                    0,
                    "a matrix descriptor with base offset " + descriptor.baseOffset()
                            + "; only patterns that begin on their natural boundary are supported",
                    null);
        }
        walk(descriptor, layout, first, count, inner, element, (at, mn, k) -> {
            int agent = warp.matrix.agent();
            warp.asynchronous.readShared(
                    step, 0, agent, warp.matrix.stamp(), at, UNIT, UNIT, "an operand of a matrix operation");
        });
    }

    /** Counts the read of an operand: each core matrix, eight rows of 16 bytes, goes by itself. */
    public static void count(
            Warp warp, Step step, long bits, Layout layout, int first, int count, int inner, int element) {
        if (!warp.block().launch().options().counters()) {
            return;
        }
        MatrixDescriptor descriptor = MatrixDescriptor.of(bits);
        MemoryCounters counters = warp.block().progress().memory();
        int[] rows = warp.access.offset;
        int each = UNIT / element;
        boolean alongK = layout == Layout.K_MAJOR;
        int lines = alongK ? count : inner;
        int chunks = (alongK ? inner : count) / each;
        for (int chunk = 0; chunk < chunks; chunk++) {
            for (int line = 0; line < lines; line += 8) {
                for (int i = 0; i < 8; i++) {
                    rows[i] = alongK
                            ? descriptor.kMajor(first + line + i, chunk)
                            : descriptor.mnMajor(line + i, first / each + chunk);
                }
                counters.sharedRows(step.pc(), rows);
            }
        }
    }

    /**
     * Unpacks an operand, of which {@link #check} has found that it lies in shared memory.
     *
     * @param to where to, with its type set
     * @param outerStride between neighboring rows of A or columns of B in {@code to}
     * @param innerStride between neighbors along k
     * @param negated whether every element is negated
     */
    public static void read(
            Warp warp,
            long bits,
            Layout layout,
            int first,
            int count,
            int inner,
            TileOperand to,
            int outerStride,
            int innerStride,
            boolean negated) {
        byte[] shared = warp.block().shared().bytes();
        int step = layout == Layout.K_MAJOR ? innerStride : outerStride;
        walk(
                MatrixDescriptor.of(bits),
                layout,
                first,
                count,
                inner,
                to.element().bytes(),
                (at, mn, k) -> to.put(shared, at, (mn - first) * outerStride + k * innerStride, step, negated));
    }

    private interface Unit {
        void at(int address, int mn, int k);
    }

    private static void walk(
            MatrixDescriptor descriptor, Layout layout, int first, int count, int inner, int element, Unit unit) {
        int each = UNIT / element;
        if (layout == Layout.K_MAJOR) {
            for (int mn = first; mn < first + count; mn++) {
                for (int c = 0; c < inner / each; c++) {
                    unit.at(descriptor.kMajor(mn, c), mn, c * each);
                }
            }
            return;
        }
        for (int k = 0; k < inner; k++) {
            for (int mn = first; mn < first + count; mn += each) {
                unit.at(descriptor.mnMajor(k, mn / each), mn, k);
            }
        }
    }
}
