package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.race.VectorClock;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.report.Place;
import java.util.ArrayList;
import java.util.List;

/**
 * An mbarrier object in shared memory. A phase is complete when nobody is pending and no transaction bytes are outstanding; whoever
 * then sees its completion knows what everybody knew who arrived in it.
 */
public final class MBarrier {
    /** Largest count of arrivals, and of outstanding transaction bytes. */
    public static final int LIMIT = (1 << 20) - 1;

    private final Block block;
    private final int offset;
    private final int agent;
    private final int initWarp;
    private final int initLane;
    private final int initClock;
    private final Place initPlace;
    /** Clock of the initializing thread at its fence for the asynchronous proxy, or 0 before that. */
    private int fencedClock;

    private final List<Transfer> transfers = new ArrayList<>();
    private VectorClock gathering;
    private VectorClock completed;
    private int stamp;
    private long phase;
    private int expected;
    private int pending;
    private long outstanding;
    private boolean observed = true;

    MBarrier(Block block, int offset, int agent, Warp warp, int lane, Step step, int count) {
        this.block = block;
        this.offset = offset;
        this.agent = agent;
        initWarp = warp.index();
        initLane = lane;
        initClock = warp.clock().now();
        initPlace = warp.place(step.pc(), lane);
        expected = count;
        pending = count;
        beginPhase(warp.index() << 5 | lane);
    }

    private void beginPhase(int thread) {
        gathering = new VectorClock(block.linearIndex(), block.warps());
        stamp = block.agents().begin(agent, thread);
    }

    /** Reports a use by a lane that does not know of the initialization. */
    void checkInitialized(Warp warp, int mask, Step step) {
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            if (!initializedBy(warp, lane) && !knows(warp, lane, initClock)) {
                warp.report(
                        FindingKind.RACE,
                        step,
                        lane,
                        "the mbarrier at 0x" + Integer.toHexString(offset)
                                + " is used without being ordered after its initialization",
                        initPlace);
                return;
            }
        }
    }

    private boolean initializedBy(Warp warp, int lane) {
        return warp.block() == block && warp.index() == initWarp && lane == initLane;
    }

    private boolean knows(Warp warp, int lane, int clock) {
        return warp.clock().known(lane).knows(block.linearIndex(), initWarp, initLane, clock);
    }

    /** Reports that an asynchronous operation of a lane may not see the initialization. */
    void checkVisible(Warp warp, int lane, Step step) {
        if (fencedClock == 0 || !initializedBy(warp, lane) && !knows(warp, lane, fencedClock)) {
            warp.report(
                    FindingKind.PROXY_FENCE,
                    step,
                    lane,
                    "the mbarrier at 0x" + Integer.toHexString(offset)
                            + " may not be initialized for the asynchronous proxy: fence.mbarrier_init or"
                            + " fence.proxy.async is missing after its initialization",
                    initPlace);
        }
    }

    /** The initializing thread executes a fence that makes the initialization visible to the asynchronous proxy. */
    void fence(Warp warp, int mask) {
        if (fencedClock == 0 && warp.index() == initWarp && (mask >>> initLane & 1) != 0) {
            fencedClock = warp.clock().now();
        }
    }

    /** The state as a token: the phase above 20 bits of pending arrivals. */
    public long token() {
        return phase << 20 | pending;
    }

    /**
     * Lanes arrive.
     *
     * @param counts how many arrivals for each lane
     * @param mayComplete whether the phase may complete by this
     * @param drop whether the later phases expect so many fewer
     */
    public void arrive(Warp warp, int mask, Step step, int[] counts, boolean mayComplete, boolean drop) {
        long sum = 0;
        for (int left = mask; left != 0; left &= left - 1) {
            sum += Integer.toUnsignedLong(counts[Integer.numberOfTrailingZeros(left)]);
        }
        boolean together = sum <= pending;
        if (together) {
            warp.clock().release(mask, warp.live(), gathering);
        }
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            if (arrivalAllowed(warp, lane, step, counts[lane], mayComplete)) {
                if (!together) {
                    warp.clock().releaseLane(lane, gathering);
                }
                pending -= counts[lane];
                if (drop) {
                    expected -= counts[lane];
                }
                completeIfDone(warp, lane, step);
            }
        }
    }

    private boolean arrivalAllowed(Warp warp, int lane, Step step, int count, boolean mayComplete) {
        if (count < 1 || count > pending) {
            warp.report(
                    FindingKind.MBARRIER,
                    step,
                    lane,
                    count < 1 || count > LIMIT
                            ? "an arrival of " + count
                            : "more arrivals than are expected at the " + describe(),
                    initPlace);
            return false;
        }
        if (!mayComplete && count == pending && outstanding == 0) {
            warp.report(
                    FindingKind.MBARRIER,
                    step,
                    lane,
                    "an arrival with .noComplete completes the phase of the " + describe(),
                    initPlace);
        }
        return true;
    }

    /** Those who wait for the current phase will know what happened in the name of an agent up to a clock. */
    void learn(int ofAgent, int clock) {
        gathering.learn(ofAgent >>> 5, 1 << (ofAgent & 31), clock);
    }

    /** An asynchronous arrival, in the name of a lane. */
    void arriveAsync(Warp warp, int lane, Step step) {
        if (pending == 0) {
            warp.report(
                    FindingKind.MBARRIER,
                    step,
                    lane,
                    "more arrivals than are expected at the " + describe(),
                    initPlace);
            return;
        }
        pending--;
        completeIfDone(warp, lane, step);
    }

    /** One more arrival is expected in this phase. */
    public void raisePending(Warp warp, int lane, Step step) {
        if (pending == LIMIT) {
            warp.report(FindingKind.MBARRIER, step, lane, "too many arrivals pending at the " + describe(), initPlace);
            return;
        }
        pending++;
    }

    /** Transaction bytes become outstanding, or are completed where the count is negative. */
    public void expect(Warp warp, int lane, Step step, long bytes) {
        outstanding += bytes;
        if (Math.abs(outstanding) > LIMIT) {
            warp.report(
                    FindingKind.MBARRIER,
                    step,
                    lane,
                    "the count of transaction bytes leaves its range at the " + describe(),
                    initPlace);
        }
    }

    /** Transaction bytes arrive. */
    public void complete(Warp warp, int lane, Step step, long bytes) {
        expect(warp, lane, step, -bytes);
        completeIfDone(warp, lane, step);
    }

    private void completeIfDone(Warp warp, int lane, Step step) {
        block.progress().effect();
        if (pending != 0 || outstanding != 0) {
            return;
        }
        if (!observed) {
            warp.report(
                    FindingKind.MBARRIER,
                    step,
                    lane,
                    "a second phase completes and nobody has seen the first complete, at the " + describe(),
                    initPlace);
        }
        gathering.learn(agent >>> 5, 1 << (agent & 31), stamp);
        completed = gathering;
        observed = false;
        phase++;
        pending = expected;
        beginPhase(warp.index() << 5 | lane);
    }

    /**
     * Whether the phase of a parity is complete, as a wait asks; then the lanes learn what was released in it. A parity other
     * than the current phase's means the phase before, which is complete.
     */
    public boolean passed(Warp warp, int mask, int parity) {
        if ((phase & 1) == parity) {
            deliver();
        }
        if ((phase & 1) == parity) {
            return false;
        }
        see(warp, mask);
        return true;
    }

    /** Whether the phase of a token is complete; see {@link #passed}. */
    public boolean passedToken(Warp warp, int mask, Step step, long token) {
        int lane = Integer.numberOfTrailingZeros(mask);
        long asked = token >>> 20;
        if (asked != phase && asked != phase - 1) {
            warp.report(
                    FindingKind.MBARRIER,
                    step,
                    lane,
                    "a wait for phase " + asked + " of the " + describe()
                            + "; only the current phase and the one before can be waited for",
                    initPlace);
            return true;
        }
        if (asked == phase) {
            deliver();
        }
        if (asked == phase) {
            return false;
        }
        see(warp, mask);
        return true;
    }

    private void see(Warp warp, int mask) {
        observed = true;
        if (completed != null) {
            warp.clock().acquire(mask, completed);
        }
    }

    /** Adds something asynchronous that this barrier waits for; when it happens is a matter of the landing mode. */
    void add(Transfer transfer) {
        if (block.landsAtOnce()) {
            transfer.land();
        } else {
            transfers.add(transfer);
        }
    }

    /** The last moment for what is under way: somebody asks for the phase. */
    private void deliver() {
        List<Transfer> due = List.copyOf(transfers);
        transfers.clear();
        due.forEach(Transfer::land);
    }

    /** The block ends. */
    void end() {
        transfers.forEach(Transfer::reportNeverWaited);
        transfers.clear();
    }

    boolean busy() {
        return !transfers.isEmpty();
    }

    int agent() {
        return agent;
    }

    int stamp() {
        return stamp;
    }

    int offset() {
        return offset;
    }

    Block block() {
        return block;
    }

    /** For reports. */
    public String describe() {
        return "mbarrier at 0x" + Integer.toHexString(offset) + " (phase " + phase + ", " + pending + " of " + expected
                + " arrivals and " + outstanding + " transaction bytes outstanding)";
    }
}
