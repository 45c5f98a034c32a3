package dev.clipjet.preprocess.resize;

/** An image handed out row by row, so that a conversion is done only for the rows and columns that are needed. */
public interface RowSource {

    int width();

    int height();

    /** Bytes per pixel. */
    int channels();

    /** Writes columns {@code from} to {@code to} of row {@code y} to {@code out}, starting at index 0. */
    void read(int y, int from, int to, byte[] out);

    /** Rows of an array {@code uint8 [height, width, channels]}. */
    static RowSource of(byte[] pixels, int width, int height, int channels) {
        return new RowSource() {
            @Override
            public int width() {
                return width;
            }

            @Override
            public int height() {
                return height;
            }

            @Override
            public int channels() {
                return channels;
            }

            @Override
            public void read(int y, int from, int to, byte[] out) {
                System.arraycopy(pixels, (y * width + from) * channels, out, 0, (to - from) * channels);
            }
        };
    }
}
