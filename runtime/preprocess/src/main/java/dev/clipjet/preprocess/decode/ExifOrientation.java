package dev.clipjet.preprocess.decode;

/** Reads the orientation out of an EXIF block, which is a little TIFF file. A broken block counts as none. */
final class ExifOrientation {

    private static final int TAG = 0x0112;

    private ExifOrientation() {}

    /** @return 1 to 8; 1 when there is no valid orientation */
    static int of(byte[] data, int offset, int length) {
        int end = offset + length;
        if (length < 8) {
            return 1;
        }
        boolean little = data[offset] == 'I';
        if (data[offset] != data[offset + 1] || (!little && data[offset] != 'M')) {
            return 1;
        }
        long directory = offset + u32(data, offset + 4, little);
        if (directory < offset || directory + 2 > end) {
            return 1;
        }
        int at = (int) directory + 2;
        int entries = u16(data, at - 2, little);
        for (int i = 0; i < entries && at + 12 <= end; i++, at += 12) {
            if (u16(data, at, little) == TAG) {
                int value = u16(data, at + 8, little);
                return value >= 1 && value <= 8 ? value : 1;
            }
        }
        return 1;
    }

    private static int u16(byte[] data, int at, boolean little) {
        int a = data[at] & 0xff;
        int b = data[at + 1] & 0xff;
        return little ? a | b << 8 : a << 8 | b;
    }

    private static long u32(byte[] data, int at, boolean little) {
        long a = u16(data, at, little);
        long b = u16(data, at + 2, little);
        return little ? a | b << 16 : a << 16 | b;
    }
}
