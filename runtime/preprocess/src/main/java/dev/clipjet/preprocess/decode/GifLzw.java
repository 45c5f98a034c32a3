package dev.clipjet.preprocess.decode;

/** GIF's variant of LZW: codes of growing size, least significant bit first, in blocks of at most 255 bytes. */
final class GifLzw {

    private static final int MAX_CODES = 4096;

    private final ImageBytes in;
    private final int minimumSize;
    private final int clear;
    private final short[] prefix = new short[MAX_CODES];
    private final byte[] suffix = new byte[MAX_CODES];
    private final byte[] pending = new byte[MAX_CODES + 1];

    private int position;
    private int blockEnd;
    private int bits;
    private int bitCount;
    private int size;
    private int next;
    private int previous = -1;
    private int first;
    private int pendingCount;

    GifLzw(ImageBytes in, int position, int minimumSize) {
        if (minimumSize > 12) {
            throw in.malformed("a code size of " + minimumSize + " bits does not exist");
        }
        this.in = in;
        this.position = position;
        this.blockEnd = position;
        this.minimumSize = minimumSize;
        this.clear = 1 << minimumSize;
        for (int i = 0; i < clear; i++) {
            suffix[i] = (byte) i;
        }
        reset();
    }

    private void reset() {
        size = minimumSize + 1;
        next = clear + 2;
        previous = -1;
    }

    /** Writes {@code count} pixels; false when the data ends before. */
    boolean read(byte[] out, int offset, int count) {
        int at = offset;
        int end = offset + count;
        while (at < end) {
            if (pendingCount > 0) {
                out[at++] = pending[--pendingCount];
                continue;
            }
            int code = readCode();
            if (code < 0 || code == clear + 1) {
                return false;
            }
            if (code == clear) {
                reset();
            } else {
                expand(code);
            }
        }
        return true;
    }

    private void expand(int code) {
        int c = code;
        if (previous < 0) {
            if (c >= clear) {
                throw in.malformed("the first code " + code + " after a clear code is no pixel");
            }
            first = c;
            pending[pendingCount++] = (byte) c;
            previous = c;
            return;
        }
        if (c > next || (c == next && next == MAX_CODES)) {
            throw in.malformed("code " + code + " is not defined yet");
        }
        if (c == next) {
            pending[pendingCount++] = (byte) first;
            c = previous;
        }
        while (c >= clear) {
            pending[pendingCount++] = suffix[c];
            c = prefix[c];
        }
        first = c;
        pending[pendingCount++] = (byte) c;
        if (next < MAX_CODES) {
            prefix[next] = (short) previous;
            suffix[next] = (byte) first;
            next++;
            if (next == 1 << size && size < 12) {
                size++;
            }
        }
        previous = code;
    }

    /** The next code, or -1 at the end of the data. */
    private int readCode() {
        while (bitCount < size) {
            if (position == blockEnd) {
                // As in Pillow, an empty block does not end the data, and a block that is not all there is not read.
                do {
                    if (position >= in.length() || position + 1 + in.u8(position) > in.length()) {
                        return -1;
                    }
                    blockEnd = position + 1 + in.u8(position);
                    position++;
                } while (position == blockEnd);
            }
            bits |= in.u8(position++) << bitCount;
            bitCount += 8;
        }
        int code = bits & ((1 << size) - 1);
        bits >>>= size;
        bitCount -= size;
        return code;
    }
}
