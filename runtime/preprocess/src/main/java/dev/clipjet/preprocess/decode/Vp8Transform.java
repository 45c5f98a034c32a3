package dev.clipjet.preprocess.decode;

/**
 * The two inverse transforms of VP8 (RFC 6386, section 14). Sums of damaged blocks that are too large for 16 bits wrap around
 * where they do in libwebp's vector code.
 */
final class Vp8Transform {

    private Vp8Transform() {}

    /** Walsh-Hadamard: the block at {@code in} to the DC of the 16 luma blocks. */
    static void secondOrder(short[] c, int in) {
        int[] t = new int[16];
        for (int i = 0; i < 4; i++) {
            int a0 = c[in + i] + c[in + 12 + i];
            int a1 = c[in + 4 + i] + c[in + 8 + i];
            int a2 = c[in + 4 + i] - c[in + 8 + i];
            int a3 = c[in + i] - c[in + 12 + i];
            t[i] = a0 + a1;
            t[8 + i] = a0 - a1;
            t[4 + i] = a3 + a2;
            t[12 + i] = a3 - a2;
        }
        for (int i = 0; i < 4; i++) {
            int dc = t[4 * i] + 3;
            int a0 = dc + t[4 * i + 3];
            int a1 = t[4 * i + 1] + t[4 * i + 2];
            int a2 = t[4 * i + 1] - t[4 * i + 2];
            int a3 = dc - t[4 * i + 3];
            c[64 * i] = (short) ((a0 + a1) >> 3);
            c[64 * i + 16] = (short) ((a3 + a2) >> 3);
            c[64 * i + 32] = (short) ((a0 - a1) >> 3);
            c[64 * i + 48] = (short) ((a3 - a2) >> 3);
        }
    }

    private static int mul1(int a) {
        return (a * 20091 >> 16) + a;
    }

    private static int mul2(int a) {
        return a * 35468 >> 16;
    }

    /** Adds the transform of 16 coefficients at {@code in} to a 4x4 block of samples. */
    static void add(short[] c, int in, byte[] samples, int offset, int stride, int[] t) {
        for (int i = 0; i < 4; i++) {
            int a = c[in + i] + c[in + 8 + i];
            int b = c[in + i] - c[in + 8 + i];
            int d = mul2(c[in + 4 + i]) - mul1(c[in + 12 + i]);
            int e = mul1(c[in + 4 + i]) + mul2(c[in + 12 + i]);
            t[4 * i] = (short) (a + e);
            t[4 * i + 1] = (short) (b + d);
            t[4 * i + 2] = (short) (b - d);
            t[4 * i + 3] = (short) (a - e);
        }
        for (int i = 0; i < 4; i++) {
            int dc = t[i] + 4;
            int a = dc + t[8 + i];
            int b = dc - t[8 + i];
            int d = mul2(t[4 + i]) - mul1(t[12 + i]);
            int e = mul1(t[4 + i]) + mul2(t[12 + i]);
            int o = offset + i * stride;
            samples[o] = clamp((samples[o] & 0xff) + ((short) (a + e) >> 3));
            samples[o + 1] = clamp((samples[o + 1] & 0xff) + ((short) (b + d) >> 3));
            samples[o + 2] = clamp((samples[o + 2] & 0xff) + ((short) (b - d) >> 3));
            samples[o + 3] = clamp((samples[o + 3] & 0xff) + ((short) (a - e) >> 3));
        }
    }

    /** The same where only coefficients 0, 1 and 4 are there; here nothing wraps around. */
    static void addThree(short[] c, int in, byte[] samples, int offset, int stride) {
        int d = mul2(c[in + 1]);
        int e = mul1(c[in + 1]);
        for (int i = 0; i < 4; i++) {
            int down = i == 0 || i == 3 ? mul1(c[in + 4]) : mul2(c[in + 4]);
            int mean = c[in] + 4 + (i < 2 ? down : -down);
            int o = offset + i * stride;
            samples[o] = clamp((samples[o] & 0xff) + ((mean + e) >> 3));
            samples[o + 1] = clamp((samples[o + 1] & 0xff) + ((mean + d) >> 3));
            samples[o + 2] = clamp((samples[o + 2] & 0xff) + ((mean - d) >> 3));
            samples[o + 3] = clamp((samples[o + 3] & 0xff) + ((mean - e) >> 3));
        }
    }

    static byte clamp(int v) {
        return (byte) ((v & ~0xff) == 0 ? v : ~v >> 31);
    }
}
