package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.race.Strength;
import dev.clipjet.ptx.report.FindingKind;
import java.util.Map;
import java.util.TreeMap;

/** The live mbarriers of a block's shared memory. */
public final class MBarriers {
    private static final int BYTES = 8;

    private final Block block;
    private final Map<Integer, MBarrier> live = new TreeMap<>();

    MBarriers(Block block) {
        this.block = block;
    }

    void reset() {
        live.clear();
    }

    /** Lanes initialize the mbarriers at the addresses of the warp's access, each for a count of arrivals. */
    public void init(Warp warp, Step step, int mask, Space space, int[] counts) {
        MemoryAccess access = warp.access;
        access.locate(warp, step, mask, space, BYTES, BYTES);
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            int offset = access.offset[lane];
            int count = counts[lane];
            if (access.home[lane] != block) {
                warp.report(FindingKind.MBARRIER, step, lane, "an mbarrier of another block is initialized", null);
            } else if (live.containsKey(offset)) {
                warp.report(
                        FindingKind.MBARRIER,
                        step,
                        lane,
                        "initialization of a live " + live.get(offset).describe(),
                        null);
            } else if (count < 1 || count > MBarrier.LIMIT) {
                warp.report(FindingKind.MBARRIER, step, lane, "an mbarrier for " + count + " arrivals", null);
            } else {
                access.write(warp, step, 1 << lane, space, BYTES, BYTES, Strength.mbarrier());
                live.put(offset, new MBarrier(block, offset, block.agents().add(), warp, lane, step, count));
            }
        }
    }

    /** Lanes end the mbarriers at the addresses of the warp's access; their bytes are plain memory again. */
    public void invalidate(Warp warp, Step step, int mask, Space space) {
        MemoryAccess access = warp.access;
        access.locate(warp, step, mask, space, BYTES, BYTES);
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            MBarrier barrier = at(warp, step, 1 << lane);
            if (barrier == null) {
                continue;
            }
            if (barrier.busy()) {
                warp.report(
                        FindingKind.MBARRIER,
                        step,
                        lane,
                        "asynchronous operations still report to the " + barrier.describe(),
                        null);
            }
            live.remove(barrier.offset());
            block.shared().races().free(barrier.offset(), BYTES);
            access.write(warp, step, 1 << lane, space, BYTES, BYTES);
            block.shared().written().clear(barrier.offset(), BYTES);
        }
    }

    /** The mbarrier at the located address that lanes share; null, and a report, if there is none. */
    public static MBarrier at(Warp warp, Step step, int mask) {
        int lane = Integer.numberOfTrailingZeros(mask);
        Block home = warp.access.home[lane];
        MBarrier barrier = home.mbarriers().live.get(warp.access.offset[lane]);
        if (barrier == null) {
            warp.report(
                    FindingKind.MBARRIER,
                    step,
                    lane,
                    "there is no mbarrier at 0x" + Integer.toHexString(warp.access.offset[lane])
                            + ": it was never initialized, or is invalid again",
                    null);
            return null;
        }
        barrier.checkInitialized(warp, mask, step);
        return barrier;
    }

    /** Threads execute a fence after which the asynchronous proxy sees the mbarriers that they initialized. */
    public void fence(Warp warp, int mask) {
        live.values().forEach(barrier -> barrier.fence(warp, mask));
    }

    /** The block ends. */
    void end() {
        live.values().forEach(MBarrier::end);
    }
}
