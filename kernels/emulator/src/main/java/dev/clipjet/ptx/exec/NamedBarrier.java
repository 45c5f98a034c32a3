package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.race.VectorClock;
import dev.clipjet.ptx.report.FindingKind;
import java.util.Arrays;

/** One of the sixteen barriers of a block. */
public final class NamedBarrier {
    private final Block block;
    private final int id;
    private final VectorClock[] clocks = new VectorClock[2];
    private final int[] pendingLanes;
    private long phase;
    private int arrived;
    private int expected;
    private Reduction reduction;
    /** For the current phase and the one before: how many threads voted yes, and how many no. */
    private final int[] yes = new int[2];

    private final int[] no = new int[2];

    /** What threads that meet at a barrier may learn of each other's predicates. */
    public enum Reduction {
        /** Nothing: {@code bar.sync}, {@code bar.arrive}. */
        NONE,
        /** How many are true. */
        COUNT,
        /** Whether all are true. */
        AND,
        /** Whether one is true. */
        OR
    }

    NamedBarrier(Block block, int id) {
        this.block = block;
        this.id = id;
        pendingLanes = new int[block.warps()];
    }

    void reset() {
        phase = 0;
        arrived = 0;
        expected = 0;
        clocks[0] = null;
        clocks[1] = null;
        Arrays.fill(yes, 0);
        Arrays.fill(no, 0);
        Arrays.fill(pendingLanes, 0);
    }

    /**
     * Lanes arrive.
     *
     * @param warp their warp
     * @param step the instruction
     * @param lanes the lanes
     * @param threads how many threads take part, or 0 for all of the block
     * @param how what the instruction reduces by
     * @param votes the lanes whose predicate is true, for a reduction
     * @return the phase they arrived in
     */
    public long arrive(Warp warp, Step step, int lanes, int threads, Reduction how, int votes) {
        int mask = lanes;
        if (arrived > 0 && expected != threads) {
            warp.report(
                    FindingKind.BARRIER,
                    step,
                    Integer.numberOfTrailingZeros(mask),
                    "barrier " + id + " is used with " + threads + " threads while others wait at it with " + expected
                            + " (0 means all)",
                    null);
        }
        if (arrived > 0 && reduction != how) {
            boolean both = reduction != Reduction.NONE && how != Reduction.NONE;
            warp.report(
                    FindingKind.BARRIER,
                    step,
                    Integer.numberOfTrailingZeros(mask),
                    "barrier " + id
                            + (both
                                    ? " is used for two different reductions in one phase"
                                    : " mixes a reduction with plain arrivals in one phase"),
                    null);
        }
        int twice = pendingLanes[warp.index()] & mask;
        if (twice != 0) {
            warp.report(
                    FindingKind.BARRIER,
                    step,
                    Integer.numberOfTrailingZeros(twice),
                    "the thread arrived at barrier " + id + " before, and that phase is not complete",
                    null);
            mask &= ~twice;
        }
        pendingLanes[warp.index()] |= mask;
        expected = threads;
        reduction = how;
        arrived += Integer.bitCount(mask);
        long mine = phase;
        yes[(int) (mine & 1)] += Integer.bitCount(votes & mask);
        no[(int) (mine & 1)] += Integer.bitCount(~votes & mask);
        warp.clock().release(mask, warp.live(), clock(mine));
        complete();
        block.progress().effect();
        return mine;
    }

    /** Whether a phase is over; if so the lanes know what all who arrived in it knew. */
    public boolean passed(Warp warp, int mask, long which) {
        if (phase <= which) {
            return false;
        }
        warp.clock().adopt(mask, clock(which));
        return true;
    }

    /** What the reduction of a phase that is over gave: a count, or 1 for true. */
    public int reduced(long which, Reduction how) {
        int slot = (int) (which & 1);
        return switch (how) {
            case NONE -> 0;
            case COUNT -> yes[slot];
            case AND -> no[slot] == 0 ? 1 : 0;
            case OR -> yes[slot] != 0 ? 1 : 0;
        };
    }

    /** Completes the phase if nobody is missing; called on arrival and when threads exit. */
    void complete() {
        int needed = expected == 0 ? block.liveThreads() : expected;
        if (arrived > 0 && arrived >= needed) {
            phase++;
            arrived = 0;
            expected = 0;
            Arrays.fill(pendingLanes, 0);
            clocks[(int) (phase & 1)] = null;
            yes[(int) (phase & 1)] = 0;
            no[(int) (phase & 1)] = 0;
        }
    }

    /** For reports: how many came and how many are needed. */
    public String describe() {
        return "barrier " + id + " (" + arrived + " of " + (expected == 0 ? block.liveThreads() : expected)
                + " threads have arrived)";
    }

    boolean idle() {
        return arrived == 0;
    }

    private VectorClock clock(long which) {
        int slot = (int) (which & 1);
        if (clocks[slot] == null) {
            clocks[slot] = new VectorClock(block.linearIndex(), block.warps());
        }
        return clocks[slot];
    }
}
