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
    private boolean reduces;

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
        Arrays.fill(pendingLanes, 0);
    }

    /**
     * Lanes arrive.
     *
     * @param warp their warp
     * @param step the instruction
     * @param lanes the lanes
     * @param threads how many threads take part, or 0 for all of the block
     * @param reduction whether the instruction is a {@code .red}
     * @return the phase they arrived in
     */
    public long arrive(Warp warp, Step step, int lanes, int threads, boolean reduction) {
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
        if (arrived > 0 && reduces != reduction) {
            warp.report(
                    FindingKind.BARRIER,
                    step,
                    Integer.numberOfTrailingZeros(mask),
                    "barrier " + id + " mixes a reduction with plain arrivals in one phase",
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
        reduces = reduction;
        arrived += Integer.bitCount(mask);
        long mine = phase;
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

    /** Completes the phase if nobody is missing; called on arrival and when threads exit. */
    void complete() {
        int needed = expected == 0 ? block.liveThreads() : expected;
        if (arrived > 0 && arrived >= needed) {
            phase++;
            arrived = 0;
            expected = 0;
            Arrays.fill(pendingLanes, 0);
            clocks[(int) (phase & 1)] = null;
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
