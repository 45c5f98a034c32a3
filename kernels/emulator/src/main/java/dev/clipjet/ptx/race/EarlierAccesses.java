package dev.clipjet.ptx.race;

import java.util.List;

/** What grids did to an allocation that the current launch may overlap. */
public final class EarlierAccesses {
    /**
     * What one of the grids did.
     *
     * @param grid its index among those that the launch may overlap
     * @param pastWait whether it may still run when the grid directly before the current one has ended
     * @param readsOver whether it has read all that it reads
     * @param released what it did before the grids depending on it could start, or null
     * @param footprint where it read and wrote
     */
    public record Part(int grid, boolean pastWait, boolean readsOver, VectorClock released, GlobalFootprint footprint) {
        /** Whether an access by the grid is over for a thread that knows so much. */
        boolean isOver(VectorClock known, int block, int agent, int clock) {
            return released != null && released.knows(block, agent >>> 5, agent & 31, clock)
                    || known.knowsEarlier(grid, block, agent >>> 5, agent & 31, clock);
        }

        private void check(
                int lane, VectorClock known, int access, long start, long end, boolean write, RaceListener tell) {
            for (long at = start; at < end; at = (at | GlobalRaces.PAGE - 1) + 1) {
                int index = (int) (at / GlobalRaces.PAGE);
                long until = Math.min(end, (index + 1L) * GlobalRaces.PAGE);
                GlobalPage page = footprint.page(index);
                if (page != null && page.tellConflict(this, lane, known, access, at, until, write, tell)) {
                    return;
                }
                ReadPage reads = write && !readsOver ? footprint.reads(index) : null;
                if (reads != null && reads.tellConflict(this, lane, known, access, at, until, tell)) {
                    return;
                }
            }
        }
    }

    private final Part[] parts;
    private final boolean pastWait;

    /** What one or more grids did. */
    public EarlierAccesses(List<Part> parts) {
        this.parts = parts.toArray(new Part[0]);
        pastWait = parts.stream().anyMatch(Part::pastWait);
    }

    /** Checks an access by lanes side by side, so many bytes each; see {@link SharedRaces#read}. */
    void check(
            int firstLane,
            int lanes,
            WarpClock clock,
            int access,
            long from,
            int each,
            boolean write,
            RaceListener tell) {
        VectorClock common = clock.common();
        if (!pastWait && common != null && common.prerequisitesOver()) {
            return;
        }
        for (int i = 0; i < lanes; i++) {
            int lane = firstLane + i;
            VectorClock known = clock.known(lane);
            boolean waited = known.prerequisitesOver();
            if (waited && !pastWait) {
                continue;
            }
            long start = from + (long) i * each;
            for (Part part : parts) {
                if (part.pastWait || !waited) {
                    part.check(lane, known, access, start, start + each, write, tell);
                }
            }
        }
    }
}
