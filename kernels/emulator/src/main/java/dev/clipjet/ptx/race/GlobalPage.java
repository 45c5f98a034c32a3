package dev.clipjet.ptx.race;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who last wrote and who read each granule of one page of global memory. */
final class GlobalPage {
    private static final int CLOCK_BITS = 27;
    private static final int CLOCK_MASK = (1 << CLOCK_BITS) - 1;
    private static final int AGENT_MASK = (1 << Agents.THREAD_BITS) - 1;
    private static final int BLOCK_SHIFT = CLOCK_BITS + Agents.THREAD_BITS;

    /**
     * Reads by lanes of a warp at one clock.
     *
     * @param warp {@code block << 6 | warp}
     * @param mark {@code strength << 59 | clock << 32 | lanes}
     * @param pc program counter
     */
    private record Reads(int warp, long mark, int pc) {}

    /** As the logarithm of the bytes of a lane: one lane has it all. */
    static final int ONE_LANE = 62;

    private final long base;
    private final int shift;
    /** {@code block << 39 | agent << 27 | clock}, 0 for nobody. */
    private final long[] writer;

    private final int[] writerAccess;
    /** The first warp that read since the last write: {@code block << 6 | warp}, plus one. */
    private final int[] readerWarp;
    /** {@code strength << 59 | clock << 32 | lanes}. */
    private final long[] readerMark;

    private final int[] readerPc;
    /** Further reads by granule, then by warp. */
    private final Map<Integer, Map<Integer, List<Reads>>> more = new HashMap<>();
    /** Strong writes that a further strong write followed without order: pairs of writer and access, by granule. */
    private final Map<Integer, List<long[]>> strongWriters = new HashMap<>();

    GlobalPage(long base, int shift) {
        this.base = base;
        this.shift = shift;
        int granules = GlobalRaces.PAGE >>> shift;
        writer = new long[granules];
        writerAccess = new int[granules];
        readerWarp = new int[granules];
        readerMark = new long[granules];
        readerPc = new int[granules];
    }

    /**
     * Lanes read the part of a range that lies in this page. The range begins at {@code from}; a lane has 2 to the power of {@code
     * laneShift} bytes of it.
     */
    synchronized void read(
            int block,
            int warp,
            int firstLane,
            WarpClock clock,
            int access,
            long from,
            int laneShift,
            long start,
            long end,
            RaceListener tell) {
        int strength = Strength.of(access);
        // Whether what a load without coherence reads was written in order does not matter.
        boolean coherent = !Strength.isNonCoherent(strength);
        for (long at = start; at < end; at += 1L << shift) {
            int g = (int) (at - base) >>> shift;
            int lane = firstLane + (int) (at - from >>> laneShift);
            long w = writer[g];
            if (w != 0 && !(coherent && plainlyOrdered(w, g, block, clock.known(lane)))) {
                checkWriter(w, g, block, warp << 5 | lane, lane, clock.known(lane), access, false, tell);
            }
            noteRead(g, block << 6 | warp, (long) strength << 59 | (long) clock.now() << 32 | 1L << lane, access);
        }
    }

    /** Lanes write the part of a range that lies in this page; see {@link #read}. */
    synchronized void write(
            int block,
            int warp,
            int firstLane,
            WarpClock clock,
            int access,
            long from,
            int laneShift,
            long start,
            long end,
            RaceListener tell) {
        for (long at = start; at < end; at += 1L << shift) {
            int lane = firstLane + (int) (at - from >>> laneShift);
            int self = warp << 5 | lane;
            claim(at, block, self, self, clock.now(), lane, clock.known(lane), access, tell);
        }
    }

    synchronized void writeAsync(
            int block,
            int agent,
            int stamp,
            int lane,
            WarpClock clock,
            int access,
            long start,
            long end,
            RaceListener tell) {
        for (long at = start; at < end; at += 1L << shift) {
            claim(at, block, clock.warp() << 5 | lane, agent, stamp, lane, clock.known(lane), access, tell);
        }
    }

    /** An operation that a lane starts, and that another record keeps, reads: tells of writes that are not in order before it. */
    synchronized void checkRead(
            int block, int lane, WarpClock clock, int access, long start, long end, RaceListener tell) {
        VectorClock known = clock.known(lane);
        for (long at = start; at < end; at += 1L << shift) {
            int g = (int) (at - base) >>> shift;
            long w = writer[g];
            if (w != 0 && !plainlyOrdered(w, g, block, known)) {
                checkWriter(w, g, block, clock.warp() << 5 | lane, lane, known, access, false, tell);
            }
        }
    }

    /** The same where it writes: tells of all that is not in order before it, and forgets it. */
    synchronized void handOver(
            int block, int lane, WarpClock clock, int access, long start, long end, RaceListener tell) {
        for (long at = start; at < end; at += 1L << shift) {
            int g = (int) (at - base) >>> shift;
            checkClaim(g, block, clock.warp() << 5 | lane, lane, clock.known(lane), access, tell);
            writer[g] = 0;
            writerAccess[g] = 0;
            strongWriters.remove(g);
        }
    }

    private void claim(
            long at,
            int block,
            int self,
            int agent,
            int stamp,
            int lane,
            VectorClock known,
            int access,
            RaceListener tell) {
        int g = (int) (at - base) >>> shift;
        checkClaim(g, block, self, lane, known, access, tell);
        writer[g] = (long) block << BLOCK_SHIFT | (long) agent << CLOCK_BITS | stamp;
        writerAccess[g] = access;
    }

    /** Tells of what is not in order before a write, and forgets the reads. */
    private void checkClaim(int g, int block, int self, int lane, VectorClock known, int access, RaceListener tell) {
        long w = writer[g];
        if (w != 0 && !plainlyOrdered(w, g, block, known)) {
            checkWriter(w, g, block, self, lane, known, access, true, tell);
            keepStrong(g, w, block, self, known, access, tell);
        }
        if (readerWarp[g] != 0) {
            int first = readerWarp[g] - 1;
            readerWarp[g] = 0;
            Map<Integer, List<Reads>> others = more.remove(g);
            checkAndKeep(first, readerMark[g], readerPc[g], g, block, self, lane, known, access, tell);
            if (others != null) {
                for (List<Reads> list : others.values()) {
                    for (Reads reads : list) {
                        checkAndKeep(reads.warp, reads.mark, reads.pc, g, block, self, lane, known, access, tell);
                    }
                }
            }
        }
    }

    /** Tells of reads that race with a write, and remembers those that do not because both are strong: a weak write may follow. */
    private void checkAndKeep(
            int theirWarp,
            long mark,
            int pc,
            int g,
            int block,
            int self,
            int lane,
            VectorClock known,
            int access,
            RaceListener tell) {
        boolean told = checkReads(theirWarp, mark, pc, g, block, self, lane, known, access, tell);
        if (told || !Strength.isStrong((int) (mark >>> 59)) || !Strength.isStrong(Strength.of(access))) {
            return;
        }
        int clock = (int) (mark >>> 32) & CLOCK_MASK;
        int left = 0;
        for (int lanes = (int) mark; lanes != 0; lanes &= lanes - 1) {
            int reader = Integer.numberOfTrailingZeros(lanes);
            boolean own = theirWarp >>> 6 == block && ((theirWarp & 63) << 5 | reader) == self;
            if (!own && !known.knows(theirWarp >>> 6, theirWarp & 63, reader, clock)) {
                left |= 1 << reader;
            }
        }
        if (left != 0) {
            noteRead(g, theirWarp, mark & ~0xffff_ffffL | left & 0xffff_ffffL, pc);
        }
    }

    /** Whether a write was a weak one of the own block, and everything its warp did until then is known. */
    private boolean plainlyOrdered(long w, int g, int block, VectorClock known) {
        return (int) (w >>> BLOCK_SHIFT) == block
                && Strength.of(writerAccess[g]) == 0
                && ((int) w & CLOCK_MASK) <= known.base()[agent(w) >>> 5];
    }

    private void noteRead(int g, int warp, long mark, int access) {
        int pc = Strength.pc(access);
        if (readerWarp[g] == 0) {
            readerWarp[g] = warp + 1;
            readerMark[g] = mark;
            readerPc[g] = pc;
            return;
        }
        if (readerWarp[g] == warp + 1 && readerMark[g] >>> 32 == mark >>> 32) {
            readerMark[g] |= mark;
            return;
        }
        List<Reads> list =
                more.computeIfAbsent(g, key -> new HashMap<>()).computeIfAbsent(warp, key -> new ArrayList<>(2));
        long lanes = mark & 0xffff_ffffL;
        for (int i = list.size() - 1; i >= 0; i--) {
            Reads old = list.get(i);
            if (old.mark >>> 32 == mark >>> 32) {
                list.set(i, new Reads(warp, old.mark | mark, pc));
                return;
            }
            if (old.mark >>> 59 == mark >>> 59) {
                long left = old.mark & ~lanes;
                if ((left & 0xffff_ffffL) == 0) {
                    list.remove(i);
                } else {
                    list.set(i, new Reads(warp, left, old.pc));
                }
            }
        }
        list.add(new Reads(warp, mark, pc));
    }

    private static boolean ordered(long w, int block, int self, VectorClock known) {
        int otherBlock = (int) (w >>> BLOCK_SHIFT);
        int agent = (int) (w >>> CLOCK_BITS) & AGENT_MASK;
        return otherBlock == block && agent == self
                || known.knows(otherBlock, agent >>> 5, agent & 31, (int) w & CLOCK_MASK);
    }

    private void checkWriter(
            long w,
            int g,
            int block,
            int self,
            int lane,
            VectorClock known,
            int access,
            boolean write,
            RaceListener tell) {
        if (Strength.isNonCoherent(Strength.of(access))) {
            tell.nonCoherent(offset(g), lane, false, (int) (w >>> BLOCK_SHIFT), agent(w), writerAccess[g]);
            return;
        }
        if (racesWith(w, g, lane, writerAccess[g], block, self, known, access, tell)) {
            tell.race(offset(g), lane, write, (int) (w >>> BLOCK_SHIFT), agent(w), writerAccess[g], true);
        }
        if (Strength.isStrong(Strength.of(writerAccess[g])) && !strongWriters.isEmpty()) {
            for (long[] entry : strongWriters.getOrDefault(g, List.of())) {
                if (racesWith(entry[0], g, lane, (int) entry[1], block, self, known, access, tell)) {
                    int other = (int) (entry[0] >>> BLOCK_SHIFT);
                    tell.race(offset(g), lane, write, other, agent(entry[0]), (int) entry[1], true);
                    return;
                }
            }
        }
    }

    private boolean racesWith(
            long w,
            int g,
            int lane,
            int theirs,
            int block,
            int self,
            VectorClock known,
            int access,
            RaceListener tell) {
        if (ordered(w, block, self, known)) {
            return false;
        }
        int other = (int) (w >>> BLOCK_SHIFT);
        return !Strength.compatible(
                        Strength.of(theirs),
                        Strength.of(access),
                        other == block,
                        other == block || tell.sameCluster(other))
                && !(Strength.isStrong(Strength.of(theirs)) && tell.observed(offset(g), lane, theirs));
    }

    private void keepStrong(int g, long w, int block, int self, VectorClock known, int access, RaceListener tell) {
        if (!Strength.isStrong(Strength.of(writerAccess[g]))) {
            return;
        }
        if (!Strength.isStrong(Strength.of(access))) {
            strongWriters.remove(g);
            tell.overwritesStrong(offset(g), 1 << shift);
        } else if (!ordered(w, block, self, known)) {
            List<long[]> list = strongWriters.computeIfAbsent(g, key -> new ArrayList<>());
            list.removeIf(entry -> entry[0] >>> CLOCK_BITS == w >>> CLOCK_BITS);
            list.add(new long[] {w, writerAccess[g]});
        }
    }

    private boolean checkReads(
            int theirWarp,
            long mark,
            int pc,
            int g,
            int block,
            int self,
            int lane,
            VectorClock known,
            int access,
            RaceListener tell) {
        int other = theirWarp >>> 6;
        int warp = theirWarp & 63;
        int strength = (int) (mark >>> 59);
        int lanes = (int) mark;
        if (Strength.isNonCoherent(strength)) {
            int reader = warp << 5 | Integer.numberOfTrailingZeros(lanes);
            tell.nonCoherent(offset(g), lane, true, other, reader, pc);
            return true;
        }
        int clock = (int) (mark >>> 32) & CLOCK_MASK;
        if (other == block && clock <= known.base()[warp]) {
            return false;
        }
        if (other == block && warp == self >>> 5) {
            lanes &= ~(1 << (self & 31));
        }
        if (lanes == 0
                || Strength.compatible(
                        strength, Strength.of(access), other == block, other == block || tell.sameCluster(other))) {
            return false;
        }
        for (int left = lanes; left != 0; left &= left - 1) {
            int reader = Integer.numberOfTrailingZeros(left);
            if (!known.knows(other, warp, reader, clock)) {
                int theirs = pc | strength << Strength.SHIFT;
                tell.race(offset(g), lane, true, other, warp << 5 | reader, theirs, false);
                return true;
            }
        }
        return false;
    }

    /**
     * Tells of the first access recorded here, by an earlier grid that may still run, that conflicts with one of the current grid.
     *
     * @param part the earlier grid
     * @param start where the part of the current access that lies in this page begins
     * @param end and ends
     * @return whether there is one
     */
    synchronized boolean tellConflict(
            EarlierAccesses.Part part,
            int lane,
            VectorClock known,
            int access,
            long start,
            long end,
            boolean write,
            RaceListener tell) {
        int last = (int) (end - 1 - base) >>> shift;
        for (int g = (int) (start - base) >>> shift; g <= last; g++) {
            if (writer[g] != 0 && tellWriter(part, writer[g], writerAccess[g], g, lane, known, access, write, tell)) {
                return true;
            }
            for (long[] entry :
                    strongWriters.isEmpty() ? List.<long[]>of() : strongWriters.getOrDefault(g, List.of())) {
                if (tellWriter(part, entry[0], (int) entry[1], g, lane, known, access, write, tell)) {
                    return true;
                }
            }
            if (!write || part.readsOver() || readerWarp[g] == 0) {
                continue;
            }
            Reads first = new Reads(readerWarp[g] - 1, readerMark[g], readerPc[g]);
            if (tellReader(part, first, g, lane, known, access, tell)) {
                return true;
            }
            for (List<Reads> list : more.getOrDefault(g, Map.of()).values()) {
                for (Reads reads : list) {
                    if (tellReader(part, reads, g, lane, known, access, tell)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean tellWriter(
            EarlierAccesses.Part part,
            long w,
            int theirs,
            int g,
            int lane,
            VectorClock known,
            int access,
            boolean write,
            RaceListener tell) {
        int block = (int) (w >>> BLOCK_SHIFT);
        if (Strength.compatible(Strength.of(theirs), Strength.of(access), false, false)
                || part.isOver(known, block, agent(w), (int) w & CLOCK_MASK)) {
            return false;
        }
        tell.unfinished(offset(g), lane, write, known.prerequisitesOver(), part.grid(), block, agent(w), theirs, true);
        return true;
    }

    private boolean tellReader(
            EarlierAccesses.Part part, Reads reads, int g, int lane, VectorClock known, int access, RaceListener tell) {
        int strength = (int) (reads.mark >>> 59);
        if (Strength.compatible(strength, Strength.of(access), false, false)) {
            return false;
        }
        int block = reads.warp >>> 6;
        int clock = (int) (reads.mark >>> 32) & CLOCK_MASK;
        for (int left = (int) reads.mark; left != 0; left &= left - 1) {
            int thread = (reads.warp & 63) << 5 | Integer.numberOfTrailingZeros(left);
            if (!part.isOver(known, block, thread, clock)) {
                int theirs = reads.pc | strength << Strength.SHIFT;
                tell.unfinished(
                        offset(g), lane, true, known.prerequisitesOver(), part.grid(), block, thread, theirs, false);
                return true;
            }
        }
        return false;
    }

    private static int agent(long w) {
        return (int) (w >>> CLOCK_BITS) & AGENT_MASK;
    }

    private long offset(int g) {
        return base + ((long) g << shift);
    }
}
