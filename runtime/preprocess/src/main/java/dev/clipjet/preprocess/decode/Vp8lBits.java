package dev.clipjet.preprocess.decode;

/** Bits of a VP8L stream, least significant first. Past the end it delivers zeros, which {@link #check} reports. */
final class Vp8lBits {

    private final ImageBytes in;
    private final byte[] data;
    private final int end;
    private int position;
    private long bits;
    private int bitCount;
    private int phantomBits;

    Vp8lBits(ImageBytes in, int from, int to) {
        this.in = in;
        this.data = in.data();
        this.position = from;
        this.end = to;
    }

    private void fill() {
        while (bitCount <= 48) {
            if (position < end) {
                bits |= (data[position++] & 0xffL) << bitCount;
            } else {
                phantomBits += 8;
            }
            bitCount += 8;
        }
    }

    /** The next {@code count} bits, at most 24. */
    int read(int count) {
        int v = peek() & ((1 << count) - 1);
        skip(count);
        return v;
    }

    /** At least 32 bits ahead. */
    int peek() {
        if (bitCount < 32) {
            fill();
        }
        return (int) bits;
    }

    void skip(int count) {
        bits >>>= count;
        bitCount -= count;
    }

    /** Fails when bits were read that are not there. */
    void check() {
        if (phantomBits > bitCount) {
            throw in.truncated("the lossless image data ends early");
        }
    }
}
