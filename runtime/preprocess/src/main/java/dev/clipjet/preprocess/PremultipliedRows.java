package dev.clipjet.preprocess;

import dev.clipjet.preprocess.resize.RowSource;

/** Color times alpha, as Pillow's modes La and RGBa; alpha is the last channel. */
record PremultipliedRows(RowSource rows) implements RowSource {

    @Override
    public int width() {
        return rows.width();
    }

    @Override
    public int height() {
        return rows.height();
    }

    @Override
    public int channels() {
        return rows.channels();
    }

    @Override
    public void read(int y, int from, int to, byte[] out) {
        rows.read(y, from, to, out);
        int channels = channels();
        int end = (to - from) * channels;
        for (int i = 0; i < end; i += channels) {
            int alpha = out[i + channels - 1] & 0xff;
            for (int c = i; c < i + channels - 1; c++) {
                int t = (out[c] & 0xff) * alpha + 128;
                out[c] = (byte) (((t >> 8) + t) >> 8);
            }
        }
    }

    /** Divides by alpha again, in place, where that is defined. */
    static void undo(byte[] pixels, int channels) {
        for (int i = 0; i < pixels.length; i += channels) {
            int alpha = pixels[i + channels - 1] & 0xff;
            if (alpha != 0 && alpha != 255) {
                for (int c = i; c < i + channels - 1; c++) {
                    pixels[c] = (byte) Math.min(255 * (pixels[c] & 0xff) / alpha, 255);
                }
            }
        }
    }
}
