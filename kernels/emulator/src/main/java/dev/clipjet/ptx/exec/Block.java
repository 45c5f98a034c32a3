package dev.clipjet.ptx.exec;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.race.Triggers;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.report.Place;
import java.util.Arrays;

/** A block that runs: its warps, its shared memory, its barriers. */
public final class Block {
    /** Number of barriers. */
    public static final int BARRIERS = 16;

    private final Launch launch;
    private final Progress progress;
    private final Warp[] warps;
    private final SharedMemory shared;
    private final NamedBarrier[] barriers = new NamedBarrier[BARRIERS];
    private final AsyncAgents agents;
    private final MBarriers mbarriers = new MBarriers(this);
    private final int threads;
    private final RegisterPool registers;
    private Block[] cluster = {this};
    private ClusterBarrier clusterBarrier = new ClusterBarrier(cluster);
    private final WarpgroupSequence[] warpgroups;
    private final Triggers triggers = new Triggers();
    private Schedule schedule;
    private int linearIndex;
    private int liveThreads;
    private int finishedWarps;

    Block(Launch launch, Progress progress) {
        this.launch = launch;
        this.progress = progress;
        threads = (int) launch.shape().block().count();
        warps = new Warp[(threads + 31) / 32];
        shared = new SharedMemory(launch.sharedBytes(), launch.code().sharedGranule(), warps.length);
        agents = new AsyncAgents(warps.length);
        registers = new RegisterPool(warps.length);
        warpgroups = new WarpgroupSequence[warps.length / 4];
        Arrays.setAll(warpgroups, i -> new WarpgroupSequence());
        for (int i = 0; i < BARRIERS; i++) {
            barriers[i] = new NamedBarrier(this, i);
        }
        for (int i = 0; i < warps.length; i++) {
            warps[i] = new Warp(this, i);
        }
    }

    /** Becomes another block of the grid, at its beginning. */
    void begin(int index) {
        linearIndex = index;
        schedule = new Schedule(launch.options().seed(), index);
        liveThreads = threads;
        finishedWarps = 0;
        shared.reset(index);
        agents.reset();
        mbarriers.reset();
        for (WarpgroupSequence sequence : warpgroups) {
            sequence.reset();
        }
        registers.reset(launch);
        triggers.reset();
        if (cluster.length == 1) {
            clusterBarrier.reset();
        }
        for (NamedBarrier barrier : barriers) {
            barrier.reset();
        }
        for (Warp warp : warps) {
            warp.reset();
        }
    }

    /** Gives every warp a turn; false if none could move. */
    boolean pass() {
        boolean moved = false;
        int start = schedule.adversarial() ? schedule.below(warps.length) : 0;
        for (int i = 0; i < warps.length; i++) {
            Warp warp = warps[(start + i) % warps.length];
            if (warp.live() == 0) {
                continue;
            }
            switch (warp.groups().run()) {
                case FINISHED -> {
                    finishedWarps++;
                    if (finished()) {
                        end();
                    }
                    moved = true;
                }
                case YIELDED -> moved = true;
                case WAITING -> {}
            }
        }
        return moved;
    }

    boolean finished() {
        return finishedWarps == warps.length;
    }

    /** Mixes all that decides what the block does, but for global memory, into a fingerprint. */
    long fingerprint(long before) {
        long mixed = Circles.mix(before, finishedWarps);
        for (Warp warp : warps) {
            if (warp.live() != 0) {
                mixed = warp.fingerprint(mixed);
            }
        }
        for (NamedBarrier barrier : barriers) {
            mixed = barrier.fingerprint(mixed);
        }
        byte[] bytes = shared.bytes();
        return Circles.mix(mixed, bytes, 0, bytes.length);
    }

    /** Every thread has exited: what is still under way was never waited for. */
    private void end() {
        mbarriers.end();
        for (Warp warp : warps) {
            warp.bulk.end();
            warp.matrix.end();
        }
        if (triggers.waited() || triggers.launched()) {
            launch.dependencies().ended(triggers);
        }
    }

    /** Whether an asynchronous operation that starts now is carried out at once, by the landing mode. */
    boolean landsAtOnce() {
        return switch (launch.options().landing()) {
            case AT_ISSUE -> true;
            case LATE -> false;
            case RANDOM -> schedule.below(2) == 0;
        };
    }

    /** The block of the cluster to which an address of shared memory belongs. */
    Block peer(Warp warp, Step step, int lane, long address) {
        int rank = (int) (address >>> Space.CLUSTER_RANK_SHIFT);
        if (rank == 0) {
            return this;
        }
        Block found = rank > 0 && rank <= cluster.length ? cluster[rank - 1] : null;
        if (found == null) {
            warp.report(
                    FindingKind.OUT_OF_BOUNDS,
                    step,
                    lane,
                    "address 0x" + Long.toHexString(address)
                            + " of shared memory of a block that is not in the cluster",
                    null);
            throw new IllegalStateException("out of bounds is fatal");
        }
        if (found.finished()) {
            warp.report(
                    FindingKind.OUT_OF_BOUNDS,
                    step,
                    lane,
                    "shared memory of block " + (rank - 1) + " of the cluster, whose threads have all exited",
                    null);
        }
        return found;
    }

    /** The block of a rank in the cluster, or null. */
    public Block ofCluster(int rank) {
        return rank >= 0 && rank < cluster.length ? cluster[rank] : null;
    }

    /** This block's rank in the cluster. */
    public int rankInCluster() {
        return (int) special(SpecialRegister.CLUSTER_CTARANK, 0);
    }

    /** Says which blocks form the cluster, by rank, this one among them, and what their barrier is. */
    void cluster(Block[] blocks, ClusterBarrier barrier) {
        cluster = blocks;
        clusterBarrier = barrier;
    }

    /** The barrier of the cluster. */
    public ClusterBarrier clusterBarrier() {
        return clusterBarrier;
    }

    /** Ends the launch with a report of where everybody waits. */
    void deadlock(String why) {
        StringBuilder text = new StringBuilder(why);
        Warp first = null;
        for (Warp warp : warps) {
            if (warp.live() != 0) {
                first = first == null ? warp : first;
                text.append("\n      warp ")
                        .append(warp.index())
                        .append(": ")
                        .append(warp.groups().describe());
            }
        }
        if (first == null) {
            throw new IllegalStateException("a finished block cannot be stuck");
        }
        Step step = launch.code().steps()[first.groups().firstPc()];
        first.report(FindingKind.DEADLOCK, step, first.groups().firstLane(), text.toString(), null);
    }

    void exited(Warp warp, int lanes) {
        liveThreads -= Integer.bitCount(lanes);
        for (NamedBarrier barrier : barriers) {
            barrier.complete();
        }
        clusterBarrier.complete();
        progress.effect();
    }

    /** The launch. */
    public Launch launch() {
        return launch;
    }

    /** Counts of the thread that runs this block. */
    public Progress progress() {
        return progress;
    }

    /** The schedule. */
    public Schedule schedule() {
        return schedule;
    }

    /** Shared memory. */
    public SharedMemory shared() {
        return shared;
    }

    /** What the threads did about grids before and behind this one. */
    public Triggers triggers() {
        return triggers;
    }

    /** Those in whose name asynchronous operations access memory. */
    AsyncAgents agents() {
        return agents;
    }

    /**
     * A warp executes a matrix operation of its warpgroup: false if the warpgroup is not whole, or another of its warps executed
     * another one in its place.
     */
    public boolean agrees(Warp warp, Step step, long a, long b, boolean scale) {
        int group = warp.index() >> 2;
        return group < warpgroups.length && warpgroups[group].next(warp.index(), step.pc(), a, b, scale);
    }

    /** Registers that warps have handed back. */
    public RegisterPool registers() {
        return registers;
    }

    /** The live mbarriers. */
    public MBarriers mbarriers() {
        return mbarriers;
    }

    /** A barrier. */
    public NamedBarrier barrier(int id) {
        return barriers[id];
    }

    /** Linear index in the grid. */
    public int linearIndex() {
        return linearIndex;
    }

    /** Number of warps. */
    public int warps() {
        return warps.length;
    }

    /** A warp. */
    public Warp warp(int index) {
        return warps[index];
    }

    /** Number of threads. */
    public int threads() {
        return threads;
    }

    /** Threads that have not exited. */
    public int liveThreads() {
        return liveThreads;
    }

    /** The place of an instruction for a thread of this block. */
    public Place place(int pc, int thread) {
        return launch.place(pc, linearIndex, thread);
    }

    long special(SpecialRegister register, int thread) {
        Dim3 grid = launch.shape().grid();
        Dim3 block = launch.shape().block();
        Dim3 cluster = launch.shape().cluster();
        int ctaX = linearIndex % grid.x();
        int ctaY = linearIndex / grid.x() % grid.y();
        int ctaZ = linearIndex / (grid.x() * grid.y());
        int lane = thread & 31;
        return switch (register) {
            case TID_X -> thread % block.x();
            case TID_Y -> thread / block.x() % block.y();
            case TID_Z -> thread / (block.x() * block.y());
            case NTID_X -> block.x();
            case NTID_Y -> block.y();
            case NTID_Z -> block.z();
            case CTAID_X -> ctaX;
            case CTAID_Y -> ctaY;
            case CTAID_Z -> ctaZ;
            case NCTAID_X -> grid.x();
            case NCTAID_Y -> grid.y();
            case NCTAID_Z -> grid.z();
            case LANEID -> lane;
            case WARPID -> thread >>> 5;
            case NWARPID -> 64;
            case SMID -> linearIndex % launch.multiprocessors();
            case NSMID -> launch.multiprocessors();
            case GRIDID -> 1;
            case LANEMASK_LT -> (1 << lane) - 1;
            case LANEMASK_LE -> (1 << lane) - 1 | 1 << lane;
            case LANEMASK_EQ -> 1 << lane;
            case LANEMASK_GE -> -1 << lane;
            case LANEMASK_GT -> -2 << lane;
            case CLUSTERID_X -> ctaX / cluster.x();
            case CLUSTERID_Y -> ctaY / cluster.y();
            case CLUSTERID_Z -> ctaZ / cluster.z();
            case NCLUSTERID_X -> grid.x() / cluster.x();
            case NCLUSTERID_Y -> grid.y() / cluster.y();
            case NCLUSTERID_Z -> grid.z() / cluster.z();
            case CLUSTER_CTAID_X -> ctaX % cluster.x();
            case CLUSTER_CTAID_Y -> ctaY % cluster.y();
            case CLUSTER_CTAID_Z -> ctaZ % cluster.z();
            case CLUSTER_NCTAID_X -> cluster.x();
            case CLUSTER_NCTAID_Y -> cluster.y();
            case CLUSTER_NCTAID_Z -> cluster.z();
            case CLUSTER_CTARANK ->
                ctaX % cluster.x() + cluster.x() * (ctaY % cluster.y() + cluster.y() * (ctaZ % cluster.z()));
            case CLUSTER_NCTARANK -> (int) cluster.count();
            case DYNAMIC_SMEM_SIZE -> launch.shape().dynamicSharedBytes();
            case TOTAL_SMEM_SIZE -> launch.sharedBytes();
            case RESERVED_SMEM_BEGIN, RESERVED_SMEM_END, RESERVED_SMEM_0, RESERVED_SMEM_1 ->
                launch.sharedBytes() + 15 & -16;
            case RESERVED_SMEM_CAP -> 0;
            case ENVREG1 -> launch.workspace() >>> 32;
            case ENVREG2 -> launch.workspace() & 0xffff_ffffL;
        };
    }
}
