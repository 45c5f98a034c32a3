package dev.clipjet.preprocess.decode;

/** One color component of a JPEG frame. */
final class JpegComponent {

    /** Position in the frame. */
    final int index;

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

    /** Of a progressive image, the zigzag index of each block's last coefficient that was ever set. */
    byte[] reach;

    /** Samples {@code uint8 [8 * storedHigh, 8 * storedWide]}. */
    byte[] samples;

    HuffmanTable dc;
    HuffmanTable ac;
    int prediction;

    JpegComponent(int index, int id, int h, int v, int quantTable) {
        this.index = index;
        this.id = id;
        this.h = h;
        this.v = v;
        this.quantTable = quantTable;
    }

    /** Notes that a block has a coefficient; those behind the last one count as the last. */
    void reach(int index, int k) {
        if (k > reach[index]) {
            reach[index] = (byte) Math.min(k, 63);
        }
    }

    int stride() {
        return 8 * storedWide;
    }
}
