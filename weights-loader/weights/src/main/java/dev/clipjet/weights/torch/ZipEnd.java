package dev.clipjet.weights.torch;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.file.ByteSource;
import java.nio.ByteBuffer;

/**
 * What the end of a zip archive says about its directory.
 *
 * @param place where it says so, for errors
 * @param entries number of entries
 * @param offset position of the directory
 * @param size bytes of the directory
 */
record ZipEnd(String place, long entries, long offset, long size) {
    private static final int SIGNATURE = 0x06054b50;
    private static final int BYTES = 22;
    private static final int MAX_COMMENT = 0xffff;
    private static final int LOCATOR_SIGNATURE = 0x07064b50;
    private static final int LOCATOR_BYTES = 20;
    private static final int ZIP64_SIGNATURE = 0x06064b50;
    private static final int ZIP64_BYTES = 56;

    /** Finds the last record of the file, and the zip64 one that may precede it. */
    static ZipEnd find(ByteSource file) {
        int tailBytes = (int) Math.min(file.size(), BYTES + MAX_COMMENT);
        long tailStart = file.size() - tailBytes;
        ByteBuffer tail = file.read(tailStart, tailBytes);
        for (int at = tailBytes - BYTES; at >= 0; at--) {
            if (tail.getInt(at) == SIGNATURE && Short.toUnsignedInt(tail.getShort(at + 20)) == tailBytes - at - BYTES) {
                return read(file, tail, at, tailStart + at);
            }
        }
        throw new ModelFormatException(
                Kind.TRUNCATED,
                file.path(),
                "byte " + file.size(),
                "begins like a zip archive, but the directory at its end is missing");
    }

    private static ZipEnd read(ByteSource file, ByteBuffer tail, int at, long position) {
        int locator = at - LOCATOR_BYTES;
        if (locator >= 0 && tail.getInt(locator) == LOCATOR_SIGNATURE) {
            return readZip64(file, tail.getLong(locator + 8), position - LOCATOR_BYTES);
        }
        if (tail.getInt(at + 4) != 0 || tail.getShort(at + 8) != tail.getShort(at + 10)) {
            throw severalDisks(file, position);
        }
        return checked(
                file,
                position,
                Short.toUnsignedInt(tail.getShort(at + 10)),
                Integer.toUnsignedLong(tail.getInt(at + 16)),
                Integer.toUnsignedLong(tail.getInt(at + 12)));
    }

    private static ZipEnd readZip64(ByteSource file, long position, long locator) {
        if (position < 0 || position > locator - ZIP64_BYTES) {
            throw new ModelFormatException(
                    Kind.TRUNCATED,
                    file.path(),
                    "byte " + locator,
                    "the zip64 record at " + Long.toUnsignedString(position) + " is not in the file");
        }
        ByteBuffer end = file.read(position, ZIP64_BYTES);
        if (end.getInt(0) != ZIP64_SIGNATURE) {
            throw new ModelFormatException(
                    Kind.MALFORMED, file.path(), "byte " + position, "there is no zip64 record here");
        }
        if (end.getLong(16) != 0 || end.getLong(24) != end.getLong(32)) {
            throw severalDisks(file, position);
        }
        return checked(file, position, end.getLong(32), end.getLong(48), end.getLong(40));
    }

    private static ZipEnd checked(ByteSource file, long position, long entries, long offset, long size) {
        String place = "byte " + position;
        if (offset < 0 || size < 0 || offset > position || size > position - offset) {
            throw new ModelFormatException(
                    Kind.TRUNCATED,
                    file.path(),
                    place,
                    "a directory of " + Long.toUnsignedString(size) + " bytes at " + Long.toUnsignedString(offset)
                            + " is not in the file");
        }
        return new ZipEnd(place, entries, offset, size);
    }

    private static ModelFormatException severalDisks(ByteSource file, long position) {
        return new ModelFormatException(
                Kind.UNSUPPORTED, file.path(), "byte " + position, "archives in several parts are not supported");
    }
}
