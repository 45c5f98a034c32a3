package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.report.FindingKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The {@code cp.async} copies of a warp's threads. Each thread has its own sequence of groups. A copy is in flight from its issue
 * until its thread waits for its group, or an mbarrier that tracks it completes a phase; where in between the data move is a choice
 * of {@link ExecutionOptions.Landing}.
 */
public final class AsyncCopies {
    private static final class Copy {
        int lane;
        int group;
        int pc;
        byte[] target;
        int targetOffset;
        int bytes;
        byte[] data;
        boolean landed;
        byte[] source;
        int sourceOffset;
        int sourceBytes;
        /** Whether an mbarrier tracks it. */
        boolean tracked;
    }

    private final Warp warp;
    private final List<Copy> flying = new ArrayList<>();
    /** The group that each thread's next copies belong to. */
    private final int[] openGroup = new int[32];

    AsyncCopies(Warp warp) {
        this.warp = warp;
    }

    void reset() {
        flying.clear();
        Arrays.fill(openGroup, 0);
    }

    /**
     * Starts the copies of lanes. The access holds the resolved and checked source and target.
     *
     * @param step the instruction
     * @param lane the lane
     * @param source memory to copy from, or null to only fill with zeros
     * @param sourceOffset where the source begins
     * @param sourceBytes bytes to copy
     * @param targetOffset where in shared memory they go
     * @param bytes bytes to write; those beyond {@code sourceBytes} become zero
     */
    public void start(
            Step step, int lane, byte[] source, int sourceOffset, int sourceBytes, int targetOffset, int bytes) {
        Copy copy = new Copy();
        copy.lane = lane;
        copy.group = openGroup[lane];
        copy.pc = step.pc();
        copy.target = warp.block().shared().bytes();
        copy.targetOffset = targetOffset;
        copy.bytes = bytes;
        copy.data = new byte[bytes];
        copy.source = source;
        copy.sourceOffset = sourceOffset;
        copy.sourceBytes = sourceBytes;
        if (sourceBytes > 0) {
            System.arraycopy(source, sourceOffset, copy.data, 0, sourceBytes);
        }
        if (warp.block().landsAtOnce()) {
            land(copy);
        }
        flying.add(copy);
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
        Iterator<Copy> copies = flying.iterator();
        while (copies.hasNext()) {
            Copy copy = copies.next();
            if ((mask >>> copy.lane & 1) != 0 && copy.group < openGroup[copy.lane] - newest) {
                int thread = warp.index() << 5 | copy.lane;
                complete(step, copy, thread, warp.clock().now());
                copies.remove();
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
        List<Copy> mine = new ArrayList<>();
        for (Copy copy : flying) {
            if (copy.lane == lane) {
                copy.tracked = true;
                mine.add(copy);
            }
        }
        barrier.add(new Transfer() {
            @Override
            public void land() {
                for (Copy copy : mine) {
                    if (flying.remove(copy)) {
                        complete(step, copy, barrier.agent(), barrier.stamp());
                    }
                }
                barrier.arriveAsync(warp, lane, step);
            }

            @Override
            public void reportNeverWaited() {
                for (Copy copy : mine) {
                    if (flying.remove(copy)) {
                        neverWaited(copy, step);
                    }
                }
            }
        });
    }

    /** Threads end: copies that nobody waited for are reported. */
    void exit(Step step, int mask) {
        for (Copy copy : List.copyOf(flying)) {
            if ((mask >>> copy.lane & 1) != 0 && !copy.tracked) {
                neverWaited(copy, step);
                flying.remove(copy);
            }
        }
    }

    private void neverWaited(Copy copy, Step step) {
        warp.report(
                FindingKind.NEVER_WAITED,
                warp.code().steps()[copy.pc],
                copy.lane,
                "the thread ends with an asynchronous copy in flight that nobody waited for",
                warp.place(step.pc(), copy.lane));
        land(copy);
    }

    private void complete(Step step, Copy copy, int agent, int clock) {
        land(copy);
        for (int i = 0; i < copy.sourceBytes; i++) {
            if (copy.source[copy.sourceOffset + i] != copy.data[i]) {
                warp.report(
                        FindingKind.PENDING_SOURCE,
                        warp.code().steps()[copy.pc],
                        copy.lane,
                        "the source of the copy was overwritten before the copy was done",
                        warp.place(step.pc(), copy.lane));
                break;
            }
        }
        warp.block().shared().races().landed(agent, clock, copy.targetOffset, copy.bytes);
    }

    private static void land(Copy copy) {
        if (!copy.landed) {
            System.arraycopy(copy.data, 0, copy.target, copy.targetOffset, copy.bytes);
            copy.landed = true;
        }
    }
}
