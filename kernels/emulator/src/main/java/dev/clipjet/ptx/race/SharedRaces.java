package dev.clipjet.ptx.race;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Who last wrote and who read each granule of a block's shared memory. The granule is the smallest access that the kernel makes
 * to shared memory, so two accesses meet in a granule exactly where they share a byte.
 */
public final class SharedRaces {
    private static final long PENDING = 1L << 63;

    private final int shift;
    /** {@code (pending << 63) | thread << 32 | clock}, 0 for nobody. */
    private final long[] writer;

    private final int[] writerPc;
    /** Warps that read since the last write. */
    private final int[] readerWarps;
    /** For each warp: {@code clock << 32 | lanes} of its latest read. */
    private final long[][] readers;

    private final int[][] readerPc;
    /** For each warp: the read before the latest, for the lanes that the latest does not repeat. */
    private final long[][] previous;
    /** Reads before that by yet other lanes: key is granule * 32 + warp. Rare. */
    private final Map<Long, long[]> earlier = new HashMap<>();

    /**
     * A block's memory, untouched.
     *
     * @param bytes its size
     * @param granule smallest access, a power of two
     * @param warps warps of the block
     */
    public SharedRaces(int bytes, int granule, int warps) {
        shift = Integer.numberOfTrailingZeros(granule);
        int n = (bytes + granule - 1) >>> shift;
        writer = new long[n];
        writerPc = new int[n];
        readerWarps = new int[n];
        readers = new long[warps][n];
        readerPc = new int[warps][n];
        previous = new long[warps][];
    }

    /** Forgets everything. */
    public void clear() {
        Arrays.fill(writer, 0);
        Arrays.fill(readerWarps, 0);
        earlier.clear();
    }

    /**
     * A lane reads a range.
     *
     * @param warp the warp
     * @param lane the lane
     * @param clock the warp's clock
     * @param pc tag of the access, see {@link Strength}
     * @param from offset of the first byte
     * @param count bytes
     * @param tell listener for what is wrong
     */
    public void read(int warp, int lane, WarpClock clock, int pc, int from, int count, RaceListener tell) {
        VectorClock known = clock.known(lane);
        long mine = (long) clock.now() << 32 | 1L << lane;
        long[] read = readers[warp];
        int[] readPc = readerPc[warp];
        int warpBit = 1 << warp;
        int last = (from + count - 1) >>> shift;
        for (int g = from >>> shift; g <= last; g++) {
            long w = writer[g];
            if (w != 0) {
                checkWriter(w, g, pc, warp, lane, known, false, tell);
            }
            if ((readerWarps[g] & warpBit) == 0) {
                readerWarps[g] |= warpBit;
                read[g] = mine;
                if (previous[warp] != null) {
                    previous[warp][g] = 0;
                }
            } else if (read[g] >>> 32 == mine >>> 32) {
                read[g] |= mine;
            } else {
                keepPrevious(g, warp, read[g]);
                read[g] = mine;
            }
            readPc[g] = pc;
        }
    }

    /** A lane writes a range; see {@link #read}. */
    public void write(int warp, int lane, WarpClock clock, int pc, int from, int count, RaceListener tell) {
        claim(warp, lane, clock, pc, from, count, tell, (long) (warp << 5 | lane) << 32 | clock.now());
    }

    /** A lane starts an asynchronous copy to a range, which stays pending until {@link #landed}. */
    public void startCopy(int warp, int lane, WarpClock clock, int pc, int from, int count, RaceListener tell) {
        claim(warp, lane, clock, pc, from, count, tell, PENDING | (long) (warp << 5 | lane) << 32 | clock.now());
    }

    /** A copy has landed, and counts as a write by a lane at its present clock. */
    public void landed(int warp, int lane, WarpClock clock, int from, int count) {
        long mine = (long) (warp << 5 | lane) << 32 | clock.now();
        int last = (from + count - 1) >>> shift;
        for (int g = from >>> shift; g <= last; g++) {
            if (writer[g] < 0) {
                writer[g] = mine;
            }
        }
    }

    /** A copy has landed and everybody who knows of its completion is ordered after it: nothing is left to order. */
    public void landedForAll(int from, int count) {
        int last = (from + count - 1) >>> shift;
        for (int g = from >>> shift; g <= last; g++) {
            if (writer[g] < 0) {
                writer[g] = 0;
            }
        }
    }

    private void claim(int warp, int lane, WarpClock clock, int pc, int from, int count, RaceListener tell, long mark) {
        VectorClock known = clock.known(lane);
        int last = (from + count - 1) >>> shift;
        for (int g = from >>> shift; g <= last; g++) {
            long w = writer[g];
            if (w != 0) {
                checkWriter(w, g, pc, warp, lane, known, true, tell);
            }
            if (readerWarps[g] != 0) {
                checkReaders(g, pc, warp, lane, known, tell);
                readerWarps[g] = 0;
            }
            writer[g] = mark;
            writerPc[g] = pc;
        }
    }

    private void checkWriter(long w, int g, int tag, int warp, int lane, VectorClock known, boolean write, RaceListener tell) {
        int thread = (int) (w >>> 32) & 0x3ff;
        if (w < 0) {
            tell.pending((long) g << shift, lane, write, thread, Strength.pc(writerPc[g]));
            return;
        }
        if (thread != (warp << 5 | lane)
                && !known.knows(thread >>> 5, thread & 31, (int) w)
                && !Strength.together(tag, writerPc[g], true)) {
            tell.race((long) g << shift, lane, write, -1, thread, Strength.pc(writerPc[g]), true);
        }
    }

    private void checkReaders(int g, int tag, int warp, int lane, VectorClock known, RaceListener tell) {
        for (int left = readerWarps[g]; left != 0; left &= left - 1) {
            int reader = Integer.numberOfTrailingZeros(left);
            long latest = readers[reader][g];
            if (checkReader(latest, g, tag, reader, warp, lane, known, tell)) {
                return;
            }
            if (previous[reader] != null
                    && checkReader(previous[reader][g] & ~lanes(latest), g, tag, reader, warp, lane, known, tell)) {
                return;
            }
            if (!earlier.isEmpty()) {
                long[] more = earlier.remove((long) g << 5 | reader);
                if (more != null) {
                    for (long entry : more) {
                        if (checkReader(entry, g, tag, reader, warp, lane, known, tell)) {
                            return;
                        }
                    }
                }
            }
        }
    }

    private static long lanes(long entry) {
        return entry & 0xffff_ffffL;
    }

    /** Tells of the first read in an entry that is not ordered before the write, and returns whether there is one. */
    private boolean checkReader(
            long entry, int g, int tag, int reader, int warp, int lane, VectorClock known, RaceListener tell) {
        int clock = (int) (entry >>> 32);
        int lanes = (int) entry;
        if (reader == warp) {
            lanes &= ~(1 << lane);
        }
        for (int left = lanes; left != 0; left &= left - 1) {
            int other = Integer.numberOfTrailingZeros(left);
            if (!known.knows(reader, other, clock) && !Strength.together(tag, readerPc[reader][g], true)) {
                tell.race(
                        (long) g << shift,
                        lane,
                        true,
                        -1,
                        reader << 5 | other,
                        Strength.pc(readerPc[reader][g]),
                        false);
                return true;
            }
        }
        return false;
    }

    /** Makes room for a new latest read; lanes that neither it nor the one before repeat go to the list. */
    private void keepPrevious(int g, int warp, long latest) {
        if (previous[warp] == null) {
            previous[warp] = new long[writer.length];
        }
        long before = previous[warp][g] & ~lanes(latest);
        previous[warp][g] = latest;
        if (lanes(before) == 0) {
            return;
        }
        long key = (long) g << 5 | warp;
        long[] list = earlier.getOrDefault(key, new long[0]);
        long[] kept = new long[list.length + 1];
        int count = 0;
        for (long old : list) {
            long entry = old & ~lanes(latest) & ~lanes(before);
            if (lanes(entry) != 0) {
                kept[count++] = entry;
            }
        }
        kept[count++] = before;
        earlier.put(key, Arrays.copyOf(kept, count));
    }
}
