package dev.clipjet.ptx.exec;

/**
 * Where a {@code wgmma} operand lies in shared memory. The operand consists of units of 16 bytes; a unit is 16 / e elements along k
 * (K-major) or 8 elements along the rows or columns (MN-major). The layouts are those of section "Asynchronous warpgroup level
 * matrix shared memory layout" of the PTX manual.
 *
 * @param start shared address of the first unit
 * @param leading leading dimension byte offset
 * @param stride stride dimension byte offset
 * @param baseOffset must be 0
 * @param swizzle bytes of a swizzled row: 128, 64, 32, or 0 for none
 */
record MatrixDescriptor(int start, int leading, int stride, int baseOffset, int swizzle) {
    private static final int[] SWIZZLES = {0, 128, 64, 32};

    static MatrixDescriptor of(long bits) {
        return new MatrixDescriptor(
                (int) (bits & 0x3fff) << 4,
                (int) (bits >>> 16 & 0x3fff) << 4,
                (int) (bits >>> 32 & 0x3fff) << 4,
                (int) (bits >>> 49 & 7),
                SWIZZLES[(int) (bits >>> 62)]);
    }

    /** Address of the unit with row (or column) r and the c-th group of elements along k, where k is contiguous. */
    int kMajor(int r, int c) {
        int linear =
                swizzle == 0 ? r % 8 * 16 + r / 8 * stride + c * leading : r % 8 * swizzle + r / 8 * stride + 16 * c;
        return swizzled(start + linear);
    }

    /** Address of the unit with inner index k and the c-th group of eight rows (or columns), where those are contiguous. */
    int mnMajor(int k, int c) {
        int linear = swizzle == 0
                ? c * stride + k % 8 * 16 + k / 8 * leading
                : 16 * c % swizzle + 16 * c / swizzle * leading + k % 8 * swizzle + k / 8 * stride;
        return swizzled(start + linear);
    }

    /** Bits 4 to 6 of an address are exchanged by bits 7 to 9, as many as the pattern has. */
    private int swizzled(int address) {
        int mask = swizzle == 0 ? 0 : swizzle - 16;
        return address ^ address >> 3 & mask;
    }
}
