package dev.clipjet.ptx.race;

import java.util.Arrays;

/**
 * Who read each granule of a page of global memory that its launch does not write. Of several reads of a granule it keeps the one
 * at the greatest clock, which is the last to be covered by a fence; ties go to the first thread, so that the choice does not
 * depend on the host's threads.
 */
final class ReadPage {
    private static final int CLOCK_SHIFT = 37;
    private static final int BLOCK_SHIFT = 15;
    private static final int BLOCK_MASK = (1 << CLOCK_SHIFT - BLOCK_SHIFT) - 1;
    private static final int THREAD_SHIFT = 5;
    private static final int THREAD_MASK = (1 << BLOCK_SHIFT - THREAD_SHIFT) - 1;
    private static final int STRENGTH_MASK = (1 << THREAD_SHIFT) - 1;

    private final long base;
    private final int shift;
    /** {@code clock << 37 | ~block << 15 | ~thread << 5 | strength}, as an unsigned number; 0 for nobody. */
    private final long[] reader;

    private final int[] pc;

    ReadPage(long base, int shift) {
        this.base = base;
        this.shift = shift;
        reader = new long[GlobalRaces.PAGE >>> shift];
        pc = new int[reader.length];
        Arrays.fill(pc, Integer.MAX_VALUE);
    }

    /** Lanes read the part of a range that lies in this page; see {@link GlobalPage#read}. */
    synchronized void note(
            int block, int warp, int firstLane, int clock, int access, long from, int laneShift, long start, long end) {
        long mark = (long) clock << CLOCK_SHIFT | (long) (~block & BLOCK_MASK) << BLOCK_SHIFT | Strength.of(access);
        int at = Strength.pc(access);
        for (long each = start; each < end; each += 1L << shift) {
            int g = (int) (each - base) >>> shift;
            int thread = warp << 5 | firstLane + (int) (each - from >>> laneShift);
            long mine = mark | (long) (~thread & THREAD_MASK) << THREAD_SHIFT;
            int order = Long.compareUnsigned(mine, reader[g]);
            if (order > 0 || order == 0 && at < pc[g]) {
                reader[g] = mine;
                pc[g] = at;
            }
        }
    }

    /** Tells of the first read that conflicts with a write by the current grid; see {@link GlobalPage#tellConflict}. */
    synchronized boolean tellConflict(
            EarlierAccesses.Part part,
            int lane,
            VectorClock known,
            int access,
            long start,
            long end,
            RaceListener tell) {
        int last = (int) (end - 1 - base) >>> shift;
        for (int g = (int) (start - base) >>> shift; g <= last; g++) {
            long mark = reader[g];
            int strength = (int) mark & STRENGTH_MASK;
            int block = ~(int) (mark >>> BLOCK_SHIFT) & BLOCK_MASK;
            int thread = ~(int) (mark >>> THREAD_SHIFT) & THREAD_MASK;
            if (mark != 0
                    && !Strength.compatible(strength, Strength.of(access), false, false)
                    && !part.isOver(known, block, thread, (int) (mark >>> CLOCK_SHIFT))) {
                int theirs = pc[g] | strength << Strength.SHIFT;
                tell.unfinished(
                        base + ((long) g << shift),
                        lane,
                        true,
                        known.prerequisitesOver(),
                        part.grid(),
                        block,
                        thread,
                        theirs,
                        false);
                return true;
            }
        }
        return false;
    }
}
