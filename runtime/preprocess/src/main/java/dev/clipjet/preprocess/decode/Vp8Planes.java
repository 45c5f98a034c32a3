package dev.clipjet.preprocess.decode;

import java.util.Arrays;

/**
 * The samples of a VP8 frame. Blocks are predicted and completed in a small work area, as prediction needs neighbors
 * that the loop filter has not touched; the filter runs over the whole planes afterwards.
 */
final class Vp8Planes {

    /** Row length of the work area: room for a column to the left and four samples to the right of a luma block. */
    private static final int WORK = 32;

    private static final int Y = WORK + 8;
    private static final int U = 18 * WORK + 8;
    private static final int V = 18 * WORK + 24;

    final int mbWidth;
    final int mbHeight;
    final byte[] luma;
    final byte[] u;
    final byte[] v;

    private final byte[] work = new byte[27 * WORK];
    private final int[] scratch = new int[16];

    /** Bottom rows of the macroblocks above, before filtering: 16 Y, 8 U, 8 V each. */
    private final byte[] above;

    Vp8Planes(int mbWidth, int mbHeight) {
        this.mbWidth = mbWidth;
        this.mbHeight = mbHeight;
        this.luma = new byte[256 * mbWidth * mbHeight];
        this.u = new byte[64 * mbWidth * mbHeight];
        this.v = new byte[64 * mbWidth * mbHeight];
        this.above = new byte[32 * mbWidth];
    }

    int lumaStride() {
        return 16 * mbWidth;
    }

    int chromaStride() {
        return 8 * mbWidth;
    }

    /** Samples outside of the frame: 129 to the left, 127 above. */
    void startRow(int y) {
        for (int i = 0; i < 16; i++) {
            work[Y + i * WORK - 1] = (byte) 129;
        }
        for (int i = 0; i < 8; i++) {
            work[U + i * WORK - 1] = (byte) 129;
            work[V + i * WORK - 1] = (byte) 129;
        }
        if (y == 0) {
            Arrays.fill(work, Y - WORK - 1, Y - WORK + 20, (byte) 127);
            Arrays.fill(work, U - WORK - 1, U - WORK + 8, (byte) 127);
            Arrays.fill(work, V - WORK - 1, V - WORK + 8, (byte) 127);
        } else {
            work[Y - WORK - 1] = (byte) 129;
            work[U - WORK - 1] = (byte) 129;
            work[V - WORK - 1] = (byte) 129;
        }
    }

    /** @param blockModes modes of the 16 luma blocks, or null when the macroblock has one luma mode */
    void reconstruct(int x, int y, int[] blockModes, int lumaMode, int chromaMode, short[] residual) {
        if (x > 0) {
            for (int i = -1; i < 16; i++) {
                work[Y + i * WORK - 1] = work[Y + i * WORK + 15];
            }
            for (int i = -1; i < 8; i++) {
                work[U + i * WORK - 1] = work[U + i * WORK + 7];
                work[V + i * WORK - 1] = work[V + i * WORK + 7];
            }
        }
        if (y > 0) {
            System.arraycopy(above, 32 * x, work, Y - WORK, 16);
            System.arraycopy(above, 32 * x + 16, work, U - WORK, 8);
            System.arraycopy(above, 32 * x + 24, work, V - WORK, 8);
        }
        if (blockModes != null) {
            splitLuma(x, y, blockModes, residual);
        } else {
            Vp8Prediction.whole(lumaMode, work, Y, WORK, 16, x > 0, y > 0);
            for (int b = 0; b < 16; b++) {
                addLuma(residual, b, Y + (b >> 2) * 4 * WORK + (b & 3) * 4);
            }
        }
        Vp8Prediction.whole(chromaMode, work, U, WORK, 8, x > 0, y > 0);
        Vp8Prediction.whole(chromaMode, work, V, WORK, 8, x > 0, y > 0);
        for (int b = 0; b < 4; b++) {
            int at = (b >> 1) * 4 * WORK + (b & 1) * 4;
            addChroma(residual, 16 + b, U + at);
            addChroma(residual, 20 + b, V + at);
        }
        System.arraycopy(work, Y + 15 * WORK, above, 32 * x, 16);
        System.arraycopy(work, U + 7 * WORK, above, 32 * x + 16, 8);
        System.arraycopy(work, V + 7 * WORK, above, 32 * x + 24, 8);
        for (int i = 0; i < 16; i++) {
            System.arraycopy(work, Y + i * WORK, luma, (16 * y + i) * lumaStride() + 16 * x, 16);
        }
        for (int i = 0; i < 8; i++) {
            int at = (8 * y + i) * chromaStride() + 8 * x;
            System.arraycopy(work, U + i * WORK, u, at, 8);
            System.arraycopy(work, V + i * WORK, v, at, 8);
        }
    }

    private void splitLuma(int x, int y, int[] modes, short[] residual) {
        int right = Y - WORK + 16;
        if (y > 0) {
            if (x < mbWidth - 1) {
                System.arraycopy(above, 32 * (x + 1), work, right, 4);
            } else {
                Arrays.fill(work, right, right + 4, above[32 * x + 15]);
            }
        }
        // Lower blocks at the right edge see the samples above the macroblock, too.
        for (int i = 4; i <= 12; i += 4) {
            System.arraycopy(work, right, work, right + i * WORK, 4);
        }
        for (int b = 0; b < 16; b++) {
            int at = Y + (b >> 2) * 4 * WORK + (b & 3) * 4;
            Vp8Prediction.block(modes[b], work, at, WORK);
            addLuma(residual, b, at);
        }
    }

    private void addLuma(short[] residual, int block, int at) {
        int from = 16 * block;
        int first = residual[from] | residual[from + 1] | residual[from + 4];
        int others = residual[from + 2] | residual[from + 3];
        for (int i = from + 5; i < from + 16; i++) {
            others |= residual[i];
        }
        if (others != 0) {
            Vp8Transform.add(residual, from, work, at, WORK, scratch);
        } else if (first != 0) {
            Vp8Transform.addThree(residual, from, work, at, WORK);
        }
    }

    private void addChroma(short[] residual, int block, int at) {
        int from = 16 * block;
        int any = 0;
        for (int i = from; i < from + 16; i++) {
            any |= residual[i];
        }
        if (any != 0) {
            Vp8Transform.add(residual, from, work, at, WORK, scratch);
        }
    }

    /** libwebp's "fancy" upsampling and its 14-bit conversion; {@code channels} 4 leaves every fourth byte. */
    void toRgb(int width, int height, byte[] out, int channels) {
        int chromaWidth = (width + 1) / 2;
        int chromaHeight = (height + 1) / 2;
        byte[] us = new byte[2 * chromaWidth + 1];
        byte[] vs = new byte[2 * chromaWidth + 1];
        for (int y = 0; y < height; y++) {
            int near = y >> 1;
            int far = (y & 1) == 0 ? Math.max(near - 1, 0) : Math.min(near + 1, chromaHeight - 1);
            upsample(u, near * chromaStride(), far * chromaStride(), chromaWidth, us);
            upsample(v, near * chromaStride(), far * chromaStride(), chromaWidth, vs);
            int row = y * lumaStride();
            int o = y * width * channels;
            for (int x = 0; x < width; x++, o += channels) {
                int gray = (luma[row + x] & 0xff) * 19077 >> 8;
                int cb = us[x] & 0xff;
                int cr = vs[x] & 0xff;
                out[o] = level(gray + (cr * 26149 >> 8) - 14234);
                out[o + 1] = level(gray - (cb * 6419 >> 8) - (cr * 13320 >> 8) + 8708);
                out[o + 2] = level(gray + (cb * 33050 >> 8) - 17685);
            }
        }
    }

    private static byte level(int v) {
        return Vp8Transform.clamp(v >> 6);
    }

    private static void upsample(byte[] plane, int near, int far, int width, byte[] out) {
        int n0 = plane[near] & 0xff;
        int f0 = plane[far] & 0xff;
        out[0] = (byte) ((3 * n0 + f0 + 2) >> 2);
        for (int x = 1; x < width; x++) {
            int n1 = plane[near + x] & 0xff;
            int f1 = plane[far + x] & 0xff;
            int sum = n0 + n1 + f0 + f1 + 8;
            out[2 * x - 1] = (byte) ((((sum + 2 * (n1 + f0)) >> 3) + n0) >> 1);
            out[2 * x] = (byte) ((((sum + 2 * (n0 + f1)) >> 3) + n1) >> 1);
            n0 = n1;
            f0 = f1;
        }
        out[2 * width - 1] = (byte) ((3 * n0 + f0 + 2) >> 2);
    }
}
