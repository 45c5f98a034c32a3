package dev.clipjet.weights.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The records of a zip archive of uncompressed entries, with 64-bit sizes where 32 bits are too few (APPNOTE 4.3). */
final class ZipRecords {
    /** Data of entries begins at a multiple of this, as torch writes it, so that it can be mapped. */
    static final int ALIGNMENT = 64;

    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int LOCATOR64 = 0x07064b50;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int END64_BYTES = 56;
    private static final int LOCATOR64_BYTES = 20;

    private static final short VERSION = 20;
    private static final short VERSION64 = 45;
    private static final short UTF8 = 1 << 11;
    /** 1 January 1980, the epoch of the format: the same model gives the same bytes. */
    private static final short DATE = 1 << 5 | 1;

    private static final short EXTRA64 = 1;
    /** The field that torch fills the gap before the data with. */
    private static final short EXTRA_PADDING = 0x4246;

    private static final long MOST32 = 0xFFFFFFFFL;
    private static final int MOST16 = 0xFFFF;

    private ZipRecords() {}

    /**
     * One entry.
     *
     * @param name full name
     * @param header where its local header begins
     * @param size bytes of its data
     * @param crc CRC-32 of its data
     */
    record Entry(String name, long header, long size, long crc) {
        byte[] nameBytes() {
            return name.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Size of a local header with what is needed to align the data behind it. */
    static int localBytes(Entry entry) {
        int fixed = LOCAL_BYTES + entry.nameBytes().length + (is64(entry.size()) ? 20 : 0) + 4;
        return (int) (fixed + (ALIGNMENT - (entry.header() + fixed) % ALIGNMENT) % ALIGNMENT);
    }

    private static boolean is64(long value) {
        return value >= MOST32;
    }

    /** The header in front of an entry's data. */
    static ByteBuffer local(Entry entry) {
        byte[] name = entry.nameBytes();
        int bytes = localBytes(entry);
        boolean big = is64(entry.size());
        ByteBuffer header = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(LOCAL).putShort(big ? VERSION64 : VERSION).putShort(UTF8).putShort((short) 0);
        header.putShort((short) 0).putShort(DATE).putInt((int) entry.crc());
        header.putInt(size32(entry.size())).putInt(size32(entry.size()));
        header.putShort((short) name.length).putShort((short) (bytes - LOCAL_BYTES - name.length));
        header.put(name);
        if (big) {
            header.putShort(EXTRA64).putShort((short) 16).putLong(entry.size()).putLong(entry.size());
        }
        byte[] padding = new byte[header.remaining() - 4];
        Arrays.fill(padding, (byte) 'Z');
        header.putShort(EXTRA_PADDING).putShort((short) padding.length).put(padding);
        return header.flip();
    }

    /** The list of all entries and the end record. */
    static ByteBuffer directory(List<Entry> entries, long start) {
        int bytes = END64_BYTES + LOCATOR64_BYTES + END_BYTES;
        for (Entry entry : entries) {
            bytes += CENTRAL_BYTES + entry.nameBytes().length + 4 + 24;
        }
        ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        entries.forEach(entry -> central(entry, out));
        end(entries.size(), start, out.position(), out);
        return out.flip();
    }

    private static void central(Entry entry, ByteBuffer out) {
        byte[] name = entry.nameBytes();
        boolean bigSize = is64(entry.size());
        boolean bigOffset = is64(entry.header());
        int extra = (bigSize ? 16 : 0) + (bigOffset ? 8 : 0);
        short version = extra > 0 ? VERSION64 : VERSION;
        out.putInt(CENTRAL).putShort(version).putShort(version).putShort(UTF8).putShort((short) 0);
        out.putShort((short) 0).putShort(DATE).putInt((int) entry.crc());
        out.putInt(size32(entry.size())).putInt(size32(entry.size()));
        out.putShort((short) name.length).putShort((short) (extra > 0 ? extra + 4 : 0));
        out.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
        out.putInt(size32(entry.header()));
        out.put(name);
        if (extra > 0) {
            out.putShort(EXTRA64).putShort((short) extra);
            if (bigSize) {
                out.putLong(entry.size()).putLong(entry.size());
            }
            if (bigOffset) {
                out.putLong(entry.header());
            }
        }
    }

    private static void end(int count, long start, long size, ByteBuffer out) {
        boolean big = is64(start) || is64(size) || count >= MOST16;
        if (big) {
            out.putInt(END64).putLong(END64_BYTES - 12).putShort(VERSION64).putShort(VERSION64);
            out.putInt(0).putInt(0).putLong(count).putLong(count).putLong(size).putLong(start);
            out.putInt(LOCATOR64).putInt(0).putLong(start + size).putInt(1);
        }
        short count16 = (short) Math.min(count, MOST16);
        out.putInt(END)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort(count16)
                .putShort(count16);
        out.putInt(size32(size)).putInt(size32(start)).putShort((short) 0);
    }

    private static int size32(long value) {
        return (int) Math.min(value, MOST32);
    }
}
