package dev.clipjet.ptx.race;

/**
 * Who read each granule of a page of global memory that its launch does not write. Of several reads of a granule it keeps the one
 * at the greatest clock, which is the last to be covered by a fence, and the one at the greatest clock by another warp of any block,
 * as often only one warp has a fence. Ties go to the first block and in it to the last thread, as it is mostly the first that has the
 * fence; so the choice does not depend on the host's threads.
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
    /** {@code clock << 37 | ~block << 15 | thread << 5 | strength}, as an unsigned number; 0 for nobody. */
    private final long[] reader;

    private final int[] pc;
    /** The same by a warp of another index in its block. */
    private final long[] other;

    private final int[] otherPc;

    ReadPage(long base, int shift) {
        this.base = base;
        this.shift = shift;
        reader = new long[GlobalRaces.PAGE >>> shift];
        pc = new int[reader.length];
        other = new long[reader.length];
        otherPc = new int[reader.length];
    }

    /** Lanes read the part of a range that lies in this page; see {@link GlobalPage#read}. */
    synchronized void note(
            int block, int warp, int firstLane, int clock, int access, long from, int laneShift, long start, long end) {
        long mark = (long) clock << CLOCK_SHIFT | (long) (~block & BLOCK_MASK) << BLOCK_SHIFT | Strength.of(access);
        int at = Strength.pc(access);
        for (long each = start; each < end; each += 1L << shift) {
            int g = (int) (each - base) >>> shift;
            int thread = warp << 5 | firstLane + (int) (each - from >>> laneShift);
            note(g, warp, mark | (long) thread << THREAD_SHIFT, at);
        }
    }

    private void note(int g, int warp, long mine, int at) {
        long most = reader[g];
        int order = Long.compareUnsigned(mine, most);
        boolean same = thread(most) >>> 5 == warp;
        if (order > 0) {
            if (most != 0 && !same) {
                other[g] = most;
                otherPc[g] = pc[g];
            }
            reader[g] = mine;
            pc[g] = at;
        } else if (order == 0) {
            pc[g] = Math.min(pc[g], at);
        } else if (!same) {
            int second = Long.compareUnsigned(mine, other[g]);
            if (second >= 0) {
                otherPc[g] = second > 0 ? at : Math.min(otherPc[g], at);
                other[g] = mine;
            }
        }
    }

    private static int thread(long mark) {
        return (int) (mark >>> THREAD_SHIFT) & THREAD_MASK;
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
            if (tellConflict(reader[g], pc[g], g, part, lane, known, access, tell)
                    || tellConflict(other[g], otherPc[g], g, part, lane, known, access, tell)) {
                return true;
            }
        }
        return false;
    }

    private boolean tellConflict(
            long mark,
            int at,
            int g,
            EarlierAccesses.Part part,
            int lane,
            VectorClock known,
            int access,
            RaceListener tell) {
        int strength = (int) mark & STRENGTH_MASK;
        int block = ~(int) (mark >>> BLOCK_SHIFT) & BLOCK_MASK;
        if (mark == 0
                || Strength.compatible(strength, Strength.of(access), false, false)
                || part.isOver(known, block, thread(mark), (int) (mark >>> CLOCK_SHIFT))) {
            return false;
        }
        int theirs = at | strength << Strength.SHIFT;
        long place = base + ((long) g << shift);
        tell.unfinished(place, lane, true, known.prerequisitesOver(), part.grid(), block, thread(mark), theirs, false);
        return true;
    }
}
