package dev.clipjet.ptx.profile;

/** Counts of memory accesses, for each instruction of a kernel. Filled by one thread; those of several are added up. */
public final class MemoryCounters {
    /** Warp accesses to global memory. */
    public final long[] globalRequests;
    /** Sectors they touched. */
    public final long[] sectors;
    /** Sectors they would have touched had their data lain side by side. */
    public final long[] idealSectors;
    /** Lines of 128 bytes they touched. */
    public final long[] lines;
    /** Bytes that lanes asked for. */
    public final long[] globalBytes;
    /** Wavefronts of shared memory. */
    public final long[] wavefronts;
    /** Wavefronts without conflicts. */
    public final long[] idealWavefronts;

    /** Warp-wide atomic operations. */
    public final long[] atomics;
    /** Distinct addresses that these update. */
    public final long[] atomicAddresses;
    /** The most lanes on one address, summed over these: updates that happen one after the other. */
    public final long[] atomicDepth;

    /** What the latest access of each instruction looked like and cost: the next one mostly differs in its base alone. */
    private final Pattern[] globalPatterns;

    private final Pattern[] sharedPatterns;

    /** How many patterns each instruction has: one for each place of lane 0 within 128 bytes, in steps of 16. */
    private static final int PLACES = 8;

    private static final class Pattern {
        final long[] address = new long[32];
        int mask;
        int first;
        int second;

        /** Whether the lanes lie to each other as before and the base has moved by a multiple of 128 bytes. */
        boolean matches(long[] other, int otherMask) {
            long moved = other[0] - address[0];
            if ((mask ^ otherMask | moved & 127 | ~otherMask & 1) != 0) {
                return false;
            }
            long differences = 0;
            if (otherMask == -1) {
                for (int lane = 0; lane < 32; lane++) {
                    differences |= other[lane] - address[lane] - moved;
                }
            } else {
                for (int left = otherMask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    differences |= other[lane] - address[lane] - moved;
                }
            }
            return differences == 0;
        }

        void keep(long[] other, int otherMask, int one, int two) {
            System.arraycopy(other, 0, address, 0, 32);
            mask = otherMask;
            first = one;
            second = two;
        }
    }

    private final boolean remembers;

    /**
     * All zero.
     *
     * @param instructions instructions of the kernel
     * @param remembers whether an access that looks like one before is counted as that was, without a second look
     */
    public MemoryCounters(int instructions, boolean remembers) {
        this.remembers = remembers;
        globalRequests = new long[instructions];
        sectors = new long[instructions];
        idealSectors = new long[instructions];
        lines = new long[instructions];
        globalBytes = new long[instructions];
        wavefronts = new long[instructions];
        idealWavefronts = new long[instructions];
        atomics = new long[instructions];
        atomicAddresses = new long[instructions];
        atomicDepth = new long[instructions];
        globalPatterns = new Pattern[PLACES * instructions];
        sharedPatterns = new Pattern[PLACES * instructions];
    }

    /** Counts an access of a whole warp to global memory whose lanes lie side by side. */
    public void globalRange(int pc, long start, int bytes) {
        globalRequests[pc]++;
        sectors[pc] += (start + 32L * bytes - 1 >>> 5) - (start >>> 5) + 1;
        lines[pc] += (start + 32L * bytes - 1 >>> 7) - (start >>> 7) + 1;
        idealSectors[pc] += bytes;
        globalBytes[pc] += 32L * bytes;
    }

    /** Counts an access of a whole warp to shared memory whose lanes lie side by side: it has no conflicts. */
    public void sharedRange(int pc, int bytes) {
        int each = Math.max(1, bytes / 4);
        wavefronts[pc] += each;
        idealWavefronts[pc] += each;
    }

    /** Counts an access of lanes to global memory. */
    public void global(int pc, long[] address, int mask, int bytes) {
        Pattern pattern = pattern(globalPatterns, pc, address[0]);
        if (!remembers || !pattern.matches(address, mask)) {
            pattern.keep(
                    address, mask, Sectors.touched(address, mask, bytes, 5), Sectors.touched(address, mask, bytes, 7));
        }
        globalRequests[pc]++;
        sectors[pc] += pattern.first;
        lines[pc] += pattern.second;
        idealSectors[pc] += Sectors.ideal(mask, bytes);
        globalBytes[pc] += (long) Integer.bitCount(mask) * bytes;
    }

    /**
     * Counts an access of lanes to shared memory.
     *
     * @param address each lane's address, equal to its offset but for a multiple of 128
     */
    public void shared(int pc, long[] address, int[] offset, int mask, int bytes, boolean matrix) {
        Pattern pattern = pattern(sharedPatterns, pc, address[0]);
        if (!remembers || !pattern.matches(address, mask)) {
            pattern.keep(
                    address, mask, SharedBanks.wavefronts(offset, mask, bytes, matrix), SharedBanks.ideal(mask, bytes));
        }
        wavefronts[pc] += pattern.first;
        idealWavefronts[pc] += pattern.second;
    }

    /** Counts a bulk copy's access to global memory, one request for the whole range. */
    public void globalBulk(int pc, long start, int bytes) {
        globalRequests[pc]++;
        sectors[pc] += (start + bytes - 1 >>> 5) - (start >>> 5) + 1;
        lines[pc] += (start + bytes - 1 >>> 7) - (start >>> 7) + 1;
        idealSectors[pc] += (bytes + 31) / 32;
        globalBytes[pc] += bytes;
    }

    /** Counts a bulk copy's access to shared memory, 128 bytes a wavefront. */
    public void sharedBulk(int pc, int bytes) {
        int each = (bytes + 127) / 128;
        wavefronts[pc] += each;
        idealWavefronts[pc] += each;
    }

    /** Counts a matrix operation's read of eight rows of 16 bytes of shared memory. */
    public void sharedRows(int pc, int[] offset) {
        wavefronts[pc] += SharedBanks.wavefronts(offset, 0xff, 16, true);
        idealWavefronts[pc]++;
    }

    /** Counts an atomic operation of lanes. */
    public void atomic(int pc, long[] address, int mask) {
        int distinct = 0;
        int deepest = 0;
        int left = mask;
        while (left != 0) {
            long first = address[Integer.numberOfTrailingZeros(left)];
            int same = 0;
            for (int l = left; l != 0; l &= l - 1) {
                int lane = Integer.numberOfTrailingZeros(l);
                same |= address[lane] == first ? 1 << lane : 0;
            }
            distinct++;
            deepest = Math.max(deepest, Integer.bitCount(same));
            left &= ~same;
        }
        atomics[pc]++;
        atomicAddresses[pc] += distinct;
        atomicDepth[pc] += deepest;
    }

    private static Pattern pattern(Pattern[] patterns, int pc, long first) {
        int at = PLACES * pc + (int) (first >>> 4 & PLACES - 1);
        if (patterns[at] == null) {
            patterns[at] = new Pattern();
        }
        return patterns[at];
    }

    /** Adds another's counts. */
    public void add(MemoryCounters other) {
        add(globalRequests, other.globalRequests);
        add(sectors, other.sectors);
        add(idealSectors, other.idealSectors);
        add(lines, other.lines);
        add(globalBytes, other.globalBytes);
        add(wavefronts, other.wavefronts);
        add(idealWavefronts, other.idealWavefronts);
        add(atomics, other.atomics);
        add(atomicAddresses, other.atomicAddresses);
        add(atomicDepth, other.atomicDepth);
    }

    private static void add(long[] to, long[] from) {
        for (int i = 0; i < to.length; i++) {
            to[i] += from[i];
        }
    }

    /** The sum of a counter over all instructions. */
    public static long sum(long[] counter) {
        long sum = 0;
        for (long value : counter) {
            sum += value;
        }
        return sum;
    }
}
