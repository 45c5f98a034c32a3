package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.race.VectorClock;
import dev.clipjet.ptx.report.FindingKind;

/** The barrier of a cluster: every thread arrives, and later waits; threads that have exited are not waited for. */
public final class ClusterBarrier {
    private final Block[] blocks;
    private VectorClock gathering;
    private VectorClock completed;
    private long phase;
    private int arrived;

    ClusterBarrier(Block[] blocks) {
        this.blocks = blocks;
    }

    void reset() {
        phase = 0;
        arrived = 0;
        completed = null;
        gathering = null;
    }

    /** Lanes arrive; {@code releases} says whether those who wait learn what they know. */
    public void arrive(Warp warp, Step step, int mask, boolean releases) {
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            if (warp.clusterPhase[lane] >= 0) {
                warp.report(
                        FindingKind.BARRIER,
                        step,
                        lane,
                        "the thread arrives at the cluster's barrier a second time without having waited",
                        null);
            }
            warp.clusterPhase[lane] = phase;
        }
        if (gathering == null) {
            gathering = new VectorClock(blocks[0].linearIndex(), blocks[0].warps());
        }
        if (releases) {
            warp.clock().release(mask, warp.live(), gathering);
        }
        arrived += Integer.bitCount(mask);
        complete();
        warp.block().progress().effect();
    }

    /** Lanes begin to wait; the phase that they wait for, or -1 and a report if they have not arrived. */
    public long await(Warp warp, Step step, int mask) {
        int lane = Integer.numberOfTrailingZeros(mask);
        long which = warp.clusterPhase[lane];
        if (which < 0) {
            warp.report(
                    FindingKind.BARRIER,
                    step,
                    lane,
                    "the thread waits at the cluster's barrier without having arrived",
                    null);
        }
        return which;
    }

    /** Whether a phase is over; if so the lanes know what those knew who arrived in it. */
    public boolean passed(Warp warp, int mask, long which, boolean acquires) {
        if (phase <= which) {
            return false;
        }
        for (int left = mask; left != 0; left &= left - 1) {
            warp.clusterPhase[Integer.numberOfTrailingZeros(left)] = -1;
        }
        if (acquires && completed != null) {
            warp.clock().acquire(mask, completed);
        }
        return true;
    }

    /** Completes the phase if nobody is missing; called on arrival and when threads exit. */
    void complete() {
        int needed = 0;
        for (Block block : blocks) {
            needed += block.liveThreads();
        }
        if (arrived > 0 && arrived >= needed) {
            phase++;
            arrived = 0;
            completed = gathering;
            gathering = null;
        }
    }

    /** For reports. */
    public String describe() {
        return "the cluster's barrier (" + arrived + " threads have arrived)";
    }
}
