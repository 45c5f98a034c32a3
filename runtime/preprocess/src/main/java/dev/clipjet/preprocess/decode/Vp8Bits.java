package dev.clipjet.preprocess.decode;

/** The boolean arithmetic decoder of VP8 (RFC 6386, section 7). Past the end it reads zeros. */
final class Vp8Bits {

    private final byte[] data;
    private final int end;
    private int position;
    private long value;
    private int range = 255;

    /** Bits of {@link #value} below the 8 that are compared with the range. */
    private int count = -8;

    private int phantomBits;
    private boolean exhausted;

    Vp8Bits(byte[] data, int from, int to) {
        this.data = data;
        this.position = from;
        this.end = to;
        this.exhausted = from >= to;
    }

    private void fill() {
        while (count <= 40) {
            int b = 0;
            if (position < end) {
                b = data[position++] & 0xff;
            } else {
                phantomBits += 8;
            }
            value = value << 8 | b;
            count += 8;
        }
    }

    /** One bit that is 0 with probability {@code probability / 256}. */
    int bit(int probability) {
        if (count < 0) {
            fill();
        }
        if (count < phantomBits) {
            exhausted = true;
        }
        int split = 1 + ((range - 1) * probability >> 8);
        long bound = (long) split << count;
        int bit;
        if (value >= bound) {
            value -= bound;
            range -= split;
            bit = 1;
        } else {
            range = split;
            bit = 0;
        }
        int shift = Integer.numberOfLeadingZeros(range) - 24;
        range <<= shift;
        count -= shift;
        return bit;
    }

    boolean flag() {
        return bit(128) != 0;
    }

    int number(int bits) {
        int v = 0;
        for (int i = 0; i < bits; i++) {
            v = v << 1 | bit(128);
        }
        return v;
    }

    int signed(int bits) {
        int v = number(bits);
        return flag() ? -v : v;
    }

    /** A signed number behind a flag, 0 without. */
    int optional(int bits) {
        return flag() ? signed(bits) : 0;
    }

    /** Whether a bit was read when fewer than the 8 bits were left that it is decided by, as libwebp counts. */
    boolean exhausted() {
        return exhausted;
    }
}
