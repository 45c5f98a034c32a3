package dev.clipjet.ptx.memory;

import dev.clipjet.ptx.race.EarlierAccesses;
import dev.clipjet.ptx.race.GlobalFootprint;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;

/** All allocations of a device. */
public final class GlobalMemory {
    private static final int MAX_SLOTS = 1 << 22;

    private Allocation[] slots = new Allocation[64];
    private boolean[] freed = new boolean[64];
    private int next = 1;
    private long live;

    /**
     * Allocates.
     *
     * @param bytes size, at most {@link Integer#MAX_VALUE} less a page
     * @param name for reports
     * @param readOnly whether kernels may not write it
     */
    public synchronized Allocation allocate(int bytes, String name, boolean readOnly) {
        if (next == MAX_SLOTS) {
            throw new IllegalStateException("more than " + MAX_SLOTS + " allocations in the life of one device");
        }
        if (next == slots.length) {
            slots = Arrays.copyOf(slots, 2 * next);
            freed = Arrays.copyOf(freed, 2 * next);
        }
        Allocation allocation = new Allocation(next, new byte[bytes], name, readOnly);
        slots[next++] = allocation;
        live += bytes;
        return allocation;
    }

    /** Frees an allocation; its addresses are never used again. */
    public synchronized void free(Allocation allocation) {
        int slot = (int) (allocation.address() >>> 32);
        if (slots[slot] != allocation) {
            throw new IllegalStateException("allocation is not live");
        }
        slots[slot] = null;
        freed[slot] = true;
        live -= allocation.bytes().length;
    }

    /** The allocation in whose slot an address lies, or null. */
    public Allocation at(long address) {
        long slot = address >>> 32;
        return slot < slots.length ? slots[(int) slot] : null;
    }

    /** Whether an address lies in the slot of a freed allocation. */
    public boolean wasFreed(long address) {
        long slot = address >>> 32;
        return slot < freed.length && freed[(int) slot];
    }

    /** Offset of an address in its slot's allocation; negative or too large outside it. */
    public static long offset(long address) {
        return (address & 0xffff_ffffL) - Allocation.LEAD;
    }

    /**
     * Forgets who accessed what; a launch begins.
     *
     * @param granule bytes of the kernel's smallest global access
     * @param kernel what is launched
     * @param keepReads whether {@link #footprint} shall include pages that are only read
     * @param earlier by allocation, what grids did that the launch may overlap
     */
    public synchronized void beginLaunch(
            int granule, Object kernel, boolean keepReads, Map<Allocation, EarlierAccesses> earlier) {
        for (int slot = 1; slot < next; slot++) {
            if (slots[slot] != null) {
                slots[slot].begin(granule, kernel, keepReads, earlier.get(slots[slot]));
            }
        }
    }

    /** Who accessed what in the launch that ended last, as it stays when the next one begins. */
    public synchronized Map<Allocation, GlobalFootprint> footprint() {
        Map<Allocation, GlobalFootprint> found = new IdentityHashMap<>();
        for (int slot = 1; slot < next; slot++) {
            GlobalFootprint footprint =
                    slots[slot] == null ? null : slots[slot].races().take();
            if (footprint != null) {
                found.put(slots[slot], footprint);
            }
        }
        return found;
    }

    /**
     * Whether the launch that just ended read pages before it wrote them, so that its record of races has gaps. If so, memory
     * is again as it was before, and the same launch will be recorded without gaps.
     */
    public synchronized boolean undoIncomplete(Object kernel) {
        boolean incomplete = false;
        for (int slot = 1; slot < next; slot++) {
            if (slots[slot] != null) {
                incomplete |= slots[slot].races().incomplete(kernel);
            }
        }
        if (incomplete) {
            undo();
        }
        return incomplete;
    }

    /** Undoes what the launch wrote that just ended under checks. */
    public synchronized void undo() {
        for (int slot = 1; slot < next; slot++) {
            if (slots[slot] != null) {
                slots[slot].restore();
            }
        }
    }

    /** Distinct sectors of 32 bytes that the current launch has touched. */
    public synchronized long touchedSectors() {
        long sum = 0;
        for (int slot = 1; slot < next; slot++) {
            sum += slots[slot] == null ? 0 : slots[slot].touchedSectors();
        }
        return sum;
    }

    /** Bytes allocated now. */
    public long liveBytes() {
        return live;
    }
}
