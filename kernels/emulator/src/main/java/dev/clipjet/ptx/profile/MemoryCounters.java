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

    /** What the latest access of each instruction looked like and cost: the next one mostly differs in its base alone. */
    private final Pattern[] globalPatterns;

    private final Pattern[] sharedPatterns;

    private static final class Pattern {
        final long[] address = new long[32];
        int mask;
        int first;
        int second;

        /** Whether the lanes lie to each other as before and the base has moved by a multiple of 128 bytes. */
        boolean matches(long[] other, int otherMask) {
            long moved = other[0] - address[0];
            long differences = mask ^ otherMask | moved & 127;
            for (int lane = 0; lane < 32; lane++) {
                differences |= (otherMask >>> lane & 1) == 0 ? 0 : other[lane] - address[lane] - moved;
            }
            return differences == 0 && (otherMask & 1) != 0;
        }

        void keep(long[] other, int otherMask, int one, int two) {
            System.arraycopy(other, 0, address, 0, 32);
            mask = otherMask;
            first = one;
            second = two;
        }
    }

    /** All zero, for a kernel of so many instructions. */
    public MemoryCounters(int instructions) {
        globalRequests = new long[instructions];
        sectors = new long[instructions];
        idealSectors = new long[instructions];
        lines = new long[instructions];
        globalBytes = new long[instructions];
        wavefronts = new long[instructions];
        idealWavefronts = new long[instructions];
        globalPatterns = new Pattern[instructions];
        sharedPatterns = new Pattern[instructions];
    }

    /** Counts an access of lanes to global memory. */
    public void global(int pc, long[] address, int mask, int bytes) {
        Pattern pattern = pattern(globalPatterns, pc);
        if (!pattern.matches(address, mask)) {
            pattern.keep(
                    address,
                    mask,
                    Sectors.touched(address, mask, bytes, 5),
                    Sectors.touched(address, mask, bytes, 7));
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
        Pattern pattern = pattern(sharedPatterns, pc);
        if (!pattern.matches(address, mask)) {
            pattern.keep(
                    address,
                    mask,
                    SharedBanks.wavefronts(offset, mask, bytes, matrix),
                    SharedBanks.ideal(mask, bytes));
        }
        wavefronts[pc] += pattern.first;
        idealWavefronts[pc] += pattern.second;
    }

    private static Pattern pattern(Pattern[] patterns, int pc) {
        if (patterns[pc] == null) {
            patterns[pc] = new Pattern();
        }
        return patterns[pc];
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
