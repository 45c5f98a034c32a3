package dev.clipjet.ptx.race;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who last wrote and who read each granule of a block's shared memory. The granule is the smallest access that the kernel makes
 * to shared memory, so two accesses meet in a granule exactly where they share a byte.
 *
 * <p>An {@code access} is a program counter with its {@link Strength}.
 */
public final class SharedRaces {
    private static final long PENDING = 1L << 63;
    private static final int AGENT_MASK = (1 << Agents.THREAD_BITS) - 1;
    private static final int CLOCK_BITS = 27;

    private final int shift;
    /** Stands for the warp where a thread of another block of the cluster acts. */
    private static final int REMOTE = 63;

    private final int warps;
    private int block;
    /** {@code (pending << 63) | agent << 32 | clock}, 0 for nobody. */
    private final long[] writer;

    private final int[] writerAccess;
    /** Warps that read since the last write, asynchronous agents included. */
    private final long[] readerWarps;
    /** For each warp: {@code strength << 59 | clock << 32 | lanes} of its latest read. */
    private final long[][] readers;

    private final int[][] readerPc;
    /** For each warp: the read before the latest, for the lanes that the latest does not repeat. */
    private final long[][] previous;
    /** Reads before that by yet other lanes: key is granule * 64 + warp. Rare. */
    private final Map<Long, long[]> earlier = new HashMap<>();
    /** Strong writes that a further strong write followed without order: pairs of writer and access, by granule. */
    private final Map<Integer, List<long[]>> strongWriters = new HashMap<>();

    /**
     * A block's memory, untouched.
     *
     * @param bytes its size
     * @param granule smallest access, a power of two
     * @param warps warps of the block
     */
    public SharedRaces(int bytes, int granule, int warps) {
        shift = Integer.numberOfTrailingZeros(granule);
        this.warps = warps;
        int n = (bytes + granule - 1) >>> shift;
        writer = new long[n];
        writerAccess = new int[n];
        readerWarps = new long[n];
        readers = new long[warps + Agents.ASYNC_WARPS][];
        readerPc = new int[warps + Agents.ASYNC_WARPS][];
        previous = new long[warps + Agents.ASYNC_WARPS][];
        for (int warp = 0; warp < warps; warp++) {
            readers[warp] = new long[n];
            readerPc[warp] = new int[n];
        }
    }

    /** Forgets everything; the memory is that of another block, of which the linear index is given. */
    public void clear(int ofBlock) {
        block = ofBlock;
        Arrays.fill(writer, 0);
        Arrays.fill(readerWarps, 0);
        earlier.clear();
        strongWriters.clear();
    }

    /**
     * A lane reads a range.
     *
     * @param warp the warp
     * @param lane the lane
     * @param clock the warp's clock
     * @param access program counter and strength
     * @param from offset of the first byte
     * @param count bytes
     * @param tell listener for what is wrong
     */
    public void read(int warp, int lane, WarpClock clock, int access, int from, int count, RaceListener tell) {
        VectorClock known = clock.known(lane);
        long mine = mine(access, clock.now(), lane);
        int last = (from + count - 1) >>> shift;
        for (int g = from >>> shift; g <= last; g++) {
            long w = writer[g];
            if (w != 0) {
                checkWriter(w, g, warp, lane, known, access, false, tell);
            }
            noteRead(g, warp, mine, access);
        }
    }

    /** A lane writes a range; see {@link #read}. */
    public void write(int warp, int lane, WarpClock clock, int access, int from, int count, RaceListener tell) {
        claim(warp, lane, clock, access, from, count, tell, (long) (warp << 5 | lane) << 32 | clock.now());
    }

    /** A lane starts an asynchronous copy to a range, which stays pending until {@link #landed}. */
    public void startCopy(int warp, int lane, WarpClock clock, int access, int from, int count, RaceListener tell) {
        claim(warp, lane, clock, access, from, count, tell, PENDING | (long) (warp << 5 | lane) << 32 | clock.now());
    }

    /**
     * Lanes read, each a range of its own: the same as {@link #read} for one after the other, but for what is plainly in order a
     * single comparison.
     *
     * @param mask the lanes
     * @param from for each lane, the offset of its first byte
     * @param count bytes of each lane
     */
    public void readLanes(int warp, int mask, WarpClock clock, int access, int[] from, int count, RaceListener tell) {
        VectorClock common = clock.common();
        long warpBit = 1L << warp;
        long stamp = mine(access, clock.now(), 0) >>> 32 << 32;
        long[] read = readers[warp];
        int[] pcs = readerPc[warp];
        int pc = Strength.pc(access);
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            VectorClock known = common == null ? clock.known(lane) : common;
            int[] base = known.base();
            long mine = stamp | 1L << lane;
            int last = (from[lane] + count - 1) >>> shift;
            for (int g = from[lane] >>> shift; g <= last; g++) {
                long w = writer[g];
                if (w != 0 && !plainlyOrdered(w, g, base)) {
                    checkWriter(w, g, warp, lane, known, access, false, tell);
                }
                if ((readerWarps[g] & warpBit) != 0 && read[g] >>> 32 == mine >>> 32) {
                    read[g] |= mine;
                    pcs[g] = pc;
                } else {
                    noteRead(g, warp, mine, access);
                }
            }
        }
    }

    /** Lanes write, each a range of its own; see {@link #readLanes}. */
    public void writeLanes(int warp, int mask, WarpClock clock, int access, int[] from, int count, RaceListener tell) {
        claimLanes(warp, mask, clock, access, from, count, tell, 0);
    }

    /** Lanes start copies, each to a range of its own; see {@link #readLanes} and {@link #startCopy}. */
    public void startCopies(int warp, int mask, WarpClock clock, int access, int[] from, int count, RaceListener tell) {
        claimLanes(warp, mask, clock, access, from, count, tell, PENDING);
    }

    private void claimLanes(
            int warp, int mask, WarpClock clock, int access, int[] from, int count, RaceListener tell, long pending) {
        VectorClock common = clock.common();
        boolean strong = Strength.isStrong(Strength.of(access));
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            VectorClock known = common == null ? clock.known(lane) : common;
            int[] base = known.base();
            long mark = pending | (long) (warp << 5 | lane) << 32 | clock.now();
            int last = (from[lane] + count - 1) >>> shift;
            for (int g = from[lane] >>> shift; g <= last; g++) {
                long w = writer[g];
                if (w != 0 && !plainlyOrdered(w, g, base)) {
                    if (!checkWriter(w, g, warp, lane, known, access, true, tell)) {
                        continue;
                    }
                    keepStrong(g, w, warp, lane, known, strong, tell);
                }
                if (readerWarps[g] != 0) {
                    if (readsPlainlyOrdered(g, base)) {
                        readerWarps[g] = 0;
                    } else {
                        claimReads(g, warp, lane, known, access, strong, tell);
                    }
                }
                writer[g] = mark;
                writerAccess[g] = access;
            }
        }
    }

    /** Whether a write was a weak one, and everything its warp did until then is known. */
    private boolean plainlyOrdered(long w, int g, int[] base) {
        return w > 0 && Strength.of(writerAccess[g]) == 0 && (int) w <= base[(int) (w >>> 37) & AGENT_MASK >>> 5];
    }

    /** Whether everything is known that warps did until they read a granule last. */
    private boolean readsPlainlyOrdered(int g, int[] base) {
        if (!earlier.isEmpty()) {
            return false;
        }
        for (long left = readerWarps[g]; left != 0; left &= left - 1) {
            int reader = Long.numberOfTrailingZeros(left);
            if (((int) (readers[reader][g] >>> 32) & (1 << CLOCK_BITS) - 1) > base[reader]) {
                return false;
            }
        }
        return true;
    }

    /** A copy has landed, and counts as a write by an agent at a clock. */
    public void landed(int agent, int clock, int from, int count) {
        long mine = (long) agent << 32 | clock;
        int last = (from + count - 1) >>> shift;
        for (int g = from >>> shift; g <= last; g++) {
            if (writer[g] < 0) {
                writer[g] = mine;
            }
        }
    }

    /** The bytes of an mbarrier are plain memory again, that nobody has accessed. */
    public void free(int from, int count) {
        int last = (from + count - 1) >>> shift;
        for (int g = from >>> shift; g <= last; g++) {
            writer[g] = 0;
            writerAccess[g] = 0;
            readerWarps[g] = 0;
        }
    }

    /**
     * An operation of the asynchronous proxy that a lane starts reads a range, until somebody knows of the agent's clock.
     *
     * @param agent in whose name it reads
     * @param stamp clock of the agent at which the read is over
     */
    public void readAsync(
            int agent,
            int stamp,
            int warp,
            int lane,
            WarpClock clock,
            int access,
            int from,
            int count,
            ProxyListener tell) {
        VectorClock known = clock.known(lane);
        long mine = mine(access, stamp, agent & 31);
        int last = (from + count - 1) >>> shift;
        for (int g = from >>> shift; g <= last; g++) {
            long w = writer[g];
            if (w != 0) {
                checkWriter(w, g, warp, lane, known, access, false, tell);
                checkProxy(w, g, lane, known, false, tell);
            }
            noteRead(g, agent >>> 5, mine, access);
        }
    }

    /** An operation of the asynchronous proxy that a lane starts writes a range, which stays pending until {@link #landed}. */
    public void startAsyncWrite(
            int warp, int lane, WarpClock clock, int access, int from, int count, ProxyListener tell) {
        VectorClock known = clock.known(lane);
        int last = (from + count - 1) >>> shift;
        for (int g = from >>> shift; g <= last; g++) {
            if (writer[g] != 0) {
                checkProxy(writer[g], g, lane, known, true, tell);
            }
        }
        startCopy(warp, lane, clock, access, from, count, tell);
    }

    /** The same, started by a thread of another block of the cluster. */
    public void startRemoteWrite(
            int warp, int lane, WarpClock clock, int access, int from, int count, RaceListener tell) {
        claim(REMOTE, lane, clock, access, from, count, tell, PENDING | (long) (warp << 5 | lane) << 32 | clock.now());
    }

    /**
     * A thread of another block of the cluster accesses a range: tells of what threads of this block did there that is not in
     * order with it.
     */
    public void checkRemote(
            int lane, WarpClock clock, int access, int from, int count, boolean write, RaceListener tell) {
        VectorClock known = clock.known(lane);
        int last = (from + count - 1) >>> shift;
        for (int g = from >>> shift; g <= last; g++) {
            if (writer[g] != 0) {
                checkWriter(writer[g], g, REMOTE, lane, known, access, write, tell);
            }
            if (write && readerWarps[g] != 0) {
                checkReaders(g, REMOTE, lane, known, access, tell);
            }
        }
    }

    private static long mine(int access, int clock, int lane) {
        return (long) Strength.of(access) << 59 | (long) clock << 32 | 1L << lane;
    }

    private void noteRead(int g, int warp, long mine, int access) {
        long[] read = readers[warp];
        if (read == null) {
            read = new long[writer.length];
            readers[warp] = read;
            readerPc[warp] = new int[writer.length];
        }
        long warpBit = 1L << warp;
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
        readerPc[warp][g] = Strength.pc(access);
    }

    private void claim(
            int warp, int lane, WarpClock clock, int access, int from, int count, RaceListener tell, long mark) {
        VectorClock known = clock.known(lane);
        boolean strong = Strength.isStrong(Strength.of(access));
        int last = (from + count - 1) >>> shift;
        for (int g = from >>> shift; g <= last; g++) {
            long w = writer[g];
            if (w != 0) {
                if (!checkWriter(w, g, warp, lane, known, access, true, tell)) {
                    continue;
                }
                keepStrong(g, w, warp, lane, known, strong, tell);
            }
            if (readerWarps[g] != 0) {
                claimReads(g, warp, lane, known, access, strong, tell);
            }
            writer[g] = mark;
            writerAccess[g] = access;
        }
    }

    /** Remembers a strong write that a further strong write follows unordered; forgets all before a weak one. */
    private void keepStrong(int g, long w, int warp, int lane, VectorClock known, boolean strong, RaceListener tell) {
        boolean wasStrong = Strength.isStrong(Strength.of(writerAccess[g]));
        if (!strong) {
            if (wasStrong) {
                strongWriters.remove(g);
                tell.overwritesStrong((long) g << shift, 1 << shift);
            }
            return;
        }
        if (wasStrong && w > 0 && !ordered(w, warp, lane, known)) {
            List<long[]> list = strongWriters.computeIfAbsent(g, key -> new ArrayList<>());
            list.removeIf(entry -> entry[0] >>> 32 == w >>> 32);
            list.add(new long[] {w, writerAccess[g]});
        }
    }

    private boolean ordered(long w, int warp, int lane, VectorClock known) {
        int agent = (int) (w >>> 32) & AGENT_MASK;
        return agent == (warp << 5 | lane) || known.knows(block, agent >>> 5, agent & 31, (int) w);
    }

    /** Tells of a write that is not ordered before the access; false if the bytes are an mbarrier's. */
    private boolean checkWriter(
            long w, int g, int warp, int lane, VectorClock known, int access, boolean write, RaceListener tell) {
        int strength = Strength.of(writerAccess[g]);
        if (Strength.isMbarrier(strength)) {
            tell.mbarrier((long) g << shift, lane, write, writerAccess[g]);
            return false;
        }
        int agent = (int) (w >>> 32) & AGENT_MASK;
        if (w < 0) {
            tell.pending((long) g << shift, lane, write, agent, writerAccess[g]);
            return true;
        }
        if (!ordered(w, warp, lane, known)
                && !Strength.compatible(strength, Strength.of(access), warp != REMOTE, true)
                && !observed(g, lane, writerAccess[g], tell)) {
            tellRace(g, lane, write, agent, writerAccess[g], true, tell);
        }
        if (Strength.isStrong(strength) && !strongWriters.isEmpty()) {
            checkStrongWriters(g, warp, lane, known, access, write, tell);
        }
        return true;
    }

    private void checkStrongWriters(
            int g, int warp, int lane, VectorClock known, int access, boolean write, RaceListener tell) {
        for (long[] entry : strongWriters.getOrDefault(g, List.of())) {
            if (!ordered(entry[0], warp, lane, known)
                    && !Strength.compatible(Strength.of((int) entry[1]), Strength.of(access), warp != REMOTE, true)
                    && !observed(g, lane, (int) entry[1], tell)) {
                tellRace(g, lane, write, (int) (entry[0] >>> 32) & AGENT_MASK, (int) entry[1], true, tell);
                return;
            }
        }
    }

    private boolean observed(int g, int lane, int theirs, RaceListener tell) {
        return Strength.isStrong(Strength.of(theirs)) && tell.observed((long) g << shift, lane, theirs);
    }

    private void tellRace(
            int g, int lane, boolean write, int agent, int access, boolean otherWrite, RaceListener tell) {
        tell.race((long) g << shift, lane, write, -1, agent, access, otherWrite);
    }

    private void checkProxy(long w, int g, int lane, VectorClock known, boolean write, ProxyListener tell) {
        int agent = (int) (w >>> 32) & AGENT_MASK;
        if (w > 0
                && agent >>> 5 < warps
                && !Strength.isMbarrier(Strength.of(writerAccess[g]))
                && !known.knowsFenced(agent >>> 5, agent & 31, (int) w)) {
            tell.unfenced((long) g << shift, lane, write, agent, writerAccess[g]);
        }
    }

    /** Tells of reads that race with a write. Those that do not because both are strong stay, as a weak write may follow. */
    private void claimReads(
            int g, int warp, int lane, VectorClock known, int access, boolean strong, RaceListener tell) {
        boolean told = checkReaders(g, warp, lane, known, access, tell);
        if (told || !strong) {
            readerWarps[g] = 0;
            return;
        }
        for (long left = readerWarps[g]; left != 0; left &= left - 1) {
            int reader = Long.numberOfTrailingZeros(left);
            long latest = unknown(readers[reader][g], reader, warp, lane, known);
            long before = previous[reader] == null ? 0 : unknown(previous[reader][g], reader, warp, lane, known);
            if (latest == 0) {
                latest = before;
                before = 0;
            }
            if (latest == 0) {
                readerWarps[g] &= ~(1L << reader);
            }
            readers[reader][g] = latest;
            if (previous[reader] != null) {
                previous[reader][g] = before;
            }
        }
    }

    /** What of an entry is left if its reads are strong: lanes, but for the writer, of whose read it does not know; 0 for none. */
    private long unknown(long entry, int reader, int warp, int lane, VectorClock known) {
        if (!Strength.isStrong((int) (entry >>> 59))) {
            return 0;
        }
        int clock = (int) (entry >>> 32) & (1 << CLOCK_BITS) - 1;
        long found = 0;
        for (int left = (int) entry; left != 0; left &= left - 1) {
            int other = Integer.numberOfTrailingZeros(left);
            if ((reader != warp || other != lane) && !known.knows(block, reader, other, clock)) {
                found |= 1L << other;
            }
        }
        return found == 0 ? 0 : entry & ~0xffff_ffffL | found;
    }

    private boolean checkReaders(int g, int warp, int lane, VectorClock known, int access, RaceListener tell) {
        for (long left = readerWarps[g]; left != 0; left &= left - 1) {
            int reader = Long.numberOfTrailingZeros(left);
            long latest = readers[reader][g];
            if (checkReader(latest, g, reader, warp, lane, known, access, tell)) {
                return true;
            }
            if (previous[reader] != null
                    && checkReader(
                            previous[reader][g] & ~repeated(latest, previous[reader][g]),
                            g,
                            reader,
                            warp,
                            lane,
                            known,
                            access,
                            tell)) {
                return true;
            }
            if (!earlier.isEmpty()) {
                long[] more = earlier.remove((long) g << 6 | reader);
                if (more != null) {
                    for (long entry : more) {
                        if (checkReader(entry, g, reader, warp, lane, known, access, tell)) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    private static long lanes(long entry) {
        return entry & 0xffff_ffffL;
    }

    /** Lanes of an earlier read for which a later one stands too: all that are in both, unless only the earlier is weak. */
    private static long repeated(long later, long earlier) {
        return later >>> 59 != 0 && earlier >>> 59 == 0 ? 0 : lanes(later);
    }

    /** Tells of the first read in an entry that is not ordered before the write, and returns whether there is one. */
    private boolean checkReader(
            long entry, int g, int reader, int warp, int lane, VectorClock known, int access, RaceListener tell) {
        int clock = (int) (entry >>> 32) & (1 << CLOCK_BITS) - 1;
        int strength = (int) (entry >>> 59);
        int lanes = (int) entry;
        if (reader == warp) {
            lanes &= ~(1 << lane);
        }
        if (lanes == 0 || Strength.compatible(strength, Strength.of(access), warp != REMOTE, true)) {
            return false;
        }
        for (int left = lanes; left != 0; left &= left - 1) {
            int other = Integer.numberOfTrailingZeros(left);
            if (!known.knows(block, reader, other, clock)) {
                int theirs = readerPc[reader][g] | strength << Strength.SHIFT;
                tellRace(g, lane, true, reader << 5 | other, theirs, false, tell);
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
        long before = previous[warp][g] & ~repeated(latest, previous[warp][g]);
        previous[warp][g] = latest;
        if (lanes(before) == 0) {
            return;
        }
        long key = (long) g << 6 | warp;
        long[] list = earlier.getOrDefault(key, new long[0]);
        long[] kept = new long[list.length + 1];
        int count = 0;
        for (long old : list) {
            long entry = old & ~repeated(latest, old) & ~repeated(before, old);
            if (lanes(entry) != 0) {
                kept[count++] = entry;
            }
        }
        kept[count++] = before;
        earlier.put(key, Arrays.copyOf(kept, count));
    }
}
