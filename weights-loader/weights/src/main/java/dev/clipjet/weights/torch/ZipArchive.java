package dev.clipjet.weights.torch;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.file.ByteRange;
import dev.clipjet.weights.file.ByteSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The entries of a zip archive, by the directory at its end and checked against the local headers: every entry is a
 * range of the file of its own. Contents are read where they lie; torch stores them uncompressed, and a compressed one
 * (TorchScript compresses its code) is an error only for who asks for it.
 *
 * <p>Checksums are not compared. Torch never looks at them and can write archives without, so one that differs is no
 * proof of damage, and computing them would read the whole file. Formats of records: PKWARE's APPNOTE, sections 4.3.7 to
 * 4.3.16 and 4.5.3.
 */
final class ZipArchive {
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int CENTRAL_BYTES = 46;
    private static final int ZIP64_EXTRA = 1;
    private static final long IN_ZIP64 = 0xffffffffL;

    /** Sizes come after the content and not in the local header. */
    private static final int SIZES_FOLLOW = 8;

    private static final int MAX_DIRECTORY_BYTES = 64 << 20;

    private final ByteSource file;
    private final Map<String, ZipEntryRecord> entries = new LinkedHashMap<>();

    private ZipArchive(ByteSource file) {
        this.file = file;
    }

    /** True if the file begins like an archive. */
    static boolean isZip(ByteSource file) {
        return file.size() >= Integer.BYTES && file.read(0, Integer.BYTES).getInt(0) == LOCAL_SIGNATURE;
    }

    /**
     * Reads the directory and checks it.
     *
     * @throws ModelFormatException {@code TRUNCATED} if the directory is not in the file, {@code MALFORMED} if its
     *     entries overlap, repeat or leave the archive, or contradict the local headers
     */
    static ZipArchive read(ByteSource file) {
        ZipArchive archive = new ZipArchive(file);
        archive.readDirectory(ZipEnd.find(file));
        archive.checkOverlaps();
        return archive;
    }

    Map<String, ZipEntryRecord> entries() {
        return entries;
    }

    /**
     * Where the content of an entry is.
     *
     * @throws ModelFormatException {@code UNSUPPORTED} if it is compressed, encrypted or of nearly 2 GiB or more
     */
    ByteRange content(ZipEntryRecord entry) {
        if (!entry.isStored()) {
            throw error(
                    Kind.UNSUPPORTED,
                    entry.name(),
                    "is compressed (method " + entry.method() + ") or encrypted; torch stores tensors as they are");
        }
        if (entry.size() > ByteRange.MAX_COPY_BYTES) {
            throw error(
                    Kind.UNSUPPORTED,
                    entry.name(),
                    "has " + entry.size() + " bytes, at most " + ByteRange.MAX_COPY_BYTES + " are supported");
        }
        return new ByteRange(file, entry.data(), entry.size());
    }

    private void readDirectory(ZipEnd end) {
        if (end.size() > MAX_DIRECTORY_BYTES) {
            throw error(Kind.LIMIT, end.place(), "a directory of " + end.size() + " bytes");
        }
        ByteBuffer directory = file.read(end.offset(), (int) end.size());
        for (long i = 0; i < end.entries(); i++) {
            readEntry(directory, end.offset());
        }
        if (directory.hasRemaining()) {
            throw error(
                    Kind.MALFORMED,
                    "byte " + (end.offset() + directory.position()),
                    "the directory goes on after its " + end.entries() + " entries");
        }
    }

    private void readEntry(ByteBuffer directory, long base) {
        int start = directory.position();
        String place = "byte " + (base + start);
        if (directory.remaining() < CENTRAL_BYTES) {
            throw error(Kind.TRUNCATED, place, "the directory ends before its last entry");
        }
        if (directory.getInt(start) != CENTRAL_SIGNATURE) {
            throw error(Kind.MALFORMED, place, "is no entry of the directory");
        }
        int nameBytes = Short.toUnsignedInt(directory.getShort(start + 28));
        int extraBytes = Short.toUnsignedInt(directory.getShort(start + 30));
        int commentBytes = Short.toUnsignedInt(directory.getShort(start + 32));
        int length = CENTRAL_BYTES + nameBytes + extraBytes + commentBytes;
        if (directory.remaining() < length) {
            throw error(Kind.TRUNCATED, place, "an entry reaches past the end of the directory");
        }
        byte[] rawName = new byte[nameBytes];
        directory.get(start + CENTRAL_BYTES, rawName);
        String name = ZipNames.checked(file, place, rawName);
        int flags = Short.toUnsignedInt(directory.getShort(start + 8));
        int method = Short.toUnsignedInt(directory.getShort(start + 10));
        long[] wide = {
            Integer.toUnsignedLong(directory.getInt(start + 24)),
            Integer.toUnsignedLong(directory.getInt(start + 20)),
            Integer.toUnsignedLong(directory.getInt(start + 42))
        };
        widen(
                wide,
                directory.slice(start + CENTRAL_BYTES + nameBytes, extraBytes).order(directory.order()),
                place);
        directory.position(start + length);
        ZipEntryRecord entry = located(name, rawName, method, flags, wide[1], wide[0], wide[2]);
        if (entries.put(name, entry) != null) {
            throw error(Kind.MALFORMED, place, "the name \"" + name + "\" occurs twice");
        }
    }

    /** Replaces size, compressed size and position, in this order, by what the zip64 field has for them. */
    private void widen(long[] values, ByteBuffer extra, String place) {
        while (extra.remaining() >= 4) {
            int id = Short.toUnsignedInt(extra.getShort());
            int bytes = Short.toUnsignedInt(extra.getShort());
            if (bytes > extra.remaining()) {
                throw error(Kind.MALFORMED, place, "an extra field reaches past its entry");
            }
            int end = extra.position() + bytes;
            if (id == ZIP64_EXTRA) {
                for (int i = 0; i < values.length; i++) {
                    if (values[i] == IN_ZIP64) {
                        if (end - extra.position() < Long.BYTES) {
                            throw error(Kind.MALFORMED, place, "the zip64 field of an entry is too short");
                        }
                        values[i] = extra.getLong();
                    }
                }
                return;
            }
            extra.position(end);
        }
    }

    /** Finds where the content begins, which only the local header knows, and compares the two headers. */
    private ZipEntryRecord located(
            String name, byte[] rawName, int method, int flags, long compressed, long size, long header) {
        if (header < 0 || header > file.size() - LOCAL_BYTES) {
            throw error(Kind.TRUNCATED, name, "its local header at " + header + " is not in the file");
        }
        int present = (int) Math.min(LOCAL_BYTES + rawName.length, file.size() - header);
        ByteBuffer local = file.read(header, present);
        if (local.getInt(0) != LOCAL_SIGNATURE) {
            throw error(Kind.MALFORMED, name, "there is no local header at " + header);
        }
        int nameBytes = Short.toUnsignedInt(local.getShort(26));
        long data = header + LOCAL_BYTES + nameBytes + Short.toUnsignedInt(local.getShort(28));
        if (data > file.size() || compressed < 0 || compressed > file.size() - data) {
            throw error(
                    Kind.TRUNCATED,
                    name,
                    Long.toUnsignedString(compressed) + " bytes from " + data + " are not in the file");
        }
        // The file has all of the local name, so if the two are of one length, it was read.
        if (nameBytes != rawName.length || !ByteBuffer.wrap(rawName).equals(local.slice(LOCAL_BYTES, nameBytes))) {
            throw error(Kind.MALFORMED, name, "the local header at " + header + " has another name");
        }
        if (Short.toUnsignedInt(local.getShort(8)) != method) {
            throw error(Kind.MALFORMED, name, "the local header at " + header + " has another method");
        }
        long localSize = Integer.toUnsignedLong(local.getInt(18));
        if ((Short.toUnsignedInt(local.getShort(6)) & SIZES_FOLLOW) == 0
                && localSize != IN_ZIP64
                && localSize != compressed) {
            throw error(
                    Kind.MALFORMED,
                    name,
                    "has " + compressed + " bytes, and " + localSize + " in the local header at " + header);
        }
        if (method == 0 && size != compressed) {
            throw error(Kind.MALFORMED, name, "is stored, but has two sizes: " + compressed + " and " + size);
        }
        return new ZipEntryRecord(name, method, flags, compressed, size, header, data);
    }

    private void checkOverlaps() {
        List<ZipEntryRecord> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(ZipEntryRecord::header));
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).header() < sorted.get(i - 1).end()) {
                throw error(
                        Kind.MALFORMED,
                        sorted.get(i).name(),
                        "shares bytes with " + sorted.get(i - 1).name());
            }
        }
    }

    ModelFormatException error(Kind kind, String place, String problem) {
        return new ModelFormatException(kind, file.path(), place, problem);
    }
}
