package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.race.VectorClock;
import dev.clipjet.ptx.report.FindingKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One of the sixteen barriers of a block. */
public final class NamedBarrier {
    private final Block block;
    private final int id;
    private final int[] pendingLanes;
    /** Number of the current phase. */
    private long phase;

    private int arrived;
    private int expected;
    private Reduction reduction;
    /** What those know and voted who have arrived in the current phase; null for nobody. */
    private Meeting current;
    /** Phases that are over. Other threads may go through further ones before all who wait for one have run again. */
    private final List<Meeting> over = new ArrayList<>();

    private static final class Meeting {
        private final long phase;
        private final VectorClock clock;
        private int yes;
        private int no;
        /** Lanes that have not gone on yet. */
        private int waiting;

        Meeting(long phase, VectorClock clock) {
            this.phase = phase;
            this.clock = clock;
        }
    }

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

    /** Mixes who has arrived into a fingerprint of the block's state. */
    long fingerprint(long before) {
        long mixed = Circles.mix(before, arrived);
        if (arrived > 0) {
            mixed = Circles.mix(mixed, expected);
            for (int lanes : pendingLanes) {
                mixed = Circles.mix(mixed, lanes);
            }
            mixed = Circles.mix(mixed, (long) current.yes << 32 | current.no);
        }
        return mixed;
    }

    void reset() {
        phase = 0;
        arrived = 0;
        expected = 0;
        current = null;
        over.clear();
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
        if (current == null) {
            current = new Meeting(phase, new VectorClock(block.linearIndex(), block.warps()));
        }
        long mine = phase;
        current.yes += Integer.bitCount(votes & mask);
        current.no += Integer.bitCount(~votes & mask);
        warp.clock().release(mask, warp.live(), current.clock);
        complete();
        block.progress().activity();
        return mine;
    }

    /** Lanes that have just arrived in a phase wait for its end, and will ask for it. */
    public void await(long which, int mask) {
        meeting(which).waiting += Integer.bitCount(mask);
    }

    /** Whether a phase is over; if so the lanes know what all who arrived in it knew. */
    public boolean passed(Warp warp, int mask, long which) {
        if (phase <= which) {
            return false;
        }
        Meeting meeting = meeting(which);
        meeting.waiting -= Integer.bitCount(mask);
        warp.clock().adopt(mask, meeting.clock);
        return true;
    }

    /** What the reduction of a phase that lanes have just {@linkplain #passed passed} gave: a count, or 1 for true. */
    public int reduced(long which, Reduction how) {
        Meeting meeting = meeting(which);
        return switch (how) {
            case NONE -> 0;
            case COUNT -> meeting.yes;
            case AND -> meeting.no == 0 ? 1 : 0;
            case OR -> meeting.yes != 0 ? 1 : 0;
        };
    }

    private Meeting meeting(long which) {
        if (current != null && current.phase == which) {
            return current;
        }
        for (Meeting meeting : over) {
            if (meeting.phase == which) {
                return meeting;
            }
        }
        throw new IllegalStateException("nobody waits for phase " + which + " of barrier " + id);
    }

    /** Completes the phase if nobody is missing; called on arrival and when threads exit. */
    void complete() {
        int needed = expected == 0 ? block.liveThreads() : expected;
        if (arrived > 0 && arrived >= needed) {
            over.removeIf(meeting -> meeting.waiting == 0);
            over.add(current);
            current = null;
            phase++;
            arrived = 0;
            expected = 0;
            Arrays.fill(pendingLanes, 0);
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
}
