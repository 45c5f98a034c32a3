package dev.clipjet.preprocess.decode;

/** From component samples to pixels, with libjpeg's 16-bit fixed-point tables. */
enum JpegColor {
    /** Samples are the channels. */
    PLAIN,
    /** YCbCr to RGB. */
    YCC,
    /** CMYK that is stored inverted. */
    INVERTED_CMYK,
    /** YCCK that is stored inverted: CMY as YCbCr of its complement. */
    INVERTED_YCCK;

    private static final int[] RED_OF_CR = new int[256];
    private static final int[] BLUE_OF_CB = new int[256];
    private static final int[] GREEN_OF_CR = new int[256];
    private static final int[] GREEN_OF_CB = new int[256];

    static {
        int half = 1 << 15;
        for (int i = 0; i < 256; i++) {
            int x = i - 128;
            RED_OF_CR[i] = (91881 * x + half) >> 16; // 1.40200
            BLUE_OF_CB[i] = (116130 * x + half) >> 16; // 1.77200
            GREEN_OF_CR[i] = -46802 * x; // 0.71414
            GREEN_OF_CB[i] = -22554 * x + half; // 0.34414
        }
    }

    /** @param rows one row of samples per component */
    void convert(byte[][] rows, int width, byte[] out, int offset) {
        switch (this) {
            case PLAIN -> interleave(rows, width, 0, out, offset);
            case INVERTED_CMYK -> interleave(rows, width, 0xff, out, offset);
            case YCC -> ycc(rows, width, out, offset, 3);
            case INVERTED_YCCK -> {
                // YCC gives the complement of CMY, which inverting turns back.
                ycc(rows, width, out, offset, 4);
                for (int x = 0; x < width; x++) {
                    out[offset + 4 * x + 3] = (byte) ~rows[3][x];
                }
            }
        }
    }

    private static void interleave(byte[][] rows, int width, int invert, byte[] out, int offset) {
        int channels = rows.length;
        for (int c = 0; c < channels; c++) {
            byte[] row = rows[c];
            for (int x = 0, o = offset + c; x < width; x++, o += channels) {
                out[o] = (byte) (row[x] ^ invert);
            }
        }
    }

    private static void ycc(byte[][] rows, int width, byte[] out, int offset, int step) {
        byte[] ys = rows[0];
        byte[] cbs = rows[1];
        byte[] crs = rows[2];
        int o = offset;
        for (int x = 0; x < width; x++, o += step) {
            int y = ys[x] & 0xff;
            int cb = cbs[x] & 0xff;
            int cr = crs[x] & 0xff;
            out[o] = clamp(y + RED_OF_CR[cr]);
            out[o + 1] = clamp(y + ((GREEN_OF_CB[cb] + GREEN_OF_CR[cr]) >> 16));
            out[o + 2] = clamp(y + BLUE_OF_CB[cb]);
        }
    }

    private static byte clamp(int v) {
        return (byte) ((v & ~0xff) == 0 ? v : ~v >> 31);
    }
}
