package dev.clipjet.fuzz;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** The input is a PNG file; its signature and the checksums of its chunks are put right. */
public final class PngTarget {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int LENGTH_AND_TYPE = 8;

    private PngTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        byte[] file = input.length < SIGNATURE.length ? SIGNATURE.clone() : input.clone();
        System.arraycopy(SIGNATURE, 0, file, 0, SIGNATURE.length);
        ByteBuffer bytes = ByteBuffer.wrap(file);
        CRC32 checksum = new CRC32();
        long at = SIGNATURE.length;
        while (at + LENGTH_AND_TYPE + Integer.BYTES <= file.length) {
            long length = Integer.toUnsignedLong(bytes.getInt((int) at));
            long end = at + LENGTH_AND_TYPE + length;
            if (end + Integer.BYTES > file.length) {
                break;
            }
            checksum.reset();
            checksum.update(file, (int) at + Integer.BYTES, (int) length + Integer.BYTES);
            bytes.putInt((int) end, (int) checksum.getValue());
            at = end + Integer.BYTES;
        }
        ImageTarget.decode(file);
    }
}
