package dev.clipjet.preprocess.decode;

/**
 * The inverse cosine transform of libjpeg's "islow" method: 13-bit constants, 2 extra bits between the passes. Values of
 * damaged blocks that are too large for 16 bits wrap around or saturate where they do in libjpeg-turbo's vector code, which
 * is what Pillow runs on x86-64.
 */
final class InverseDct {

    private static final int CONST_BITS = 13;
    private static final int PASS1_BITS = 2;
    private static final int SHIFT1 = CONST_BITS - PASS1_BITS;
    private static final int SHIFT2 = CONST_BITS + PASS1_BITS + 3;

    // Products of cosines times 2^13, after Loeffler, Ligtenberg and Moschytz.
    private static final int F_0_298 = 2446;
    private static final int F_0_390 = 3196;
    private static final int F_0_541 = 4433;
    private static final int F_0_765 = 6270;
    private static final int F_0_899 = 7373;
    private static final int F_1_175 = 9633;
    private static final int F_1_501 = 12299;
    private static final int F_1_847 = 15137;
    private static final int F_1_961 = 16069;
    private static final int F_2_053 = 16819;
    private static final int F_2_562 = 20995;
    private static final int F_3_072 = 25172;

    private InverseDct() {}

    /**
     * One block.
     *
     * @param any which AC coefficients may be other than zero: 0 for none, 1 for those of the first row, else all
     * @param coefficients quantized coefficients in natural order from {@code from} on
     * @param quant factors in natural order
     * @param work 64 values to work in
     */
    static void transform(
            int any, short[] coefficients, int from, int[] quant, int[] work, byte[] out, int offset, int stride) {
        if (any == 0) {
            constant((short) (coefficients[from] * quant[0]), out, offset, stride);
        } else if (any == 1) {
            for (int x = 0; x < 8; x++) {
                work[x] = (short) ((short) (coefficients[from + x] * quant[x]) << PASS1_BITS);
            }
            row(work, 0, out, offset);
            for (int y = 1; y < 8; y++) {
                System.arraycopy(out, offset, out, offset + y * stride, 8);
            }
        } else {
            for (int i = 0; i < 64; i++) {
                work[i] = (short) (coefficients[from + i] * quant[i]);
            }
            for (int x = 0; x < 8; x++) {
                column(work, x);
            }
            for (int y = 0; y < 8; y++) {
                row(work, 8 * y, out, offset + y * stride);
            }
        }
    }

    /** A block with nothing but a mean. */
    private static void constant(int dc, byte[] out, int offset, int stride) {
        byte v = clamp(((short) (dc << PASS1_BITS) + (1 << (PASS1_BITS + 2))) >> (PASS1_BITS + 3));
        for (int y = 0, o = offset; y < 8; y++, o += stride) {
            for (int x = 0; x < 8; x++) {
                out[o + x] = v;
            }
        }
    }

    private static int saturate(int v) {
        return v == (short) v ? v : v < 0 ? Short.MIN_VALUE : Short.MAX_VALUE;
    }

    private static void column(int[] b, int x) {
        int i1 = b[x + 8];
        int i2 = b[x + 16];
        int i3 = b[x + 24];
        int i4 = b[x + 32];
        int i5 = b[x + 40];
        int i6 = b[x + 48];
        int i7 = b[x + 56];
        if ((i1 | i2 | i3 | i4 | i5 | i6 | i7) == 0) {
            int dc = saturate(b[x] << PASS1_BITS);
            if (dc == 0) {
                return;
            }
            for (int i = x; i < 64; i += 8) {
                b[i] = dc;
            }
            return;
        }
        int z1 = (i2 + i6) * F_0_541;
        int even2 = z1 - i6 * F_1_847;
        int even3 = z1 + i2 * F_0_765;
        int even0 = (short) (b[x] + i4) << CONST_BITS;
        int even1 = (short) (b[x] - i4) << CONST_BITS;
        int half = 1 << (SHIFT1 - 1);
        int t10 = even0 + even3 + half;
        int t13 = even0 - even3 + half;
        int t11 = even1 + even2 + half;
        int t12 = even1 - even2 + half;

        int s3 = (short) (i7 + i3);
        int s4 = (short) (i5 + i1);
        int z5 = (s3 + s4) * F_1_175;
        int z3 = z5 - s3 * F_1_961;
        int z4 = z5 - s4 * F_0_390;
        int y1 = (i7 + i1) * -F_0_899;
        int y2 = (i5 + i3) * -F_2_562;
        int t0 = i7 * F_0_298 + y1 + z3;
        int t1 = i5 * F_2_053 + y2 + z4;
        int t2 = i3 * F_3_072 + y2 + z3;
        int t3 = i1 * F_1_501 + y1 + z4;

        b[x] = saturate((t10 + t3) >> SHIFT1);
        b[x + 56] = saturate((t10 - t3) >> SHIFT1);
        b[x + 8] = saturate((t11 + t2) >> SHIFT1);
        b[x + 48] = saturate((t11 - t2) >> SHIFT1);
        b[x + 16] = saturate((t12 + t1) >> SHIFT1);
        b[x + 40] = saturate((t12 - t1) >> SHIFT1);
        b[x + 24] = saturate((t13 + t0) >> SHIFT1);
        b[x + 32] = saturate((t13 - t0) >> SHIFT1);
    }

    private static void row(int[] b, int at, byte[] out, int o) {
        int i0 = b[at];
        int i1 = b[at + 1];
        int i2 = b[at + 2];
        int i3 = b[at + 3];
        int i4 = b[at + 4];
        int i5 = b[at + 5];
        int i6 = b[at + 6];
        int i7 = b[at + 7];
        if ((i1 | i2 | i3 | i4 | i5 | i6 | i7) == 0) {
            byte v = clamp((i0 + (1 << (PASS1_BITS + 2))) >> (PASS1_BITS + 3));
            for (int i = o; i < o + 8; i++) {
                out[i] = v;
            }
            return;
        }
        int z1 = (i2 + i6) * F_0_541;
        int even2 = z1 - i6 * F_1_847;
        int even3 = z1 + i2 * F_0_765;
        int even0 = (short) (i0 + i4) << CONST_BITS;
        int even1 = (short) (i0 - i4) << CONST_BITS;
        int half = 1 << (SHIFT2 - 1);
        int t10 = even0 + even3 + half;
        int t13 = even0 - even3 + half;
        int t11 = even1 + even2 + half;
        int t12 = even1 - even2 + half;

        int s3 = (short) (i7 + i3);
        int s4 = (short) (i5 + i1);
        int z5 = (s3 + s4) * F_1_175;
        int z3 = z5 - s3 * F_1_961;
        int z4 = z5 - s4 * F_0_390;
        int y1 = (i7 + i1) * -F_0_899;
        int y2 = (i5 + i3) * -F_2_562;
        int t0 = i7 * F_0_298 + y1 + z3;
        int t1 = i5 * F_2_053 + y2 + z4;
        int t2 = i3 * F_3_072 + y2 + z3;
        int t3 = i1 * F_1_501 + y1 + z4;

        out[o] = clamp((t10 + t3) >> SHIFT2);
        out[o + 7] = clamp((t10 - t3) >> SHIFT2);
        out[o + 1] = clamp((t11 + t2) >> SHIFT2);
        out[o + 6] = clamp((t11 - t2) >> SHIFT2);
        out[o + 2] = clamp((t12 + t1) >> SHIFT2);
        out[o + 5] = clamp((t12 - t1) >> SHIFT2);
        out[o + 3] = clamp((t13 + t0) >> SHIFT2);
        out[o + 4] = clamp((t13 - t0) >> SHIFT2);
    }

    private static byte clamp(int v) {
        int level = v + 128;
        return (byte) ((level & ~0xff) == 0 ? level : ~level >> 31);
    }
}
