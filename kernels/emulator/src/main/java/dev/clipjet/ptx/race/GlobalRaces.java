package dev.clipjet.ptx.race;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;

/**
 * Who last wrote and who read each granule of an allocation during one launch. Most global memory is only read; its pages cost
 * one flag. A page gets a full record when it is first written; if it had been read before that, the record is incomplete,
 * and {@link #incomplete} says so: the launch must then be repeated, with such pages recorded from the start.
 */
public final class GlobalRaces {
    /** Bytes of a page. */
    public static final int PAGE = 4096;

    private final AtomicReferenceArray<GlobalPage> pages;
    /** Pages read before they had a record. */
    private final AtomicIntegerArray read;

    private final IntConsumer beforeFirstWrite;
    private final List<Integer> touched = new ArrayList<>();
    /** For each kernel, the pages that it reads before it writes them. */
    private final Map<Object, BitSet> readFirst = new IdentityHashMap<>();

    private int shift = 2;
    /** Exact reads of pages without a record, where a later grid may overlap this one while it reads; or null. */
    private AtomicReferenceArray<ReadPage> exactReads;
    /** What grids did that the current one may overlap, or null. */
    private EarlierAccesses earlier;

    /**
     * Nothing accessed.
     *
     * @param bytes size of the allocation
     * @param beforeFirstWrite told of each page before it may be written in a launch
     */
    public GlobalRaces(long bytes, IntConsumer beforeFirstWrite) {
        int n = Math.toIntExact((bytes + PAGE - 1) / PAGE);
        pages = new AtomicReferenceArray<>(n);
        read = new AtomicIntegerArray((n + 31) >>> 5);
        this.beforeFirstWrite = beforeFirstWrite;
    }

    /**
     * Starts a launch.
     *
     * @param granule bytes of its smallest global access
     * @param kernel what is launched
     * @param keepReads whether to keep what exactly is read for {@link #take}, and not only what is written
     * @param overlapped what grids did that the launch may overlap, or null
     */
    public synchronized void begin(int granule, Object kernel, boolean keepReads, EarlierAccesses overlapped) {
        earlier = overlapped;
        exactReads = keepReads ? new AtomicReferenceArray<>(pages.length()) : null;
        shift = Integer.numberOfTrailingZeros(granule);
        for (int page : touched) {
            pages.set(page, null);
        }
        touched.clear();
        for (int i = 0; i < read.length(); i++) {
            read.setPlain(i, 0);
        }
        BitSet known = readFirst.get(kernel);
        if (known != null) {
            known.stream().forEach(this::record);
        }
    }

    /**
     * Whether pages were written in this launch that were read before they had a record. If so they are remembered for the
     * next launches of the kernel.
     */
    public synchronized boolean incomplete(Object kernel) {
        boolean found = false;
        for (int page : touched) {
            if ((read.get(page >>> 5) >>> page & 1) != 0) {
                found = true;
                readFirst.computeIfAbsent(kernel, key -> new BitSet()).set(page);
            }
        }
        return found;
    }

    /** What the launch that just ended did, or null for nothing; what it only read is part of it if that was kept. */
    public synchronized GlobalFootprint take() {
        AtomicReferenceArray<ReadPage> reads = exactReads != null && anyRead() ? exactReads : null;
        if (touched.isEmpty() && reads == null) {
            return null;
        }
        GlobalPage[] written = new GlobalPage[pages.length()];
        for (int page : touched) {
            written[page] = pages.get(page);
        }
        return new GlobalFootprint(written, reads);
    }

    private boolean anyRead() {
        for (int i = 0; i < read.length(); i++) {
            if (read.getPlain(i) != 0) {
                return true;
            }
        }
        return false;
    }

    private void noteExactRead(
            int index,
            int block,
            int warp,
            int firstLane,
            WarpClock clock,
            int access,
            long from,
            int laneShift,
            long start,
            long end) {
        ReadPage page = exactReads.get(index);
        if (page == null) {
            ReadPage created = new ReadPage((long) index * PAGE, shift);
            page = exactReads.compareAndSet(index, null, created) ? created : exactReads.get(index);
        }
        page.note(block, warp, firstLane, clock.now(), access, from, laneShift, start, end);
    }

    private synchronized GlobalPage record(int page) {
        GlobalPage existing = pages.get(page);
        if (existing != null) {
            return existing;
        }
        beforeFirstWrite.accept(page);
        GlobalPage created = new GlobalPage((long) page * PAGE, shift);
        pages.set(page, created);
        touched.add(page);
        return created;
    }

    /** Lanes read a range that lies in one piece, so many bytes each; see {@link SharedRaces#read}. */
    public void read(
            int block,
            int warp,
            int firstLane,
            int lanes,
            WarpClock clock,
            int access,
            long from,
            int each,
            RaceListener tell) {
        if (earlier != null) {
            earlier.check(firstLane, lanes, clock, access, from, each, false, tell);
        }
        long end = from + (long) lanes * each;
        int laneShift = laneShift(lanes, each);
        for (long at = from; at < end; at = (at | PAGE - 1) + 1) {
            int index = (int) (at / PAGE);
            GlobalPage page = pages.get(index);
            if (page == null) {
                noteRead(index);
                if (exactReads != null) {
                    long until = Math.min(end, (index + 1L) * PAGE);
                    noteExactRead(index, block, warp, firstLane, clock, access, from, laneShift, at, until);
                }
                continue;
            }
            page.read(
                    block,
                    warp,
                    firstLane,
                    clock,
                    access,
                    from,
                    laneShift,
                    at,
                    Math.min(end, (index + 1L) * PAGE),
                    tell);
        }
    }

    /** Lanes write a range that lies in one piece, so many bytes each; see {@link SharedRaces#write}. */
    public void write(
            int block,
            int warp,
            int firstLane,
            int lanes,
            WarpClock clock,
            int access,
            long from,
            int each,
            RaceListener tell) {
        if (earlier != null) {
            earlier.check(firstLane, lanes, clock, access, from, each, true, tell);
        }
        long end = from + (long) lanes * each;
        int laneShift = laneShift(lanes, each);
        for (long at = from; at < end; at = (at | PAGE - 1) + 1) {
            int index = (int) (at / PAGE);
            GlobalPage page = pages.get(index);
            if (page == null) {
                page = record(index);
            }
            page.write(
                    block,
                    warp,
                    firstLane,
                    clock,
                    access,
                    from,
                    laneShift,
                    at,
                    Math.min(end, (index + 1L) * PAGE),
                    tell);
        }
    }

    /**
     * An asynchronous operation that a lane starts writes a range.
     *
     * @param agent in whose name it writes
     * @param stamp clock of the agent at which the write is over
     */
    public void writeAsync(
            int block,
            int agent,
            int stamp,
            int lane,
            WarpClock clock,
            int access,
            long from,
            int count,
            RaceListener tell) {
        if (earlier != null) {
            earlier.check(lane, 1, clock, access, from, count, true, tell);
        }
        long end = from + count;
        for (long at = from; at < end; at = (at | PAGE - 1) + 1) {
            int index = (int) (at / PAGE);
            GlobalPage page = pages.get(index);
            if (page == null) {
                page = record(index);
            }
            page.writeAsync(block, agent, stamp, lane, clock, access, at, Math.min(end, (index + 1L) * PAGE), tell);
        }
    }

    /** Whether every page of a range is unwritten so far, and then notes the read; the cheap case for whole requests. */
    public boolean readUnwritten(long from, long count) {
        if (isDependent()) {
            return false;
        }
        int first = (int) (from / PAGE);
        int last = (int) ((from + count - 1) / PAGE);
        for (int index = first; index <= last; index++) {
            if (pages.get(index) != null) {
                return false;
            }
        }
        for (int index = first; index <= last; index++) {
            noteRead(index);
        }
        return true;
    }

    /**
     * Lanes read, each a range of its own that lies in one page or two: the same as {@link #read} for one after the other, but
     * neighbors that read the same page nobody wrote cost one look at it.
     *
     * @param mask the lanes
     * @param from for each lane, the offset of its first byte
     * @param each bytes of each lane
     */
    public void readLanes(
            int block, int warp, int mask, WarpClock clock, int access, int[] from, int each, RaceListener tell) {
        int unwritten = -1;
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            int first = from[lane] / PAGE;
            if (first == unwritten && (from[lane] + each - 1) / PAGE == first) {
                continue;
            }
            read(block, warp, lane, 1, clock, access, from[lane], each, tell);
            unwritten = pages.get(first) == null && !isDependent() ? first : -1;
        }
    }

    /** Whether every single read matters: grids before the current one or behind it may overlap it. */
    private boolean isDependent() {
        return earlier != null || exactReads != null;
    }

    /** A lane has a power of two of bytes, unless there is only one lane. */
    private static int laneShift(int lanes, int each) {
        return lanes == 1 ? GlobalPage.ONE_LANE : Integer.numberOfTrailingZeros(each);
    }

    private void noteRead(int index) {
        int bit = 1 << index;
        if ((read.getPlain(index >>> 5) & bit) == 0) {
            read.getAndUpdate(index >>> 5, flags -> flags | bit);
        }
    }
}
