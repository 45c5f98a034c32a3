package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.report.FindingKind;
import java.util.Arrays;

/** A bulk copy from global to shared memory, which tells an mbarrier when its bytes are there. */
final class BulkLoad implements Transfer {
    private final Warp warp;
    private final int lane;
    private final Step step;
    private final byte[] source;
    private final int from;
    private final byte[] data;
    private final Block target;
    private final int to;
    private final MBarrier barrier;

    BulkLoad(
            Warp warp,
            int lane,
            Step step,
            byte[] source,
            int from,
            int bytes,
            Block target,
            int to,
            MBarrier barrier) {
        this.warp = warp;
        this.lane = lane;
        this.step = step;
        this.source = source;
        this.from = from;
        this.data = Arrays.copyOfRange(source, from, from + bytes);
        this.target = target;
        this.to = to;
        this.barrier = barrier;
    }

    @Override
    public void land() {
        if (!Arrays.equals(data, 0, data.length, source, from, from + data.length)) {
            warp.report(
                    FindingKind.PENDING_SOURCE,
                    step,
                    lane,
                    "the source of the bulk copy was overwritten before the copy was done",
                    null);
        }
        System.arraycopy(data, 0, target.shared().bytes(), to, data.length);
        target.shared().races().landed(barrier.agent(), barrier.stamp(), to, data.length);
        barrier.complete(warp, lane, step, data.length);
    }

    @Override
    public void reportNeverWaited() {
        warp.report(
                FindingKind.NEVER_WAITED,
                step,
                lane,
                "the block ends with a bulk copy in flight that nobody waited for",
                null);
    }
}
