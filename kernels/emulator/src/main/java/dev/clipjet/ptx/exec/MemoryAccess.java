package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.memory.Allocation;
import dev.clipjet.ptx.memory.ByteBits;
import dev.clipjet.ptx.memory.GlobalMemory;
import dev.clipjet.ptx.profile.MemoryCounters;
import dev.clipjet.ptx.race.ClusterRaces;
import dev.clipjet.ptx.race.SharedRaces;
import dev.clipjet.ptx.race.Strength;
import dev.clipjet.ptx.race.SyncLocation;
import dev.clipjet.ptx.report.FindingKind;

/**
 * The one way to memory: resolves the addresses of a warp's lanes to bytes, and on the way checks bounds, alignment,
 * initialization and races, and counts. A step fills {@link #address}, calls {@link #read} or {@link #write}, and then moves the
 * data between registers and {@link #memory} at {@link #offset}.
 *
 * <p>Whole warps whose lanes lie side by side are resolved, checked and counted as one range; everything else lane by lane.
 */
public final class MemoryAccess {
    /** Address of each lane, in the space that is passed along. */
    public final long[] address = new long[32];
    /** Where in its {@link #memory} each lane's data begins. */
    public final int[] offset = new int[32];
    /** After {@link #locate}: the block in whose shared memory each lane's address lies. */
    public final Block[] home = new Block[32];
    /** After {@link #read}: for lanes in {@link #undefinedLanes}, a bit for each byte that nobody wrote. */
    public final int[] undefinedBytes = new int[32];

    /** After {@link #read}: lanes that read a byte nobody wrote. */
    public int undefinedLanes;

    /** The memory that every lane's address lies in, or null if they may differ. */
    private byte[] common;

    private Allocation commonAllocation;
    private ByteBits commonWritten;
    /** If {@link #common} is null, the memory of each lane. */
    private final byte[][] bytes = new byte[32][];

    private final Allocation[] allocations = new Allocation[32];
    private final ByteBits[] written = new ByteBits[32];
    private Warp warp;
    private Step step;
    private Space space;
    private final RaceReports reports = new RaceReports(this);
    private boolean copying;
    /** Whether an address of shared memory may be another block's. */
    private boolean anywhere;

    private int strength;
    /** Whether all lanes take part and each address is the one before it plus the size. */
    private boolean contiguous;

    /**
     * Prepares a read by lanes.
     *
     * @param by the warp
     * @param at the instruction
     * @param mask the lanes
     * @param in state space of the addresses
     * @param size bytes for each lane, at most 16
     * @param alignment what every address must be a multiple of
     */
    public void read(Warp by, Step at, int mask, Space in, int size, int alignment) {
        read(by, at, mask, in, size, alignment, 0);
    }

    /** As the other, with the {@link Strength} of the access. */
    public void read(Warp by, Step at, int mask, Space in, int size, int alignment, int strong) {
        undefinedLanes = 0;
        strength = strong;
        resolve(by, at, mask, in, size, alignment, false);
    }

    /**
     * Prepares a write by lanes, after which the bytes count as written.
     *
     * @param by the warp
     * @param at the instruction
     * @param mask the lanes
     * @param in state space of the addresses
     * @param size bytes for each lane, at most 16
     * @param alignment what every address must be a multiple of
     */
    public void write(Warp by, Step at, int mask, Space in, int size, int alignment) {
        write(by, at, mask, in, size, alignment, 0);
    }

    /** As the other, with the {@link Strength} of the access. */
    public void write(Warp by, Step at, int mask, Space in, int size, int alignment, int strong) {
        strength = strong;
        resolve(by, at, mask, in, size, alignment, true);
    }

    /**
     * Prepares asynchronous copies of lanes to shared memory, which stay pending until they are waited for.
     *
     * @param by the warp
     * @param at the instruction
     * @param mask the lanes
     * @param size bytes for each lane, which every address must be a multiple of
     */
    public void startCopy(Warp by, Step at, int mask, int size) {
        copying = true;
        strength = 0;
        resolve(by, at, mask, Space.SHARED, size, size, true);
        copying = false;
    }

    /**
     * Finds places in shared memory, of this block or another of the cluster, without accessing them: {@link #home} and {@link
     * #offset}. Checks bounds and alignment.
     */
    public void locate(Warp by, Step at, int mask, Space in, int size, int alignment) {
        warp = by;
        step = at;
        space = Space.SHARED;
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            long place = address[lane];
            if (in == Space.GENERIC) {
                if (Space.of(place) != Space.SHARED) {
                    by.report(
                            FindingKind.WRONG_SPACE,
                            at,
                            lane,
                            "generic address " + AddressErrors.hex(place) + " where one of shared memory is needed",
                            null);
                }
                place -= Space.SHARED_WINDOW;
            }
            home[lane] = in == Space.SHARED ? by.block() : by.block().peer(by, at, lane, place);
            long within = in == Space.SHARED ? place : place & (1 << Space.CLUSTER_RANK_SHIFT) - 1;
            if ((within & alignment - 1) != 0) {
                misaligned(1 << lane, alignment);
            }
            int length = home[lane].shared().bytes().length;
            if (within < 0 || within + size > length) {
                AddressErrors.outsideShared(by, at, lane, place, size, length, false);
            }
            offset[lane] = (int) within;
            one(lane, home[lane].shared().bytes(), null, home[lane].shared().written());
        }
    }

    /** The memory that a lane's address lies in. */
    public byte[] memory(int lane) {
        return common == null ? bytes[lane] : common;
    }

    /** The memory that all lanes' addresses lie in, or null if they may differ. */
    public byte[] commonMemory() {
        return common;
    }

    /** Whether the access was one of a whole warp whose lanes lie side by side in one memory. */
    public boolean isRange() {
        return contiguous && common != null;
    }

    private ByteBits written(int lane) {
        return common == null ? written[lane] : commonWritten;
    }

    private void all(byte[] memory, Allocation allocation, ByteBits bits) {
        common = memory;
        commonAllocation = allocation;
        commonWritten = bits;
    }

    private void one(int lane, byte[] memory, Allocation allocation, ByteBits bits) {
        common = null;
        bytes[lane] = memory;
        allocations[lane] = allocation;
        written[lane] = bits;
    }

    /** After {@link #write}: lanes that write where a lower lane of the same instruction writes. */
    public int overlapping() {
        return reports.overlapping();
    }

    /** After {@link #write}: declares bytes undefined again, because the register stored there was. */
    public void markUndefined(int lane, int from, int count) {
        written(lane).clear(offset[lane] + from, count);
    }

    /** After {@link #read}: reports that a byte nobody wrote is used. */
    public void reportUndefined(String use) {
        int lane = Integer.numberOfTrailingZeros(undefinedLanes);
        warp.report(
                FindingKind.UNDEFINED_VALUE,
                step,
                lane,
                "memory at " + AddressErrors.hex(address[lane]) + " that nobody wrote is used as " + use,
                null);
    }

    /** After {@link #write}: what the bytes in global memory that are being written hold now, mixed into one number. */
    public long globalFingerprint(int mask, Space in, int count) {
        long mixed = 0;
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            if (toGlobal(lane, in)) {
                mixed = Circles.mix(mixed, memory(lane), offset[lane], count);
            }
        }
        return mixed;
    }

    /** After {@link #write}: whether the lane's data went to global memory, where undefined values are errors. */
    public boolean toGlobal(int lane, Space in) {
        return in == Space.GLOBAL || in == Space.GENERIC && Space.of(address[lane]) == Space.GLOBAL;
    }

    private void resolve(Warp by, Step at, int mask, Space in, int size, int alignment, boolean write) {
        warp = by;
        step = at;
        reports.begin(by, at, mask, size, strength);
        anywhere = in == Space.GENERIC || in == Space.SHARED_CLUSTER;
        contiguous = mask == -1 && by.block().launch().options().fastPaths() && sideBySide(size);
        long low = contiguous ? address[0] | size : 0;
        if (!contiguous) {
            for (int left = mask; left != 0; left &= left - 1) {
                low |= address[Integer.numberOfTrailingZeros(left)];
            }
        }
        if ((low & alignment - 1) != 0) {
            misaligned(mask, alignment);
        }
        if (in != Space.GENERIC) {
            space = in == Space.SHARED_CLUSTER ? Space.SHARED : in;
            resolveIn(mask, size, write);
            return;
        }
        if (contiguous && Space.of(address[0]) == Space.GLOBAL && Space.of(address[31]) == Space.GLOBAL) {
            space = Space.GLOBAL;
            resolveIn(mask, size, write);
            return;
        }
        int left = mask;
        while (left != 0) {
            Space first = Space.of(address[Integer.numberOfTrailingZeros(left)]);
            int same = 0;
            for (int l = left; l != 0; l &= l - 1) {
                int lane = Integer.numberOfTrailingZeros(l);
                if (Space.of(address[lane]) == first) {
                    same |= 1 << lane;
                }
            }
            space = first;
            contiguous &= same == mask;
            long window = first.window();
            if (window != 0) {
                for (int l = same; l != 0; l &= l - 1) {
                    address[Integer.numberOfTrailingZeros(l)] -= window;
                }
            }
            resolveIn(same, size, write);
            if (same != mask) {
                spread(same);
            }
            if (window != 0) {
                for (int l = same; l != 0; l &= l - 1) {
                    address[Integer.numberOfTrailingZeros(l)] += window;
                }
            }
            left &= ~same;
        }
    }

    /** Lanes are in several spaces: keeps what was found for those in one. */
    private void spread(int mask) {
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            bytes[lane] = memory(lane);
            allocations[lane] = common == null ? allocations[lane] : commonAllocation;
            written[lane] = written(lane);
        }
        common = null;
    }

    private boolean sideBySide(int size) {
        long start = address[0];
        long differences = 0;
        for (int lane = 0; lane < 32; lane++) {
            differences |= address[lane] - start - (long) lane * size;
        }
        return differences == 0;
    }

    private void resolveIn(int mask, int size, boolean write) {
        switch (space) {
            case GLOBAL, CONST -> global(mask, size, write);
            case SHARED -> shared(mask, size, write);
            case LOCAL -> local(mask, size, write);
            case PARAM -> parameter(mask, size, write);
            default -> throw new IllegalStateException("no memory for " + space);
        }
        if (warp.block().launch().options().counters() && (!write || step.countsWrites())) {
            count(mask, size);
        }
    }

    private void count(int mask, int size) {
        MemoryCounters counters = warp.block().progress().memory();
        boolean range = isRange();
        if (space == Space.SHARED) {
            if (range) {
                counters.sharedRange(step.pc(), size);
            } else {
                counters.shared(step.pc(), address, offset, mask, size, step.kind() == Step.Kind.WARP);
            }
        } else if (space == Space.GLOBAL || space == Space.CONST) {
            if (range) {
                counters.globalRange(step.pc(), address[0], size);
                commonAllocation.touch(offset[0], 32 * size);
                return;
            }
            counters.global(step.pc(), address, mask, size);
            if (common != null) {
                commonAllocation.touchLanes(mask, offset, size);
                return;
            }
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                allocations[lane].touch(offset[lane], size);
            }
        }
    }

    /** Counts the access just resolved as an atomic operation. */
    public void countAtomic(int mask) {
        if (warp.block().launch().options().counters()) {
            warp.block().progress().memory().atomic(step.pc(), address, mask);
        }
    }

    private void misaligned(int mask, int alignment) {
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            if ((address[lane] & alignment - 1) != 0) {
                AddressErrors.misaligned(warp, step, lane, address[lane], alignment);
            }
        }
    }

    private void global(int mask, int size, boolean write) {
        GlobalMemory memory = warp.block().launch().memory();
        int first = Integer.numberOfTrailingZeros(mask);
        Allocation allocation = memory.at(address[first]);
        if (allocation == null) {
            AddressErrors.outsideGlobal(warp, step, first, address[first], size, write);
        }
        long base = allocation.address();
        long limit = allocation.bytes().length - (long) size;
        boolean same = true;
        if (contiguous) {
            long start = address[0] - base;
            same = start >= 0 && start + 31L * size <= limit;
            for (int lane = 0; lane < 32; lane++) {
                offset[lane] = (int) start + lane * size;
            }
        } else {
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                long at = address[lane] - base;
                same &= at >= 0 && at <= limit;
                offset[lane] = (int) at;
            }
        }
        if (!same) {
            contiguous = false;
            scattered(mask, size, write);
            return;
        }
        all(allocation.bytes(), allocation, allocation.written());
        if (write && allocation.readOnly()) {
            AddressErrors.readOnly(warp, step, first, allocation);
        }
        if (!warp.block().launch().options().checks()) {
            if (write) {
                setWritten(mask, size, allocation.written());
            }
            return;
        }
        reports.in(space, base);
        int block = warp.block().linearIndex();
        int access = step.pc() | strength;
        if (!contiguous && (write || !warp.block().launch().options().fastPaths())) {
            for (int left = mask; left != 0; left &= left - 1) {
                globalLane(Integer.numberOfTrailingZeros(left), size, write, allocation);
            }
        } else if (!contiguous) {
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                if (!allocation.written().all(offset[lane], size)) {
                    noteUndefined(lane, size, allocation.written());
                }
            }
            allocation.races().readLanes(block, warp.index(), mask, warp.clock(), access, offset, size, reports);
        } else if (write) {
            allocation.races().write(block, warp.index(), 0, 32, warp.clock(), access, offset[0], size, reports);
            allocation.written().set(offset[0], 32 * size);
        } else {
            if (!allocation.written().all(offset[0], 32 * size)) {
                undefinedGlobal(mask, size, allocation);
            }
            if (!allocation.races().readUnwritten(offset[0], 32L * size)) {
                allocation.races().read(block, warp.index(), 0, 32, warp.clock(), access, offset[0], size, reports);
            }
        }
    }

    private void setWritten(int mask, int size, ByteBits bits) {
        if (contiguous) {
            bits.set(offset[0], 32 * size);
            return;
        }
        for (int left = mask; left != 0; left &= left - 1) {
            bits.set(offset[Integer.numberOfTrailingZeros(left)], size);
        }
    }

    private void globalLane(int lane, int size, boolean write, Allocation allocation) {
        reports.in(space, allocation.address());
        int block = warp.block().linearIndex();
        int access = step.pc() | strength;
        if (write) {
            allocation.races().write(block, warp.index(), lane, 1, warp.clock(), access, offset[lane], size, reports);
            allocation.written().set(offset[lane], size);
        } else {
            if (!allocation.written().all(offset[lane], size)) {
                noteUndefined(lane, size, allocation.written());
            }
            allocation.races().read(block, warp.index(), lane, 1, warp.clock(), access, offset[lane], size, reports);
        }
    }

    private void undefinedGlobal(int mask, int size, Allocation allocation) {
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            noteUndefined(lane, size, allocation.written());
        }
    }

    private void noteUndefined(int lane, int size, ByteBits bits) {
        int missing = (int) (~bits.get(offset[lane], size) & (1L << size) - 1);
        if (missing != 0) {
            undefinedLanes |= 1 << lane;
            undefinedBytes[lane] = missing;
        }
    }

    /** Lanes in several allocations, or outside: one by one. */
    private void scattered(int mask, int size, boolean write) {
        GlobalMemory memory = warp.block().launch().memory();
        boolean checks = warp.block().launch().options().checks();
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            Allocation allocation = memory.at(address[lane]);
            if (allocation == null) {
                AddressErrors.outsideGlobal(warp, step, lane, address[lane], size, write);
            }
            long at = GlobalMemory.offset(address[lane]);
            if (at < 0 || at + size > allocation.bytes().length) {
                AddressErrors.outsideGlobal(warp, step, lane, address[lane], size, write);
            }
            if (write && allocation.readOnly()) {
                AddressErrors.readOnly(warp, step, lane, allocation);
            }
            one(lane, allocation.bytes(), allocation, allocation.written());
            offset[lane] = (int) at;
            if (checks) {
                globalLane(lane, size, write, allocation);
            } else if (write) {
                allocation.written().set((int) at, size);
            }
        }
    }

    private void shared(int mask, int size, boolean write) {
        SharedMemory memory = warp.block().shared();
        int length = memory.bytes().length;
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            long at = address[lane];
            if (at < 0 || at + size > length) {
                if (anywhere && at >>> Space.CLUSTER_RANK_SHIFT != 0) {
                    cluster(mask, size, write);
                    return;
                }
                AddressErrors.outsideShared(warp, step, lane, at, size, length, write);
            }
            offset[lane] = (int) at;
        }
        ByteBits bits = memory.written();
        all(memory.bytes(), null, bits);
        if (write) {
            setWritten(mask, size, bits);
        }
        if (!warp.block().launch().options().checks()) {
            return;
        }
        if (!write && !(contiguous && bits.all(offset[0], 32 * size))) {
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                if (!bits.all(offset[lane], size)) {
                    noteUndefined(lane, size, bits);
                }
            }
        }
        reports.inShared(warp.block());
        SharedRaces races = memory.races();
        int index = warp.index();
        int access = step.pc() | strength;
        if (!warp.block().launch().options().fastPaths()) {
            oneByOne(races, mask, size, access, write);
        } else if (!write) {
            races.readLanes(index, mask, warp.clock(), access, offset, size, reports);
        } else if (copying) {
            races.startCopies(index, mask, warp.clock(), access, offset, size, reports);
        } else {
            races.writeLanes(index, mask, warp.clock(), access, offset, size, reports);
        }
        if (memory.clusterRaces() != null) {
            for (int left = mask; left != 0; left &= left - 1) {
                noteInCluster(Integer.numberOfTrailingZeros(left), memory.clusterRaces(), size, write);
            }
        }
    }

    private void noteInCluster(int lane, ClusterRaces races, int size, boolean write) {
        int block = warp.block().linearIndex();
        int access = step.pc() | strength;
        if (copying) {
            races.writeAsync(block, lane, warp.clock(), access, offset[lane], size, reports);
        } else if (write) {
            races.write(block, warp.index(), lane, warp.clock(), access, offset[lane], size, reports);
        } else {
            races.read(block, warp.index(), lane, warp.clock(), access, offset[lane], size, reports);
        }
    }

    /** Lanes access shared memory of several blocks of the cluster. */
    private void cluster(int mask, int size, boolean write) {
        contiguous = false;
        boolean checks = warp.block().launch().options().checks();
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            long at = address[lane];
            Block owner = warp.block().peer(warp, step, lane, at);
            long within = at & (1 << Space.CLUSTER_RANK_SHIFT) - 1;
            SharedMemory memory = owner.shared();
            if (at < 0 || within + size > memory.bytes().length) {
                AddressErrors.outsideShared(warp, step, lane, at, size, memory.bytes().length, write);
            }
            home[lane] = owner;
            offset[lane] = (int) within;
            one(lane, memory.bytes(), null, memory.written());
            if (write) {
                memory.written().set(offset[lane], size);
            } else if (checks && !memory.written().all(offset[lane], size)) {
                noteUndefined(lane, size, memory.written());
            }
            if (!checks) {
                continue;
            }
            reports.inShared(owner);
            int access = step.pc() | strength;
            if (owner != warp.block()) {
                memory.races().checkRemote(lane, warp.clock(), access, offset[lane], size, write, reports);
                noteInCluster(lane, memory.reachedByCluster(), size, write);
                continue;
            }
            if (write) {
                memory.races().write(warp.index(), lane, warp.clock(), access, offset[lane], size, reports);
            } else {
                memory.races().read(warp.index(), lane, warp.clock(), access, offset[lane], size, reports);
            }
            if (memory.clusterRaces() != null) {
                noteInCluster(lane, memory.clusterRaces(), size, write);
            }
        }
    }

    private void oneByOne(SharedRaces races, int mask, int size, int access, boolean write) {
        int index = warp.index();
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            if (!write) {
                races.read(index, lane, warp.clock(), access, offset[lane], size, reports);
            } else if (copying) {
                races.startCopy(index, lane, warp.clock(), access, offset[lane], size, reports);
            } else {
                races.write(index, lane, warp.clock(), access, offset[lane], size, reports);
            }
        }
    }

    private void local(int mask, int size, boolean write) {
        int length = warp.code().localBytes();
        all(warp.local, null, warp.localWritten);
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            long at = address[lane];
            if (at < 0 || at + size > length) {
                warp.report(
                        FindingKind.OUT_OF_BOUNDS,
                        step,
                        lane,
                        (write ? "write of " : "read of ") + size + " bytes at " + AddressErrors.hex(at)
                                + " of local memory, of which a thread has " + length + " bytes",
                        null);
            }
            offset[lane] = lane * length + (int) at;
            if (write) {
                warp.localWritten.set(offset[lane], size);
            } else if (!warp.localWritten.all(offset[lane], size)) {
                noteUndefined(lane, size, warp.localWritten);
            }
        }
    }

    private void parameter(int mask, int size, boolean write) {
        byte[] parameters = warp.block().launch().parameters();
        all(parameters, null, null);
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            long at = address[lane];
            if (write) {
                warp.report(FindingKind.READ_ONLY, step, lane, "write to the parameters of the entry", null);
            }
            if (at < 0 || at + size > parameters.length) {
                warp.report(
                        FindingKind.OUT_OF_BOUNDS,
                        step,
                        lane,
                        "read of " + size + " bytes at " + AddressErrors.hex(at) + " of " + parameters.length
                                + " bytes of parameters",
                        null);
            }
            offset[lane] = (int) at;
        }
    }

    /** After a strong read: a lane learns what earlier grids released that may still run, if its element is in global memory. */
    public void observeEarlier(int lane, int from, int scope, boolean acquires) {
        Allocation allocation = common == null ? allocations[lane] : commonAllocation;
        if (allocation != null) {
            long place = allocation.address() + offset[lane] + from;
            warp.block().launch().earlier().observe(warp, lane, place, scope, acquires);
        }
    }

    /** After a strong access: the place that a lane's element at {@code from} synchronizes through; null for local memory. */
    public SyncLocation place(int lane, int from) {
        Allocation allocation = common == null ? allocations[lane] : commonAllocation;
        if (allocation != null) {
            return warp.block().launch().syncLocations().at(allocation.address() + offset[lane] + from);
        }
        SharedMemory shared = warp.block().shared();
        if (memory(lane) == warp.local) {
            return null;
        }
        if (memory(lane) != shared.bytes()) {
            shared = home[lane].shared();
        }
        return shared.syncLocations().at(offset[lane] + from);
    }
}
