package dev.clipjet.preprocess.decode;

/** One color component of a JPEG frame. */
final class JpegComponent {

    final int id;
    final int h;
    final int v;
    final int quantTable;

    /** Samples that carry the image: its size times the sampling ratio, rounded up. */
    int width;

    int height;

    /** Blocks that carry the image. */
    int blocksWide;

    int blocksHigh;

    /** Blocks that are stored: whole units of the interleaved scan. */
    int storedWide;

    int storedHigh;

    /** Dequantization factors in natural order, those in force at the component's first scan. */
    int[] quant;

    /** Quantized coefficients {@code int16 [storedHigh, storedWide, 64]} in natural order, for more than one scan. */
    short[] coefficients;

    /** Samples {@code uint8 [8 * storedHigh, 8 * storedWide]}. */
    byte[] samples;

    HuffmanTable dc;
    HuffmanTable ac;
    int prediction;

    JpegComponent(int id, int h, int v, int quantTable) {
        this.id = id;
        this.h = h;
        this.v = v;
        this.quantTable = quantTable;
    }

    int stride() {
        return 8 * storedWide;
    }
}
