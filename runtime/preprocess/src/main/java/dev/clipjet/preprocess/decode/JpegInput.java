package dev.clipjet.preprocess.decode;

/**
 * The bytes of a JPEG as libjpeg walks through them: a position, and a marker that was met but not dealt with yet, beyond
 * which entropy-coded data cannot be read. What libjpeg only warns about is reported as damage.
 */
final class JpegInput {

    static final int RST0 = 0xd0;
    static final int RST7 = 0xd7;
    private static final int SOF0 = 0xc0;

    final ImageBytes in;
    private final byte[] data;
    private int end;
    private int position;
    private int marker;

    JpegInput(ImageBytes in, int position) {
        this.in = in;
        this.data = in.data();
        this.end = data.length;
        this.position = position;
    }

    int position() {
        return position;
    }

    void position(int offset) {
        position = offset;
    }

    int end() {
        return end;
    }

    /** Hides the bytes from an offset on. */
    void limit(int offset) {
        end = Math.min(end, offset);
    }

    /** Code of the marker that was met, or 0. The position is behind it. */
    int marker() {
        return marker;
    }

    void takeMarker() {
        marker = 0;
    }

    /**
     * The next byte of entropy-coded data, or -1 at a marker.
     *
     * @throws dev.clipjet.error.ImageFormatException {@code TRUNCATED} at the end of the file
     */
    int dataByte() {
        if (marker != 0) {
            return -1;
        }
        int b = next();
        if (b != 0xff) {
            return b;
        }
        do {
            b = next();
        } while (b == 0xff);
        if (b == 0) {
            return 0xff;
        }
        marker = b;
        return -1;
    }

    private int next() {
        if (position >= end) {
            throw in.truncated("the file ends within a scan");
        }
        return data[position++] & 0xff;
    }

    /** Goes to the next marker unless one is waiting; false where the data ends before. */
    boolean findMarker() {
        if (marker != 0) {
            return true;
        }
        int from = position;
        int at = position;
        while (at + 1 < end) {
            if (data[at] == (byte) 0xff) {
                int code = data[at + 1] & 0xff;
                if (code != 0 && code != 0xff) {
                    if (!onlyFill(from, at)) {
                        in.damage((at - from) + " bytes before the marker at offset " + at + " mean nothing");
                    }
                    position = at + 2;
                    marker = code;
                    return true;
                }
            }
            at++;
        }
        return false;
    }

    private boolean onlyFill(int from, int to) {
        for (int i = from; i < to; i++) {
            if (data[i] != (byte) 0xff) {
                return false;
            }
        }
        return true;
    }

    /**
     * Passes a restart marker. When another one is there, libjpeg's way of getting back into step: markers up to two behind the
     * expected one and codes that mean nothing are passed over, up to two ahead and markers of other kinds stay, so that
     * the data before them counts as missing, and others are dropped.
     *
     * @param expected number of the marker, 0 to 7
     */
    void restart(int expected) {
        findRestart(expected);
        if (marker == RST0 + expected) {
            marker = 0;
            return;
        }
        in.damage("marker 0xff" + Integer.toHexString(marker) + " before offset " + position
                + " instead of restart marker " + expected);
        while (true) {
            int ahead = marker - RST0 - expected & 7;
            if (marker < SOF0 || (isRestart(marker) && ahead >= 6)) {
                marker = 0;
                findRestart(expected);
            } else {
                if (isRestart(marker) && ahead != 1 && ahead != 2) {
                    marker = 0;
                }
                return;
            }
        }
    }

    private void findRestart(int expected) {
        if (!findMarker()) {
            throw in.truncated("the file ends before restart marker " + expected);
        }
    }

    private static boolean isRestart(int code) {
        return code >= RST0 && code <= RST7;
    }

    /** Offset of the marker that ends the entropy-coded data from an offset on, or the length of the file. */
    int scanEnd(int from) {
        for (int at = from; at + 1 < data.length; at++) {
            if (data[at] == (byte) 0xff) {
                int code = data[at + 1] & 0xff;
                if (code >= SOF0 && code != 0xff && !isRestart(code)) {
                    return at;
                }
            }
        }
        return data.length;
    }

    /**
     * Bytes of entropy-coded data, scan headers included, from a scan on: all that can carry pixels, without what stands
     * between scans or behind the image.
     */
    long scanBytes(int scanData) {
        long total = 0;
        int at = scanData;
        while (true) {
            int stop = scanEnd(at);
            total += stop - at;
            at = stop;
            while (true) {
                if (at + 4 > data.length) {
                    return total;
                }
                int code = data[at] == (byte) 0xff ? data[at + 1] & 0xff : 0;
                if (code == 0 || code == 0xff || isRestart(code) || code == 1) {
                    at++;
                    continue;
                }
                if (code == 0xd9) {
                    return total;
                }
                int length = Math.max(in.u16be(at + 2), 2);
                at = (int) Math.min(at + 2L + length, data.length);
                if (code == 0xda) {
                    total += length;
                    break;
                }
            }
        }
    }
}
