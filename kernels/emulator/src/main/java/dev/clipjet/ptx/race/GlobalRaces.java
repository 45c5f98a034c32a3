package dev.clipjet.ptx.race;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Who last wrote and who read each granule of an allocation during one launch. Most global memory is only read; its pages cost
 * one flag. A page gets a full record when it is first written; if it had been read before that, the record is incomplete,
 * and {@link #incomplete} says so: the launch must then be repeated with {@link #record} called for such pages first.
 */
public final class GlobalRaces {
    /** Bytes of a page. */
    public static final int PAGE = 4096;

    private final AtomicReferenceArray<GlobalPage> pages;
    /** Pages read before they had a record. */
    private final AtomicIntegerArray read;

    private final List<Integer> touched = new ArrayList<>();
    private int shift = 2;

    /**
     * Nothing accessed.
     *
     * @param bytes size of the allocation
     */
    public GlobalRaces(long bytes) {
        int n = Math.toIntExact((bytes + PAGE - 1) / PAGE);
        pages = new AtomicReferenceArray<>(n);
        read = new AtomicIntegerArray((n + 31) >>> 5);
    }

    /** Starts a launch whose smallest global access has so many bytes. */
    public synchronized void begin(int granule) {
        shift = Integer.numberOfTrailingZeros(granule);
        for (int page : touched) {
            pages.set(page, null);
        }
        touched.clear();
        for (int i = 0; i < read.length(); i++) {
            read.setPlain(i, 0);
        }
    }

    /** Gives a page its record from the start. */
    public synchronized GlobalPage record(int page) {
        GlobalPage existing = pages.get(page);
        if (existing != null) {
            return existing;
        }
        GlobalPage created = new GlobalPage(PAGE >>> shift);
        pages.set(page, created);
        touched.add(page);
        return created;
    }

    /** Pages written in this launch that were read before they had a record. */
    public synchronized List<Integer> incomplete() {
        List<Integer> found = new ArrayList<>();
        for (int page : touched) {
            if ((read.get(page >>> 5) >>> page & 1) != 0) {
                found.add(page);
            }
        }
        return found;
    }

    /** A thread reads a range; see {@link SharedRaces#read}. */
    public void read(int block, int warp, int lane, WarpClock clock, int pc, long from, int count, RaceListener tell) {
        long end = from + count;
        for (long at = from; at < end; at = (at | PAGE - 1) + 1) {
            int index = (int) (at / PAGE);
            GlobalPage page = pages.get(index);
            if (page == null) {
                int bit = 1 << index;
                if ((read.getPlain(index >>> 5) & bit) == 0) {
                    read.getAndUpdate(index >>> 5, flags -> flags | bit);
                }
                continue;
            }
            long base = (long) index * PAGE;
            int first = (int) (at - base) >>> shift;
            int last = (int) (Math.min(end, base + PAGE) - 1 - base) >>> shift;
            page.read(block, warp, lane, clock, pc, first, last, base, shift, tell);
        }
    }

    /** A thread writes a range; see {@link SharedRaces#write}. */
    public void write(int block, int warp, int lane, WarpClock clock, int pc, long from, int count, RaceListener tell) {
        long end = from + count;
        for (long at = from; at < end; at = (at | PAGE - 1) + 1) {
            int index = (int) (at / PAGE);
            GlobalPage page = pages.get(index);
            if (page == null) {
                page = record(index);
            }
            long base = (long) index * PAGE;
            int first = (int) (at - base) >>> shift;
            int last = (int) (Math.min(end, base + PAGE) - 1 - base) >>> shift;
            page.write(block, warp, lane, clock, pc, first, last, base, shift, tell);
        }
    }

    /** Whether every page of a range is unwritten so far, and then notes the read; the cheap case for whole requests. */
    public boolean readUnwritten(long from, long count) {
        int first = (int) (from / PAGE);
        int last = (int) ((from + count - 1) / PAGE);
        for (int index = first; index <= last; index++) {
            if (pages.get(index) != null) {
                return false;
            }
        }
        for (int index = first; index <= last; index++) {
            int bit = 1 << index;
            if ((read.getPlain(index >>> 5) & bit) == 0) {
                read.getAndUpdate(index >>> 5, flags -> flags | bit);
            }
        }
        return true;
    }

    /** Whether the granule at an offset was written in this launch. */
    public boolean written(long offset) {
        GlobalPage page = pages.get((int) (offset / PAGE));
        return page != null && page.written((int) (offset % PAGE) >>> shift);
    }

    /** The record of one page. */
    public static final class GlobalPage {
        /** {@code thread << 32 | clock}, 0 for nobody; a thread is {@code block << 10 | warp << 5 | lane}. */
        private final long[] writer;

        private final int[] writerPc;
        /** The first reader since the last write, as above; 0 for nobody. */
        private final long[] reader;

        private final int[] readerPc;
        /** Further readers: triples of reader, program counter. */
        private final Map<Integer, List<long[]>> more = new HashMap<>();

        GlobalPage(int granules) {
            writer = new long[granules];
            writerPc = new int[granules];
            reader = new long[granules];
            readerPc = new int[granules];
        }

        synchronized boolean written(int granule) {
            return writer[granule] != 0;
        }

        synchronized void read(
                int block,
                int warp,
                int lane,
                WarpClock clock,
                int pc,
                int first,
                int last,
                long base,
                int shift,
                RaceListener tell) {
            int thread = block << 10 | warp << 5 | lane;
            long mine = (long) thread << 32 | clock.now();
            VectorClock known = clock.known(lane);
            for (int g = first; g <= last; g++) {
                long w = writer[g];
                if (w != 0 && !ordered(w, thread, known) && !together(pc, writerPc[g], w, block)) {
                    int other = (int) (w >>> 32);
                    int place = Strength.pc(writerPc[g]);
                    tell.race(base + ((long) g << shift), lane, false, other >>> 10, other & 0x3ff, place, true);
                }
                long r = reader[g];
                if (r == 0 || r >>> 32 == mine >>> 32) {
                    reader[g] = mine;
                    readerPc[g] = pc;
                } else {
                    List<long[]> list = more.computeIfAbsent(g, key -> new ArrayList<>());
                    list.removeIf(entry -> entry[0] >>> 32 == mine >>> 32);
                    list.add(new long[] {mine, pc});
                }
            }
        }

        synchronized void write(
                int block,
                int warp,
                int lane,
                WarpClock clock,
                int pc,
                int first,
                int last,
                long base,
                int shift,
                RaceListener tell) {
            int thread = block << 10 | warp << 5 | lane;
            long mine = (long) thread << 32 | clock.now();
            VectorClock known = clock.known(lane);
            for (int g = first; g <= last; g++) {
                long w = writer[g];
                if (w != 0 && !ordered(w, thread, known) && !together(pc, writerPc[g], w, block)) {
                    int other = (int) (w >>> 32);
                    int place = Strength.pc(writerPc[g]);
                    tell.race(base + ((long) g << shift), lane, true, other >>> 10, other & 0x3ff, place, true);
                }
                long r = reader[g];
                if (r != 0) {
                    checkReader(r, readerPc[g], g, pc, thread, lane, known, base, shift, tell);
                    reader[g] = 0;
                    List<long[]> list = more.remove(g);
                    if (list != null) {
                        for (long[] entry : list) {
                            checkReader(entry[0], (int) entry[1], g, pc, thread, lane, known, base, shift, tell);
                        }
                    }
                }
                writer[g] = mine;
                writerPc[g] = pc;
            }
        }

        private static void checkReader(
                long r,
                int readTag,
                int g,
                int tag,
                int thread,
                int lane,
                VectorClock known,
                long base,
                int shift,
                RaceListener tell) {
            if (!ordered(r, thread, known) && !together(tag, readTag, r, thread >>> 10)) {
                int other = (int) (r >>> 32);
                int place = Strength.pc(readTag);
                tell.race(base + ((long) g << shift), lane, true, other >>> 10, other & 0x3ff, place, false);
            }
        }

        private static boolean together(int tag, int other, long entry, int block) {
            return Strength.together(tag, other, (int) (entry >>> 42) == block);
        }

        private static boolean ordered(long entry, int thread, VectorClock known) {
            int other = (int) (entry >>> 32);
            return other == thread || known.knows(other >>> 10, other >>> 5 & 31, other & 31, (int) entry);
        }
    }
}
