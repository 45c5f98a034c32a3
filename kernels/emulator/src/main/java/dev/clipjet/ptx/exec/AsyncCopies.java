package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.report.FindingKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The {@code cp.async} copies of a warp's threads. Each thread has its own sequence of groups. A copy is in flight from its issue
 * until its thread waits for its group, or an mbarrier that tracks it completes a phase; where in between the data move is a choice
 * of {@link ExecutionOptions.Landing}.
 */
public final class AsyncCopies {
    private final Warp warp;
    /** In the order of their issue. */
    private final List<AsyncCopy> flying = new ArrayList<>();

    private final List<AsyncCopy> spare = new ArrayList<>();
    /** The group that each thread's next copies belong to. */
    private final int[] openGroup = new int[32];

    private AsyncCopy current;
    private int issues;

    AsyncCopies(Warp warp) {
        this.warp = warp;
    }

    /** Whether copies are under way. */
    boolean underWay() {
        return !flying.isEmpty();
    }

    void reset() {
        spare.addAll(flying);
        flying.clear();
        Arrays.fill(openGroup, 0);
    }

    /**
     * An instruction starts copies of so many bytes, those of {@link #start} up to the next call.
     *
     * @param step the instruction
     * @param bytes bytes that each lane writes
     */
    public void begin(Step step, int bytes) {
        current = spare.isEmpty() ? new AsyncCopy() : spare.remove(spare.size() - 1);
        current.begin(step.pc(), bytes, ++issues);
        flying.add(current);
    }

    /**
     * Starts the copy of a lane, whose source and target are resolved and checked.
     *
     * @param lane the lane
     * @param source memory to copy from, or null to only fill with zeros
     * @param sourceOffset where the source begins
     * @param sourceBytes bytes to copy; those beyond become zero
     * @param targetOffset where in shared memory they go
     */
    public void start(int lane, byte[] source, int sourceOffset, int sourceBytes, int targetOffset) {
        current.add(lane, openGroup[lane], source, sourceOffset, sourceBytes, targetOffset);
        if (warp.block().landsAtOnce()) {
            current.land(lane, target());
        }
    }

    private byte[] target() {
        return warp.block().shared().bytes();
    }

    /** Closes the open groups of lanes. */
    public void commit(int mask) {
        for (int left = mask; left != 0; left &= left - 1) {
            openGroup[Integer.numberOfTrailingZeros(left)]++;
        }
    }

    /**
     * Lanes wait until at most so many of their newest groups are in flight.
     *
     * @param step the instruction
     * @param mask the lanes
     * @param newest how many groups may stay in flight, 0 for none
     */
    public void await(Step step, int mask, int newest) {
        int kept = 0;
        for (int i = 0; i < flying.size(); i++) {
            AsyncCopy copy = flying.get(i);
            for (int left = copy.flying & mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                if (copy.group[lane] < openGroup[lane] - newest) {
                    complete(
                            step,
                            copy,
                            lane,
                            warp.index() << 5 | lane,
                            warp.clock().now());
                }
            }
            if (copy.flying == 0) {
                spare.add(copy);
            } else {
                flying.set(kept++, copy);
            }
        }
        flying.subList(kept, flying.size()).clear();
    }

    /** Drops copies that are done. */
    private void sweep() {
        for (int i = flying.size() - 1; i >= 0; i--) {
            if (flying.get(i).flying == 0) {
                spare.add(flying.remove(i));
            }
        }
    }

    /**
     * An mbarrier gets an arrival when all copies are done that a lane has started so far.
     *
     * @param step the instruction
     * @param lane the lane
     * @param barrier the mbarrier
     */
    public void arriveWhenDone(Step step, int lane, MBarrier barrier) {
        List<AsyncCopy> mine = new ArrayList<>();
        int bit = 1 << lane;
        for (AsyncCopy copy : flying) {
            if ((copy.flying & bit) != 0) {
                if ((copy.tracked & bit) == 0) {
                    copy.tracked |= bit;
                    copy.completion[lane] = new Completion(barrier);
                }
                mine.add(copy);
            }
        }
        // A copy that is done meanwhile may be used for another instruction; its place in the order tells.
        int[] issued = mine.stream().mapToInt(copy -> copy.issue).toArray();
        Completion[] completions =
                mine.stream().map(copy -> copy.completion[lane]).toArray(Completion[]::new);
        barrier.add(new Transfer() {
            @Override
            public void land() {
                for (int i = 0; i < issued.length; i++) {
                    if (isFlying(mine.get(i), issued[i])) {
                        MBarrier first = completions[i].first();
                        complete(step, mine.get(i), lane, first.agent(), first.stamp());
                    }
                    completions[i].tell(barrier);
                }
                sweep();
                barrier.arriveAsync(warp, lane, step);
            }

            @Override
            public void reportNeverWaited() {
                for (int i = 0; i < issued.length; i++) {
                    if (isFlying(mine.get(i), issued[i])) {
                        neverWaited(mine.get(i), lane, step);
                    }
                }
                sweep();
            }

            private boolean isFlying(AsyncCopy copy, int when) {
                return copy.issue == when && (copy.flying & bit) != 0;
            }
        });
    }

    /** Threads end: copies that nobody waited for are reported. */
    void exit(Step step, int mask) {
        for (AsyncCopy copy : flying) {
            for (int left = copy.flying & mask & ~copy.tracked; left != 0; left &= left - 1) {
                neverWaited(copy, Integer.numberOfTrailingZeros(left), step);
            }
        }
        sweep();
    }

    private void neverWaited(AsyncCopy copy, int lane, Step step) {
        copy.flying &= ~(1 << lane);
        warp.report(
                FindingKind.NEVER_WAITED,
                warp.code().steps()[copy.pc],
                lane,
                "the thread ends with an asynchronous copy in flight that nobody waited for",
                warp.place(step.pc(), lane));
        copy.land(lane, target());
    }

    private void complete(Step step, AsyncCopy copy, int lane, int agent, int clock) {
        copy.flying &= ~(1 << lane);
        if ((copy.tracked >>> lane & 1) != 0) {
            copy.completion[lane].set(agent, clock);
        }
        copy.land(lane, target());
        if (!copy.sourceUnchanged(lane)) {
            warp.report(
                    FindingKind.PENDING_SOURCE,
                    warp.code().steps()[copy.pc],
                    lane,
                    "the source of the copy was overwritten before the copy was done",
                    warp.place(step.pc(), lane));
        }
        warp.block().shared().races().landed(agent, clock, copy.targetOffset[lane], copy.bytes);
    }
}
