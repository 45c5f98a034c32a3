package dev.clipjet.preprocess.decode;

/** Intra prediction of VP8 (RFC 6386, section 12), in place: the neighbors stand above and to the left in the array. */
final class Vp8Prediction {

    static final int DC = 0;
    static final int TRUE_MOTION = 1;
    static final int VERTICAL = 2;
    static final int HORIZONTAL = 3;
    static final int RIGHT_DOWN = 4;
    static final int VERTICAL_RIGHT = 5;
    static final int LEFT_DOWN = 6;
    static final int VERTICAL_LEFT = 7;
    static final int HORIZONTAL_DOWN = 8;
    static final int HORIZONTAL_UP = 9;

    private Vp8Prediction() {}

    /** A block of 16x16 luma or 8x8 chroma samples. */
    static void whole(int mode, byte[] s, int at, int stride, int size, boolean hasLeft, boolean hasTop) {
        switch (mode) {
            case TRUE_MOTION -> trueMotion(s, at, stride, size);
            case VERTICAL -> {
                for (int y = 0; y < size; y++) {
                    System.arraycopy(s, at - stride, s, at + y * stride, size);
                }
            }
            case HORIZONTAL -> {
                for (int y = 0; y < size; y++) {
                    fill(s, at + y * stride, size, s[at + y * stride - 1]);
                }
            }
            default -> {
                byte dc = dc(s, at, stride, size, hasLeft, hasTop);
                for (int y = 0; y < size; y++) {
                    fill(s, at + y * stride, size, dc);
                }
            }
        }
    }

    private static void fill(byte[] s, int at, int count, byte v) {
        for (int i = at; i < at + count; i++) {
            s[i] = v;
        }
    }

    private static byte dc(byte[] s, int at, int stride, int size, boolean hasLeft, boolean hasTop) {
        if (!hasLeft && !hasTop) {
            return (byte) 0x80;
        }
        int sum = 0;
        for (int i = 0; i < size; i++) {
            sum += (hasTop ? s[at - stride + i] & 0xff : 0) + (hasLeft ? s[at + i * stride - 1] & 0xff : 0);
        }
        int count = hasLeft && hasTop ? 2 * size : size;
        return (byte) ((sum + count / 2) / count);
    }

    private static void trueMotion(byte[] s, int at, int stride, int size) {
        int corner = s[at - stride - 1] & 0xff;
        for (int y = 0; y < size; y++) {
            int row = at + y * stride;
            int base = (s[row - 1] & 0xff) - corner;
            for (int x = 0; x < size; x++) {
                s[row + x] = Vp8Transform.clamp(base + (s[at - stride + x] & 0xff));
            }
        }
    }

    /** A block of 4x4 luma samples. The letters are those of the RFC: A to H above, I to L to the left, X the corner. */
    static void block(int mode, byte[] s, int at, int stride) {
        int top = at - stride;
        int x = s[top - 1] & 0xff;
        int a = s[top] & 0xff;
        int b = s[top + 1] & 0xff;
        int c = s[top + 2] & 0xff;
        int d = s[top + 3] & 0xff;
        int e = s[top + 4] & 0xff;
        int f = s[top + 5] & 0xff;
        int g = s[top + 6] & 0xff;
        int h = s[top + 7] & 0xff;
        int i = s[at - 1] & 0xff;
        int j = s[at + stride - 1] & 0xff;
        int k = s[at + 2 * stride - 1] & 0xff;
        int l = s[at + 3 * stride - 1] & 0xff;
        switch (mode) {
            case TRUE_MOTION -> trueMotion(s, at, stride, 4);
            case VERTICAL -> {
                for (int y = 0; y < 4; y++) {
                    row(s, at + y * stride, avg(x, a, b), avg(a, b, c), avg(b, c, d), avg(c, d, e));
                }
            }
            case HORIZONTAL -> {
                int p = avg(x, i, j);
                int q = avg(i, j, k);
                int r = avg(j, k, l);
                int t = avg(k, l, l);
                row(s, at, p, p, p, p);
                row(s, at + stride, q, q, q, q);
                row(s, at + 2 * stride, r, r, r, r);
                row(s, at + 3 * stride, t, t, t, t);
            }
            case RIGHT_DOWN -> {
                int p = avg(j, k, l);
                int q = avg(i, j, k);
                int r = avg(x, i, j);
                int t = avg(a, x, i);
                int u = avg(b, a, x);
                int v = avg(c, b, a);
                int w = avg(d, c, b);
                row(s, at, t, u, v, w);
                row(s, at + stride, r, t, u, v);
                row(s, at + 2 * stride, q, r, t, u);
                row(s, at + 3 * stride, p, q, r, t);
            }
            case VERTICAL_RIGHT -> {
                row(s, at, avg(x, a), avg(a, b), avg(b, c), avg(c, d));
                row(s, at + stride, avg(i, x, a), avg(x, a, b), avg(a, b, c), avg(b, c, d));
                row(s, at + 2 * stride, avg(j, i, x), avg(x, a), avg(a, b), avg(b, c));
                row(s, at + 3 * stride, avg(k, j, i), avg(i, x, a), avg(x, a, b), avg(a, b, c));
            }
            case LEFT_DOWN -> {
                int q = avg(b, c, d);
                int r = avg(c, d, e);
                int t = avg(d, e, f);
                int u = avg(e, f, g);
                int v = avg(f, g, h);
                row(s, at, avg(a, b, c), q, r, t);
                row(s, at + stride, q, r, t, u);
                row(s, at + 2 * stride, r, t, u, v);
                row(s, at + 3 * stride, t, u, v, avg(g, h, h));
            }
            case VERTICAL_LEFT -> {
                row(s, at, avg(a, b), avg(b, c), avg(c, d), avg(d, e));
                row(s, at + stride, avg(a, b, c), avg(b, c, d), avg(c, d, e), avg(d, e, f));
                row(s, at + 2 * stride, avg(b, c), avg(c, d), avg(d, e), avg(e, f, g));
                row(s, at + 3 * stride, avg(b, c, d), avg(c, d, e), avg(d, e, f), avg(f, g, h));
            }
            case HORIZONTAL_DOWN -> {
                row(s, at, avg(i, x), avg(i, x, a), avg(x, a, b), avg(a, b, c));
                row(s, at + stride, avg(j, i), avg(j, i, x), avg(i, x), avg(i, x, a));
                row(s, at + 2 * stride, avg(k, j), avg(k, j, i), avg(j, i), avg(j, i, x));
                row(s, at + 3 * stride, avg(l, k), avg(l, k, j), avg(k, j), avg(k, j, i));
            }
            case HORIZONTAL_UP -> {
                row(s, at, avg(i, j), avg(i, j, k), avg(j, k), avg(j, k, l));
                row(s, at + stride, avg(j, k), avg(j, k, l), avg(k, l), avg(k, l, l));
                row(s, at + 2 * stride, avg(k, l), avg(k, l, l), l, l);
                row(s, at + 3 * stride, l, l, l, l);
            }
            default -> {
                int dc = (a + b + c + d + i + j + k + l + 4) >> 3;
                for (int y = 0; y < 4; y++) {
                    row(s, at + y * stride, dc, dc, dc, dc);
                }
            }
        }
    }

    private static void row(byte[] s, int at, int p, int q, int r, int t) {
        s[at] = (byte) p;
        s[at + 1] = (byte) q;
        s[at + 2] = (byte) r;
        s[at + 3] = (byte) t;
    }

    private static int avg(int a, int b) {
        return (a + b + 1) >> 1;
    }

    private static int avg(int a, int b, int c) {
        return (a + 2 * b + c + 2) >> 2;
    }
}
