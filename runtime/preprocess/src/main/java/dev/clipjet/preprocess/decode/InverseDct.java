package dev.clipjet.preprocess.decode;

/** The inverse cosine transform of libjpeg's "islow" method: 13-bit constants, 2 extra bits between the passes. */
final class InverseDct {

    private static final int CONST_BITS = 13;
    private static final int PASS1_BITS = 2;

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

    /** A block with nothing but a mean. */
    static void constant(int dc, byte[] out, int offset, int stride) {
        byte v = clamp(((dc << PASS1_BITS) + (1 << (PASS1_BITS + 2))) >> (PASS1_BITS + 3));
        for (int y = 0, o = offset; y < 8; y++, o += stride) {
            for (int x = 0; x < 8; x++) {
                out[o + x] = v;
            }
        }
    }

    /** @param block 64 dequantized coefficients in natural order; overwritten */
    static void transform(int[] block, byte[] out, int offset, int stride) {
        for (int x = 0; x < 8; x++) {
            column(block, x);
        }
        for (int y = 0; y < 8; y++) {
            row(block, 8 * y, out, offset + y * stride);
        }
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
            int dc = b[x] << PASS1_BITS;
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
        int even0 = (b[x] + i4) << CONST_BITS;
        int even1 = (b[x] - i4) << CONST_BITS;
        int half = 1 << (CONST_BITS - PASS1_BITS - 1);
        int t10 = even0 + even3 + half;
        int t13 = even0 - even3 + half;
        int t11 = even1 + even2 + half;
        int t12 = even1 - even2 + half;

        int z5 = (i7 + i3 + i5 + i1) * F_1_175;
        int z3 = z5 - (i7 + i3) * F_1_961;
        int z4 = z5 - (i5 + i1) * F_0_390;
        int y1 = (i7 + i1) * -F_0_899;
        int y2 = (i5 + i3) * -F_2_562;
        int t0 = i7 * F_0_298 + y1 + z3;
        int t1 = i5 * F_2_053 + y2 + z4;
        int t2 = i3 * F_3_072 + y2 + z3;
        int t3 = i1 * F_1_501 + y1 + z4;

        int shift = CONST_BITS - PASS1_BITS;
        b[x] = (t10 + t3) >> shift;
        b[x + 56] = (t10 - t3) >> shift;
        b[x + 8] = (t11 + t2) >> shift;
        b[x + 48] = (t11 - t2) >> shift;
        b[x + 16] = (t12 + t1) >> shift;
        b[x + 40] = (t12 - t1) >> shift;
        b[x + 24] = (t13 + t0) >> shift;
        b[x + 32] = (t13 - t0) >> shift;
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
        int even0 = (i0 + i4) << CONST_BITS;
        int even1 = (i0 - i4) << CONST_BITS;
        int shift = CONST_BITS + PASS1_BITS + 3;
        int half = 1 << (shift - 1);
        int t10 = even0 + even3 + half;
        int t13 = even0 - even3 + half;
        int t11 = even1 + even2 + half;
        int t12 = even1 - even2 + half;

        int z5 = (i7 + i3 + i5 + i1) * F_1_175;
        int z3 = z5 - (i7 + i3) * F_1_961;
        int z4 = z5 - (i5 + i1) * F_0_390;
        int y1 = (i7 + i1) * -F_0_899;
        int y2 = (i5 + i3) * -F_2_562;
        int t0 = i7 * F_0_298 + y1 + z3;
        int t1 = i5 * F_2_053 + y2 + z4;
        int t2 = i3 * F_3_072 + y2 + z3;
        int t3 = i1 * F_1_501 + y1 + z4;

        out[o] = clamp((t10 + t3) >> shift);
        out[o + 7] = clamp((t10 - t3) >> shift);
        out[o + 1] = clamp((t11 + t2) >> shift);
        out[o + 6] = clamp((t11 - t2) >> shift);
        out[o + 2] = clamp((t12 + t1) >> shift);
        out[o + 5] = clamp((t12 - t1) >> shift);
        out[o + 3] = clamp((t13 + t0) >> shift);
        out[o + 4] = clamp((t13 - t0) >> shift);
    }

    private static byte clamp(int v) {
        int level = v + 128;
        return (byte) ((level & ~0xff) == 0 ? level : ~level >> 31);
    }
}
