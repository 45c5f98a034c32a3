package dev.clipjet.ptx.memory;

import dev.clipjet.ptx.race.EarlierAccesses;
import dev.clipjet.ptx.race.GlobalRaces;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A block of global or constant memory. Addresses of two allocations are 4 GiB apart at least, so an access that leaves one
 * never meets another.
 */
public final class Allocation {
    /** Distance of the first byte from the start of the allocation's 4 GiB slot; makes it aligned to 256 bytes, no more. */
    static final long LEAD = 0x10_0100L;

    private final long address;
    private final byte[] bytes;
    private final ByteBits written;
    /** Sectors of 32 bytes that the current launch has touched. */
    private final ByteBits touched;

    private volatile boolean anyTouched;
    private final String name;
    private final boolean readOnly;
    private final GlobalRaces races;
    /** Pages as they were before the current launch wrote them. */
    private final Map<Integer, Page> kept = new HashMap<>();

    private record Page(byte[] bytes, ByteBits written) {}

    Allocation(int slot, byte[] bytes, String name, boolean readOnly) {
        this.address = ((long) slot << 32) + LEAD;
        this.bytes = bytes;
        this.written = new ByteBits(bytes.length);
        this.touched = new ByteBits((bytes.length + 31) / 32);
        this.name = name;
        this.readOnly = readOnly;
        this.races = new GlobalRaces(bytes.length, this::keep);
    }

    /** Address of the first byte. */
    public long address() {
        return address;
    }

    /** The bytes. */
    public byte[] bytes() {
        return bytes;
    }

    /** Which bytes somebody wrote. */
    public ByteBits written() {
        return written;
    }

    /** Who accessed what during the current launch. */
    public GlobalRaces races() {
        return races;
    }

    /** The variable's name, or what kind of allocation it is. */
    public String name() {
        return name;
    }

    /** Whether kernels may not write it. */
    public boolean readOnly() {
        return readOnly;
    }

    /** Notes that the current launch accesses a range. */
    public void touch(int from, int count) {
        int first = from >>> 5;
        touched.set(first, (from + count - 1 >>> 5) - first + 1);
        if (!anyTouched) {
            anyTouched = true;
        }
    }

    /** The same for lanes, each with a range of its own. */
    public void touchLanes(int mask, int[] from, int count) {
        int before = -1;
        for (int left = mask; left != 0; left &= left - 1) {
            int at = from[Integer.numberOfTrailingZeros(left)];
            if (at >>> 5 != before || at + count - 1 >>> 5 != before) {
                before = at + count - 1 >>> 5;
                touch(at, count);
            }
        }
    }

    long touchedSectors() {
        return anyTouched ? touched.count() : 0;
    }

    /** A launch begins; see {@link GlobalRaces#begin}. */
    void begin(int granule, Object kernel, boolean keepReads, EarlierAccesses earlier) {
        kept.clear();
        races.begin(granule, kernel, keepReads, earlier);
        if (anyTouched) {
            touched.clear(0, (bytes.length + 31) / 32);
            anyTouched = false;
        }
    }

    /** Undoes what the current launch wrote. */
    void restore() {
        kept.forEach((page, before) -> {
            int from = page * GlobalRaces.PAGE;
            System.arraycopy(before.bytes, 0, bytes, from, before.bytes.length);
            written.copy(before.written, 0, from, before.bytes.length);
        });
        kept.clear();
    }

    private void keep(int page) {
        int from = page * GlobalRaces.PAGE;
        byte[] before = Arrays.copyOfRange(bytes, from, (int) Math.min(bytes.length, from + (long) GlobalRaces.PAGE));
        ByteBits bits = new ByteBits(before.length);
        bits.copy(written, from, 0, before.length);
        kept.put(page, new Page(before, bits));
    }
}
