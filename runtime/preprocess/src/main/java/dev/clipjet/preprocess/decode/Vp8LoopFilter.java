package dev.clipjet.preprocess.decode;

/** The loop filter of VP8 (RFC 6386, section 15), over whole planes in the order of macroblocks. */
final class Vp8LoopFilter {

    private final Vp8Planes planes;
    private final boolean simple;
    private final int sharpness;

    Vp8LoopFilter(Vp8Planes planes, boolean simple, int sharpness) {
        this.planes = planes;
        this.simple = simple;
        this.sharpness = sharpness;
    }

    /** @param filterOf per macroblock its level, plus 64 where its inner edges are filtered */
    void run(byte[] filterOf) {
        for (int y = 0; y < planes.mbHeight; y++) {
            for (int x = 0; x < planes.mbWidth; x++) {
                int filter = filterOf[y * planes.mbWidth + x];
                int level = filter & 63;
                if (level > 0) {
                    macroblock(x, y, level, (filter & 64) != 0);
                }
            }
        }
    }

    private void macroblock(int x, int y, int level, boolean inner) {
        int interior = level;
        if (sharpness > 0) {
            interior = Math.min(level >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
        }
        interior = Math.max(interior, 1);
        int limit = 2 * level + interior;
        int variance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
        int stride = planes.lumaStride();
        int at = 16 * y * stride + 16 * x;
        if (simple) {
            simple(at, stride, limit, x > 0, y > 0, inner);
            return;
        }
        int chromaStride = planes.chromaStride();
        int chromaAt = 8 * y * chromaStride + 8 * x;
        if (x > 0) {
            edge(planes.luma, at, 1, stride, 16, limit + 4, interior, variance, true);
            edge(planes.u, chromaAt, 1, chromaStride, 8, limit + 4, interior, variance, true);
            edge(planes.v, chromaAt, 1, chromaStride, 8, limit + 4, interior, variance, true);
        }
        if (inner) {
            for (int i = 4; i < 16; i += 4) {
                edge(planes.luma, at + i, 1, stride, 16, limit, interior, variance, false);
            }
            edge(planes.u, chromaAt + 4, 1, chromaStride, 8, limit, interior, variance, false);
            edge(planes.v, chromaAt + 4, 1, chromaStride, 8, limit, interior, variance, false);
        }
        if (y > 0) {
            edge(planes.luma, at, stride, 1, 16, limit + 4, interior, variance, true);
            edge(planes.u, chromaAt, chromaStride, 1, 8, limit + 4, interior, variance, true);
            edge(planes.v, chromaAt, chromaStride, 1, 8, limit + 4, interior, variance, true);
        }
        if (inner) {
            for (int i = 4; i < 16; i += 4) {
                edge(planes.luma, at + i * stride, stride, 1, 16, limit, interior, variance, false);
            }
            edge(planes.u, chromaAt + 4 * chromaStride, chromaStride, 1, 8, limit, interior, variance, false);
            edge(planes.v, chromaAt + 4 * chromaStride, chromaStride, 1, 8, limit, interior, variance, false);
        }
    }

    private void simple(int at, int stride, int limit, boolean left, boolean top, boolean inner) {
        if (left) {
            simpleEdge(at, 1, stride, limit + 4);
        }
        for (int i = 4; inner && i < 16; i += 4) {
            simpleEdge(at + i, 1, stride, limit);
        }
        if (top) {
            simpleEdge(at, stride, 1, limit + 4);
        }
        for (int i = 4; inner && i < 16; i += 4) {
            simpleEdge(at + i * stride, stride, 1, limit);
        }
    }

    private void simpleEdge(int at, int across, int along, int limit) {
        byte[] s = planes.luma;
        for (int i = 0, p = at; i < 16; i++, p += along) {
            if (4 * difference(s, p - across, p) + difference(s, p - 2 * across, p + across) <= 2 * limit + 1) {
                two(s, p, across);
            }
        }
    }

    private static int difference(byte[] s, int a, int b) {
        return Math.abs((s[a] & 0xff) - (s[b] & 0xff));
    }

    private static void edge(
            byte[] s,
            int at,
            int across,
            int along,
            int count,
            int limit,
            int interior,
            int variance,
            boolean ofMacroblock) {
        for (int i = 0, p = at; i < count; i++, p += along) {
            if (4 * difference(s, p - across, p) + difference(s, p - 2 * across, p + across) > 2 * limit + 1
                    || difference(s, p - 4 * across, p - 3 * across) > interior
                    || difference(s, p - 3 * across, p - 2 * across) > interior
                    || difference(s, p - 2 * across, p - across) > interior
                    || difference(s, p + 3 * across, p + 2 * across) > interior
                    || difference(s, p + 2 * across, p + across) > interior
                    || difference(s, p + across, p) > interior) {
                continue;
            }
            boolean varies =
                    difference(s, p - 2 * across, p - across) > variance || difference(s, p + across, p) > variance;
            if (varies) {
                two(s, p, across);
            } else if (ofMacroblock) {
                six(s, p, across);
            } else {
                four(s, p, across);
            }
        }
    }

    /** Changes one sample on each side. */
    private static void two(byte[] s, int p, int step) {
        int p0 = s[p - step] & 0xff;
        int q0 = s[p] & 0xff;
        int a = 3 * (q0 - p0) + signedByte((s[p - 2 * step] & 0xff) - (s[p + step] & 0xff));
        s[p - step] = Vp8Transform.clamp(p0 + fiveBits((a + 3) >> 3));
        s[p] = Vp8Transform.clamp(q0 - fiveBits((a + 4) >> 3));
    }

    /** Changes two samples on each side. */
    private static void four(byte[] s, int p, int step) {
        int p1 = s[p - 2 * step] & 0xff;
        int p0 = s[p - step] & 0xff;
        int q0 = s[p] & 0xff;
        int q1 = s[p + step] & 0xff;
        int a = 3 * (q0 - p0);
        int a1 = fiveBits((a + 4) >> 3);
        int a2 = fiveBits((a + 3) >> 3);
        int a3 = (a1 + 1) >> 1;
        s[p - 2 * step] = Vp8Transform.clamp(p1 + a3);
        s[p - step] = Vp8Transform.clamp(p0 + a2);
        s[p] = Vp8Transform.clamp(q0 - a1);
        s[p + step] = Vp8Transform.clamp(q1 - a3);
    }

    /** Changes three samples on each side. */
    private static void six(byte[] s, int p, int step) {
        int p2 = s[p - 3 * step] & 0xff;
        int p1 = s[p - 2 * step] & 0xff;
        int p0 = s[p - step] & 0xff;
        int q0 = s[p] & 0xff;
        int q1 = s[p + step] & 0xff;
        int q2 = s[p + 2 * step] & 0xff;
        int a = signedByte(3 * (q0 - p0) + signedByte(p1 - q1));
        int a1 = (27 * a + 63) >> 7;
        int a2 = (18 * a + 63) >> 7;
        int a3 = (9 * a + 63) >> 7;
        s[p - 3 * step] = Vp8Transform.clamp(p2 + a3);
        s[p - 2 * step] = Vp8Transform.clamp(p1 + a2);
        s[p - step] = Vp8Transform.clamp(p0 + a1);
        s[p] = Vp8Transform.clamp(q0 - a1);
        s[p + step] = Vp8Transform.clamp(q1 - a2);
        s[p + 2 * step] = Vp8Transform.clamp(q2 - a3);
    }

    private static int signedByte(int v) {
        return Math.max(-128, Math.min(v, 127));
    }

    private static int fiveBits(int v) {
        return Math.max(-16, Math.min(v, 15));
    }
}
