package dev.clipjet.ptx.race;

/**
 * Who accessed a block's shared memory from the time on at which another block of its cluster did so first: all of those blocks,
 * and the block itself. What the block did before that, and all asynchronous operations, are in its {@link SharedRaces}.
 */
public final class ClusterRaces {
    private final int shift;
    private final GlobalPage[] pages;

    /**
     * Nothing accessed.
     *
     * @param bytes size of the memory
     * @param granule smallest access, a power of two
     */
    public ClusterRaces(int bytes, int granule) {
        shift = Integer.numberOfTrailingZeros(granule);
        pages = new GlobalPage[(bytes + GlobalRaces.PAGE - 1) / GlobalRaces.PAGE];
    }

    /** A lane of a block's warp reads a range; see {@link SharedRaces#read}. */
    public void read(
            int block, int warp, int lane, WarpClock clock, int access, int from, int count, RaceListener tell) {
        long end = from + (long) count;
        for (long at = from; at < end; at = (at | GlobalRaces.PAGE - 1) + 1) {
            long until = Math.min(end, (at | GlobalRaces.PAGE - 1) + 1);
            page(at).read(block, warp, lane, clock, access, from, GlobalPage.ONE_LANE, at, until, tell);
        }
    }

    /** A lane of a block's warp writes a range; see {@link SharedRaces#write}. */
    public void write(
            int block, int warp, int lane, WarpClock clock, int access, int from, int count, RaceListener tell) {
        long end = from + (long) count;
        for (long at = from; at < end; at = (at | GlobalRaces.PAGE - 1) + 1) {
            long until = Math.min(end, (at | GlobalRaces.PAGE - 1) + 1);
            page(at).write(block, warp, lane, clock, access, from, GlobalPage.ONE_LANE, at, until, tell);
        }
    }

    /** An asynchronous operation that a lane starts reads a range, which the {@link SharedRaces} keep. */
    public void readAsync(int block, int lane, WarpClock clock, int access, int from, int count, RaceListener tell) {
        long end = from + (long) count;
        for (long at = from; at < end; at = (at | GlobalRaces.PAGE - 1) + 1) {
            long until = Math.min(end, (at | GlobalRaces.PAGE - 1) + 1);
            page(at).checkRead(block, lane, clock, access, at, until, tell);
        }
    }

    /** An asynchronous operation that a lane starts writes a range; from now on the {@link SharedRaces} know who did so last. */
    public void writeAsync(int block, int lane, WarpClock clock, int access, int from, int count, RaceListener tell) {
        long end = from + (long) count;
        for (long at = from; at < end; at = (at | GlobalRaces.PAGE - 1) + 1) {
            long until = Math.min(end, (at | GlobalRaces.PAGE - 1) + 1);
            page(at).handOver(block, lane, clock, access, at, until, tell);
        }
    }

    private GlobalPage page(long at) {
        int index = (int) (at / GlobalRaces.PAGE);
        if (pages[index] == null) {
            pages[index] = new GlobalPage((long) index * GlobalRaces.PAGE, shift);
        }
        return pages[index];
    }
}
