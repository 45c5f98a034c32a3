package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.memory.Allocation;
import dev.clipjet.ptx.report.FindingKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The bulk copies of a warp's threads. Loads report to an mbarrier. Stores to global memory form groups of their thread, of which
 * it waits for the reading or for all; they read and write as late as that allows, or at once, by the landing mode.
 */
public final class BulkCopies {
    private static final int ALIGNMENT = 16;

    private static final class Store {
        int lane;
        int group;
        Step step;
        int from;
        byte[] data;
        Allocation target;
        int to;
        boolean read;
        boolean landed;
    }

    private final Warp warp;
    private final List<Store> stores = new ArrayList<>();
    private final int[] openGroup = new int[32];
    /** In whose name each thread's stores read and write; -1 until it has some. */
    private final int[] reader = new int[32];

    private final int[] writer = new int[32];
    /** Clocks of these for the open group. */
    private final int[] readStamp = new int[32];

    private final int[] writeStamp = new int[32];

    BulkCopies(Warp warp) {
        this.warp = warp;
    }

    /** Whether stores are under way. */
    boolean underWay() {
        return stores.stream().anyMatch(store -> !store.landed);
    }

    void reset() {
        stores.clear();
        Arrays.fill(openGroup, 0);
        Arrays.fill(reader, -1);
    }

    /**
     * A lane loads from global to shared memory of one or several blocks of the cluster.
     *
     * @param targets the blocks
     * @param to offset in their shared memory
     * @param source global address
     * @param bytes how many
     * @param barrier offset of the mbarrier in each target
     */
    public void load(Step step, int lane, Block[] targets, int to, long source, int bytes, int barrier) {
        MemoryAccess access = warp.access;
        if (misshapen(step, lane, bytes)) {
            return;
        }
        Allocation from = warp.asynchronous.readGlobal(step, lane, source, bytes, ALIGNMENT);
        int offset = (int) (source - from.address());
        for (Block target : targets) {
            access.home[lane] = target;
            access.offset[lane] = barrier;
            MBarrier mbarrier = MBarriers.at(warp, step, 1 << lane);
            if (mbarrier == null) {
                continue;
            }
            mbarrier.checkVisible(warp, lane, step);
            warp.asynchronous.writeShared(step, lane, target, to, bytes, ALIGNMENT);
            warp.asynchronous.countShared(step, bytes);
            target.shared().written().copy(from.written(), offset, to, bytes);
            mbarrier.add(new BulkLoad(warp, lane, step, from.bytes(), offset, bytes, target, to, mbarrier));
        }
    }

    /** A lane stores from shared to global memory. */
    public void store(Step step, int lane, long target, int from, int bytes) {
        if (misshapen(step, lane, bytes)) {
            return;
        }
        AsyncAgents agents = warp.block().agents();
        if (reader[lane] < 0) {
            reader[lane] = agents.add();
            writer[lane] = agents.add();
            beginGroup(lane);
        }
        BulkAccess access = warp.asynchronous;
        access.readShared(
                step, lane, reader[lane], readStamp[lane], from, bytes, ALIGNMENT, "the source of a bulk copy");
        access.countShared(step, bytes);
        Store store = new Store();
        store.target = access.writeGlobal(step, lane, writer[lane], writeStamp[lane], target, bytes, ALIGNMENT);
        store.lane = lane;
        store.group = openGroup[lane];
        store.step = step;
        store.from = from;
        store.data = Arrays.copyOfRange(warp.block().shared().bytes(), from, from + bytes);
        store.to = (int) (target - store.target.address());
        if (warp.block().landsAtOnce()) {
            land(store);
        }
        stores.add(store);
    }

    private boolean misshapen(Step step, int lane, int bytes) {
        if (bytes < 0 || bytes % ALIGNMENT != 0) {
            warp.report(
                    FindingKind.MISALIGNED,
                    step,
                    lane,
                    "a bulk copy of " + Integer.toUnsignedString(bytes) + " bytes, which is no multiple of "
                            + ALIGNMENT,
                    null);
        }
        return bytes == 0;
    }

    /** Closes the open groups of lanes. */
    public void commit(int mask) {
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            openGroup[lane]++;
            if (reader[lane] >= 0) {
                beginGroup(lane);
            }
        }
    }

    private void beginGroup(int lane) {
        int thread = warp.index() << 5 | lane;
        readStamp[lane] = warp.block().agents().begin(reader[lane], thread);
        writeStamp[lane] = warp.block().agents().begin(writer[lane], thread);
    }

    /**
     * Lanes wait until at most so many of their newest groups are in flight, or until at most so many still read their source.
     *
     * @param readOnly whether it is enough that the source has been read
     */
    public void await(Step step, int mask, int newest, boolean readOnly) {
        Iterator<Store> each = stores.iterator();
        while (each.hasNext()) {
            Store store = each.next();
            if ((mask >>> store.lane & 1) == 0 || store.group >= openGroup[store.lane] - newest) {
                continue;
            }
            read(store);
            if (!readOnly) {
                land(store);
                each.remove();
            }
        }
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            if (reader[lane] >= 0) {
                warp.clock().learn(1 << lane, reader[lane], readStamp[lane] - newest - 1);
                if (!readOnly) {
                    warp.clock().learn(1 << lane, writer[lane], writeStamp[lane] - newest - 1);
                }
            }
        }
    }

    private void read(Store store) {
        if (store.read) {
            return;
        }
        store.read = true;
        if (warp.block().launch().options().checks()) {
            // Whoever overwrote the source was reported where that happened.
            return;
        }
        byte[] shared = warp.block().shared().bytes();
        if (!Arrays.equals(store.data, 0, store.data.length, shared, store.from, store.from + store.data.length)) {
            warp.report(
                    FindingKind.PENDING_SOURCE,
                    store.step,
                    store.lane,
                    "the source of the bulk copy was overwritten before the copy had read it",
                    null);
        }
    }

    private void land(Store store) {
        if (!store.landed) {
            store.landed = true;
            System.arraycopy(store.data, 0, store.target.bytes(), store.to, store.data.length);
        }
    }

    /** The block ends: shared memory goes away under stores that may not have read it. */
    void end() {
        for (Store store : stores) {
            if (!store.read) {
                warp.report(
                        FindingKind.NEVER_WAITED,
                        store.step,
                        store.lane,
                        "the block ends with a bulk copy in flight that may still read its shared memory",
                        null);
            }
            land(store);
        }
        stores.clear();
    }
}
