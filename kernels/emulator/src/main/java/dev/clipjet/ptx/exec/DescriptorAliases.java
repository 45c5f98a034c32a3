package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.exec.MatrixOperands.Layout;
import dev.clipjet.ptx.report.FindingKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds descriptors by which two elements of an operand of {@code wgmma} lie at one address: offsets exchanged, or those of another
 * swizzle mode. The product is then wrong, and nothing else tells.
 *
 * <p>An offset of 0 says that the operand repeats along that dimension, and passes: nobody writes it by mistake, with one exception.
 * Where a layout does not use the other offset, that is written as 0, or as 16, which the manual calls assumed; if it is neither, the
 * two are exchanged.
 *
 * <p>Where the operand begins does not matter. Every other distinct descriptor is looked at once.
 */
public final class DescriptorAliases {
    private static final int UNIT = 16;
    /** What of a descriptor matters: both offsets and the swizzle mode. */
    private static final long FIELDS = 0x3fffL << 16 | 0x3fffL << 32 | 3L << 62;

    private static final int[] SWIZZLES = {128, 64, 32};

    private final String operand;
    private final String outer;
    private final Layout layout;
    private final int count;
    private final int inner;
    private final int element;
    /** Fields of descriptors that were found to be fine. */
    private volatile long[] fine = {};

    /**
     * For an operand of one instruction.
     *
     * @param first whether it is A, whose other dimension are rows, or B with columns
     * @param layout which dimension is contiguous
     * @param count rows or columns
     * @param inner elements along k
     * @param element bytes of an element, 2 or 4
     */
    public DescriptorAliases(boolean first, Layout layout, int count, int inner, int element) {
        operand = first ? "A" : "B";
        outer = first ? "row" : "column";
        this.layout = layout;
        this.count = count;
        this.inner = inner;
        this.element = element;
    }

    /** Reports a descriptor that lets elements share an address. */
    public void check(Warp warp, Step step, long bits) {
        long fields = bits & FIELDS;
        for (long known : fine) {
            if (known == fields) {
                return;
            }
        }
        MatrixDescriptor descriptor = MatrixDescriptor.of(bits);
        int[] pair = collision(descriptor);
        if (pair != null) {
            warp.report(FindingKind.WGMMA, step, 0, describe(descriptor, pair), null);
            return;
        }
        synchronized (this) {
            long[] more = Arrays.copyOf(fine, fine.length + 1);
            more[fine.length] = fields;
            fine = more;
        }
    }

    /** Two units at one address, or null. */
    private int[] collision(MatrixDescriptor descriptor) {
        int leadingExtent = 1;
        int strideExtent = 1;
        for (int unit = 0; unit < units(); unit++) {
            leadingExtent = Math.max(leadingExtent, 1 + leadingIndex(descriptor, unit));
            strideExtent = Math.max(strideExtent, 1 + strideIndex(descriptor, unit));
        }
        boolean leadingRepeats = repeats(descriptor.leading(), descriptor.stride(), strideExtent);
        boolean strideRepeats = repeats(descriptor.stride(), descriptor.leading(), leadingExtent);
        Map<Integer, Integer> seen = new HashMap<>();
        for (int unit = 0; unit < units(); unit++) {
            if (leadingRepeats && leadingIndex(descriptor, unit) > 0
                    || strideRepeats && strideIndex(descriptor, unit) > 0) {
                continue;
            }
            Integer before = seen.putIfAbsent(address(descriptor, unit), unit);
            if (before != null) {
                return new int[] {before, unit};
            }
        }
        return null;
    }

    private static boolean repeats(int offset, int other, int otherExtent) {
        return offset == 0 && (otherExtent > 1 || other == 0 || other == UNIT);
    }

    private int units() {
        return count * inner * element / UNIT;
    }

    /** Units that follow each other where the contiguous dimension ends. */
    private int across() {
        return (layout == Layout.K_MAJOR ? inner : count) * element / UNIT;
    }

    private int address(MatrixDescriptor descriptor, int unit) {
        int line = unit / across();
        int group = unit % across();
        return layout == Layout.K_MAJOR ? descriptor.kMajor(line, group) : descriptor.mnMajor(line, group);
    }

    /** How often the leading dimension byte offset goes into the address of a unit. */
    private int leadingIndex(MatrixDescriptor descriptor, int unit) {
        int line = unit / across();
        int group = unit % across();
        boolean swizzled = descriptor.swizzle() != 0;
        if (layout == Layout.K_MAJOR) {
            return swizzled ? 0 : group;
        }
        return swizzled ? UNIT * group / descriptor.swizzle() : line / 8;
    }

    /** How often the stride dimension byte offset does. */
    private int strideIndex(MatrixDescriptor descriptor, int unit) {
        int line = unit / across();
        boolean swizzled = descriptor.swizzle() != 0;
        return layout == Layout.K_MAJOR || swizzled ? line / 8 : unit % across();
    }

    private String describe(MatrixDescriptor descriptor, int[] pair) {
        return "two elements of operand " + operand + " lie at the same address "
                + AddressErrors.hex(address(descriptor, pair[0])) + ": " + element(pair[0]) + " and " + element(pair[1])
                + "; the descriptor says " + (descriptor.swizzle() == 0 ? "no" : descriptor.swizzle() + "-byte")
                + " swizzle, leading byte offset " + descriptor.leading() + ", stride byte offset "
                + descriptor.stride() + hint(descriptor);
    }

    private String element(int unit) {
        int line = unit / across();
        int group = unit % across() * UNIT / element;
        return layout == Layout.K_MAJOR ? outer + " " + line + ", k " + group : outer + " " + group + ", k " + line;
    }

    private String hint(MatrixDescriptor wrong) {
        if (collision(new MatrixDescriptor(0, wrong.stride(), wrong.leading(), 0, wrong.swizzle())) == null) {
            return " (exchanged?)";
        }
        for (int swizzle : SWIZZLES) {
            if (swizzle < wrong.swizzle()
                    && collision(new MatrixDescriptor(0, wrong.leading(), wrong.stride(), 0, swizzle)) == null) {
                return " (these fit a " + swizzle + "-byte swizzle)";
            }
        }
        return "";
    }
}
