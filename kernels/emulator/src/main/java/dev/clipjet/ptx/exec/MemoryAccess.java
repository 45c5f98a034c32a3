package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.memory.Allocation;
import dev.clipjet.ptx.memory.ByteBits;
import dev.clipjet.ptx.memory.GlobalMemory;
import dev.clipjet.ptx.profile.MemoryCounters;
import dev.clipjet.ptx.race.ProxyListener;
import dev.clipjet.ptx.race.SharedRaces;
import dev.clipjet.ptx.race.Strength;
import dev.clipjet.ptx.race.SyncLocation;
import dev.clipjet.ptx.report.FindingKind;
import java.util.Arrays;
import java.util.Locale;

/**
 * The one way to memory: resolves the addresses of a warp's lanes to bytes, and on the way checks bounds, alignment,
 * initialisation and races, and counts. A step fills {@link #address}, calls {@link #read} or {@link #write}, and then moves the
 * data between registers and {@link #bytes} at {@link #offset}.
 */
public final class MemoryAccess implements ProxyListener {
    /** Address of each lane, in the space that is passed along. */
    public final long[] address = new long[32];
    /** The memory each lane's address lies in. */
    public final byte[][] bytes = new byte[32][];
    /** Where in {@link #bytes} each lane's data begins. */
    public final int[] offset = new int[32];
    /** After {@link #locate}: the block in whose shared memory each lane's address lies. */
    public final Block[] home = new Block[32];
    /** After {@link #read}: for lanes in {@link #undefinedLanes}, a bit for each byte that nobody wrote. */
    public final int[] undefinedBytes = new int[32];

    /** After {@link #read}: lanes that read a byte nobody wrote. */
    public int undefinedLanes;
    /** After {@link #write}: lanes that write where a lower lane of the same instruction writes. */
    public int overlapping;

    private final ByteBits[] written = new ByteBits[32];
    private Warp warp;
    private Step step;
    private Space space;
    private long raceBase;
    private int raceBlock;
    private boolean copying;
    private int strength;
    private int lanes;
    private int width;
    private final Allocation[] allocations = new Allocation[32];

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
        overlapping = 0;
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
        overlapping = 0;
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
                            "generic address " + hex(place) + " where one of shared memory is needed",
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
                by.report(
                        FindingKind.OUT_OF_BOUNDS,
                        at,
                        lane,
                        size + " bytes at " + hex(place) + " of shared memory, which has " + length + " bytes",
                        null);
            }
            offset[lane] = (int) within;
            bytes[lane] = home[lane].shared().bytes();
        }
    }

    /** Checks that a lane's bulk copy may read global memory, and where: {@link #bytes} and {@link #offset}. */
    void bulkSource(Warp by, Step at, int lane, long source, int count, int alignment) {
        Allocation allocation = bulk(by, at, lane, source, count, alignment, false);
        int from = offset[lane];
        if (!by.block().launch().options().checks()) {
            return;
        }
        if (!allocation.written().all(from, count)) {
            undefinedLanes = 1 << lane;
            reportUndefined("the source of a bulk copy");
        }
        allocation.races().read(raceBlock, by.index(), lane, 1, by.clock(), at.pc(), from, count, this);
    }

    /** Checks that a lane's bulk copy may write shared memory, which is pending from now on. */
    void bulkTarget(Warp by, Step at, int lane, Block target, int to, int count, int alignment) {
        bulkShared(by, at, lane, target, to, count, alignment);
        SharedMemory memory = target.shared();
        memory.written().set(to, count);
        if (by.block().launch().options().checks()) {
            if (target == by.block()) {
                memory.races().startAsyncWrite(by.index(), lane, by.clock(), at.pc(), to, count, this);
            } else {
                memory.races().startRemoteWrite(by.index(), lane, by.clock(), at.pc(), to, count, this);
            }
        }
    }

    /** Checks that a lane's bulk copy may read shared memory, which it does until an agent's clock is known. */
    void bulkRead(Warp by, Step at, int lane, int agent, int stamp, int from, int count, int alignment) {
        bulkShared(by, at, lane, by.block(), from, count, alignment);
        if (!by.block().launch().options().checks()) {
            return;
        }
        if (!by.block().shared().written().all(from, count)) {
            undefinedLanes = 1 << lane;
            reportUndefined("the source of a bulk copy");
        }
        by.block().shared().races().readAsync(agent, stamp, by.index(), lane, by.clock(), at.pc(), from, count, this);
    }

    /** Checks that a matrix operation of the warp may read shared memory, which it does until its group is done. */
    void matrixRead(Warp by, Step at, int from, int count) {
        bulkShared(by, at, 0, by.block(), from, count, count);
        if (!by.block().launch().options().checks()) {
            return;
        }
        SharedMemory memory = by.block().shared();
        if (!memory.written().all(from, count)) {
            undefinedLanes = 1;
            reportUndefined("an operand of a matrix operation");
        }
        int agent = by.matrix.agent();
        memory.races().readAsync(agent, by.matrix.stamp(), by.index(), 0, by.clock(), at.pc(), from, count, this);
    }

    /** Checks that a lane's bulk copy may write global memory, which it does until an agent's clock is known. */
    Allocation bulkWrite(Warp by, Step at, int lane, int agent, int stamp, long target, int count, int alignment) {
        Allocation allocation = bulk(by, at, lane, target, count, alignment, true);
        int to = offset[lane];
        if (by.block().launch().options().checks()) {
            allocation.races().writeAsync(raceBlock, agent, stamp, lane, by.clock(), at.pc(), to, count, this);
        }
        allocation.written().set(to, count);
        return allocation;
    }

    private void bulkShared(Warp by, Step at, int lane, Block target, int from, int count, int alignment) {
        begin(by, at, lane, Space.SHARED, count);
        address[lane] = from;
        raceBase = 0;
        raceBlock = -1;
        if ((from & alignment - 1) != 0) {
            misaligned(1 << lane, alignment);
        }
        int length = target.shared().bytes().length;
        if (from < 0 || (long) from + count > length) {
            by.report(
                    FindingKind.OUT_OF_BOUNDS,
                    at,
                    lane,
                    count + " bytes at " + hex(from) + " of shared memory, which has " + length + " bytes",
                    null);
        }
    }

    private Allocation bulk(Warp by, Step at, int lane, long place, int count, int alignment, boolean write) {
        begin(by, at, lane, Space.GLOBAL, count);
        address[lane] = place;
        if ((place & alignment - 1) != 0) {
            misaligned(1 << lane, alignment);
        }
        Allocation allocation = by.block().launch().memory().at(place);
        long from = allocation == null ? -1 : GlobalMemory.offset(place);
        if (from < 0 || from + count > allocation.bytes().length) {
            outside(lane, count, write);
            throw new IllegalStateException("out of bounds is fatal");
        }
        if (write && allocation.readOnly()) {
            readOnly(lane, allocation);
        }
        raceBase = allocation.address();
        raceBlock = by.block().linearIndex();
        bytes[lane] = allocation.bytes();
        offset[lane] = (int) from;
        return allocation;
    }

    private void begin(Warp by, Step at, int lane, Space in, int count) {
        warp = by;
        step = at;
        space = in;
        strength = 0;
        lanes = 1 << lane;
        width = count;
    }

    /** After {@link #write}: declares bytes undefined again, because the register stored there was. */
    public void markUndefined(int lane, int from, int count) {
        written[lane].clear(offset[lane] + from, count);
    }

    /** After {@link #read}: reports that a byte nobody wrote is used. */
    public void reportUndefined(String use) {
        int lane = Integer.numberOfTrailingZeros(undefinedLanes);
        warp.report(
                FindingKind.UNDEFINED_VALUE,
                step,
                lane,
                "memory at " + hex(address[lane]) + " that nobody wrote is used as " + use,
                null);
    }

    /** After {@link #write}: whether the lane's data went to global memory, where undefined values are errors. */
    public boolean toGlobal(int lane, Space in) {
        return in == Space.GLOBAL || in == Space.GENERIC && Space.of(address[lane]) == Space.GLOBAL;
    }

    private void resolve(Warp by, Step at, int mask, Space in, int size, int alignment, boolean write) {
        warp = by;
        step = at;
        lanes = mask;
        width = size;
        long low = 0;
        for (int lane = 0; lane < 32; lane++) {
            low |= (mask >>> lane & 1) == 0 ? 0 : address[lane];
        }
        if ((low & alignment - 1) != 0) {
            misaligned(mask, alignment);
        }
        if (in != Space.GENERIC) {
            space = in;
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
            long window = first.window();
            if (window != 0) {
                for (int l = same; l != 0; l &= l - 1) {
                    address[Integer.numberOfTrailingZeros(l)] -= window;
                }
            }
            resolveIn(same, size, write);
            if (window != 0) {
                for (int l = same; l != 0; l &= l - 1) {
                    address[Integer.numberOfTrailingZeros(l)] += window;
                }
            }
            left &= ~same;
        }
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
        if (space == Space.SHARED) {
            counters.shared(step.pc(), address, offset, mask, size, step.kind() == Step.Kind.WARP);
        } else if (space == Space.GLOBAL || space == Space.CONST) {
            counters.global(step.pc(), address, mask, size);
            GlobalMemory memory = warp.block().launch().memory();
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                memory.at(address[lane]).touch(offset[lane], size);
            }
        }
    }

    private void misaligned(int mask, int alignment) {
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            if ((address[lane] & alignment - 1) != 0) {
                warp.report(
                        FindingKind.MISALIGNED,
                        step,
                        lane,
                        "address " + hex(address[lane]) + " is no multiple of " + alignment,
                        null);
            }
        }
    }

    private void global(int mask, int size, boolean write) {
        GlobalMemory memory = warp.block().launch().memory();
        int first = Integer.numberOfTrailingZeros(mask);
        Allocation allocation = memory.at(address[first]);
        if (allocation == null) {
            outside(first, size, write);
        }
        long base = allocation.address();
        long limit = allocation.bytes().length - (long) size;
        boolean same = true;
        boolean contiguous = mask == -1;
        long start = address[first];
        for (int lane = 0; lane < 32; lane++) {
            if ((mask >>> lane & 1) != 0) {
                long at = address[lane] - base;
                same &= at >= 0 && at <= limit;
                offset[lane] = (int) at;
                contiguous &= address[lane] == start + (long) lane * size;
            }
        }
        if (!same) {
            scattered(mask, size, write);
            return;
        }
        byte[] backing = allocation.bytes();
        for (int lane = 0; lane < 32; lane++) {
            bytes[lane] = backing;
            allocations[lane] = allocation;
        }
        if (write && allocation.readOnly()) {
            readOnly(first, allocation);
        }
        if (!warp.block().launch().options().checks()) {
            if (write) {
                for (int left = mask; left != 0; left &= left - 1) {
                    allocation.written().set(offset[Integer.numberOfTrailingZeros(left)], size);
                }
            }
            return;
        }
        raceBase = base;
        raceBlock = warp.block().linearIndex();
        int access = step.pc() | strength;
        if (!contiguous) {
            for (int left = mask; left != 0; left &= left - 1) {
                globalLane(Integer.numberOfTrailingZeros(left), size, write, allocation);
            }
        } else if (write) {
            Arrays.fill(written, allocation.written());
            allocation.races().write(raceBlock, warp.index(), 0, 32, warp.clock(), access, offset[0], size, this);
            allocation.written().set(offset[0], 32 * size);
        } else {
            if (!allocation.written().all(offset[0], 32 * size)) {
                undefinedGlobal(mask, size, allocation);
            }
            if (!allocation.races().readUnwritten(offset[0], 32L * size)) {
                allocation.races().read(raceBlock, warp.index(), 0, 32, warp.clock(), access, offset[0], size, this);
            }
        }
    }

    private void globalLane(int lane, int size, boolean write, Allocation allocation) {
        raceBase = allocation.address();
        raceBlock = warp.block().linearIndex();
        written[lane] = allocation.written();
        int access = step.pc() | strength;
        if (write) {
            allocation.races().write(raceBlock, warp.index(), lane, 1, warp.clock(), access, offset[lane], size, this);
            allocation.written().set(offset[lane], size);
        } else {
            if (!allocation.written().all(offset[lane], size)) {
                undefinedGlobal(1 << lane, size, allocation);
            }
            allocation.races().read(raceBlock, warp.index(), lane, 1, warp.clock(), access, offset[lane], size, this);
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
                outside(lane, size, write);
            }
            long at = GlobalMemory.offset(address[lane]);
            if (at < 0 || at + size > allocation.bytes().length) {
                outside(lane, size, write);
            }
            if (write && allocation.readOnly()) {
                readOnly(lane, allocation);
            }
            bytes[lane] = allocation.bytes();
            allocations[lane] = allocation;
            offset[lane] = (int) at;
            if (checks) {
                globalLane(lane, size, write, allocation);
            } else if (write) {
                allocation.written().set((int) at, size);
            }
        }
    }

    private void outside(int lane, int size, boolean write) {
        GlobalMemory memory = warp.block().launch().memory();
        long at = address[lane];
        String what = (write ? "write of " : "read of ") + size + " bytes at " + hex(at);
        if (memory.wasFreed(at)) {
            warp.report(FindingKind.FREED_MEMORY, step, lane, what + ", in memory that has been freed", null);
        }
        Allocation allocation = memory.at(at);
        if (allocation == null) {
            warp.report(
                    FindingKind.OUT_OF_BOUNDS,
                    step,
                    lane,
                    what + (at == 0 ? ", the null address" : ", where nothing is allocated"),
                    null);
            throw new IllegalStateException("out of bounds is fatal");
        }
        long from = GlobalMemory.offset(at);
        int length = allocation.bytes().length;
        warp.report(
                FindingKind.OUT_OF_BOUNDS,
                step,
                lane,
                what + ", " + (from < 0 ? -from + " bytes before" : from - length + size + " bytes past the end of")
                        + " " + allocation.name() + " of " + length + " bytes at " + hex(allocation.address()),
                null);
    }

    private void readOnly(int lane, Allocation allocation) {
        warp.report(FindingKind.READ_ONLY, step, lane, "write to constant memory (" + allocation.name() + ")", null);
    }

    private void shared(int mask, int size, boolean write) {
        SharedMemory memory = warp.block().shared();
        int length = memory.bytes().length;
        byte[] backing = memory.bytes();
        for (int lane = 0; lane < 32; lane++) {
            if ((mask >>> lane & 1) != 0) {
                long at = address[lane];
                if (at < 0 || at + size > length) {
                    warp.report(
                            FindingKind.OUT_OF_BOUNDS,
                            step,
                            lane,
                            (write ? "write of " : "read of ") + size + " bytes at " + hex(at)
                                    + " of shared memory, which has " + length + " bytes",
                            null);
                }
                bytes[lane] = backing;
                offset[lane] = (int) at;
            }
        }
        ByteBits bits = memory.written();
        boolean checks = warp.block().launch().options().checks();
        raceBase = 0;
        raceBlock = -1;
        SharedRaces races = memory.races();
        int index = warp.index();
        int pc = step.pc() | strength;
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            written[lane] = bits;
            allocations[lane] = null;
            if (write) {
                bits.set(offset[lane], size);
                if (checks && copying) {
                    races.startCopy(index, lane, warp.clock(), pc, offset[lane], size, this);
                } else if (checks) {
                    races.write(index, lane, warp.clock(), pc, offset[lane], size, this);
                }
            } else if (checks) {
                if (!bits.all(offset[lane], size)) {
                    noteUndefined(lane, size, bits);
                }
                races.read(index, lane, warp.clock(), pc, offset[lane], size, this);
            }
        }
    }

    private void local(int mask, int size, boolean write) {
        int length = warp.code().localBytes();
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            long at = address[lane];
            if (at < 0 || at + size > length) {
                warp.report(
                        FindingKind.OUT_OF_BOUNDS,
                        step,
                        lane,
                        (write ? "write of " : "read of ") + size + " bytes at " + hex(at)
                                + " of local memory, of which a thread has " + length + " bytes",
                        null);
            }
            bytes[lane] = warp.local;
            allocations[lane] = null;
            offset[lane] = lane * length + (int) at;
            written[lane] = warp.localWritten;
            if (write) {
                warp.localWritten.set(offset[lane], size);
            } else if (!warp.localWritten.all(offset[lane], size)) {
                noteUndefined(lane, size, warp.localWritten);
            }
        }
    }

    private void parameter(int mask, int size, boolean write) {
        byte[] parameters = warp.block().launch().parameters();
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
                        "read of " + size + " bytes at " + hex(at) + " of " + parameters.length
                                + " bytes of parameters",
                        null);
            }
            bytes[lane] = parameters;
            offset[lane] = (int) at;
        }
    }

    /** After a strong access: the place that a lane's element at {@code from} synchronises through; null for local memory. */
    public SyncLocation place(int lane, int from) {
        if (allocations[lane] != null) {
            return warp.block().launch().syncLocations().at(allocations[lane].address() + offset[lane] + from);
        }
        SharedMemory shared = warp.block().shared();
        return bytes[lane] == shared.bytes() ? shared.syncLocations().at(offset[lane] + from) : null;
    }

    @Override
    public void race(
            long at, int lane, boolean write, int otherBlock, int otherThread, int otherAccess, boolean otherWrite) {
        Block own = warp.block();
        int block = otherBlock < 0 ? own.linearIndex() : otherBlock;
        int otherPc = Strength.pc(otherAccess);
        if (own.agents().isAgent(otherThread)) {
            asynchronous(at, lane, write, block, otherThread, otherPc, otherWrite);
            return;
        }
        boolean ownWarp = block == own.linearIndex() && otherThread >>> 5 == warp.index();
        if (write && otherWrite && ownWarp && otherPc == step.pc() && sameInstruction(at, lane, otherThread & 31)) {
            overlapping |= 1 << lane;
            return;
        }
        if (write
                && otherWrite
                && ownWarp
                && otherPc == step.pc()
                && !own.schedule().whole()) {
            // The schedule may have split one execution of the instruction; the plain schedule judges such stores.
            return;
        }
        boolean sizes = strength != 0
                && otherAccess >>> Strength.SHIFT != 0
                && strength >>> Strength.SHIFT != otherAccess >>> Strength.SHIFT;
        warp.report(
                FindingKind.RACE,
                step,
                lane,
                (write ? "write" : "read") + " of " + space.name().toLowerCase(Locale.ROOT) + " memory at "
                        + hex(raceBase + at) + " races with a " + (otherWrite ? "write" : "read")
                        + (ownWarp ? " by another lane of the warp" : "")
                        + (sizes ? "; both are strong, but of different sizes, or a scope leaves the other out" : ""),
                own.launch().place(otherPc, block, otherThread));
    }

    /** Whether a lower lane of this very instruction writes the granule at an offset too. */
    private boolean sameInstruction(long at, int lane, int other) {
        if (other >= lane || (lanes >>> other & 1) == 0 || bytes[other] != bytes[lane]) {
            return false;
        }
        return offset[other] <= at && at < (long) offset[other] + width;
    }

    private void asynchronous(long at, int lane, boolean write, int block, int agent, int otherPc, boolean otherWrite) {
        Block own = warp.block();
        String what = (write ? "write" : "read") + " of " + space.name().toLowerCase(Locale.ROOT) + " memory at "
                + hex(raceBase + at);
        warp.report(
                otherWrite ? FindingKind.PENDING_COPY : FindingKind.PENDING_SOURCE,
                step,
                lane,
                what
                        + (otherWrite
                                ? " before the completion of the asynchronous copy to it was waited for"
                                : " while an asynchronous operation may still read it"),
                own.launch()
                        .place(
                                otherPc,
                                block,
                                block == own.linearIndex() ? own.agents().thread(agent) : 0));
    }

    @Override
    public void pending(long at, int lane, boolean write, int otherThread, int otherAccess) {
        warp.report(
                FindingKind.PENDING_COPY,
                step,
                lane,
                (write ? "write" : "read") + " of shared memory at " + hex(at)
                        + " while an asynchronous copy to it is pending",
                warp.block().place(Strength.pc(otherAccess), otherThread));
    }

    @Override
    public void mbarrier(long at, int lane, boolean write, int otherAccess) {
        warp.report(
                FindingKind.MBARRIER,
                step,
                lane,
                "plain " + (write ? "write" : "read") + " of shared memory at " + hex(at)
                        + ", which belongs to a live mbarrier",
                null);
    }

    @Override
    public void nonCoherent(long at, int lane, boolean write, int otherBlock, int otherThread, int otherAccess) {
        warp.report(
                FindingKind.NON_COHERENT_READ,
                step,
                lane,
                write
                        ? "write of global memory at " + hex(raceBase + at)
                                + ", which the kernel also reads by a non-coherent load"
                        : "non-coherent load of global memory at " + hex(raceBase + at) + ", which the kernel writes",
                warp.block().launch().place(Strength.pc(otherAccess), otherBlock, otherThread));
    }

    @Override
    public void overwritesStrong(long at, int count) {
        if (space == Space.SHARED) {
            warp.block().shared().syncLocations().forget(at, count);
        } else {
            warp.block().launch().syncLocations().forget(raceBase + at, count);
        }
    }

    @Override
    public boolean sameCluster(int otherBlock) {
        return warp.block().launch().sameCluster(warp.block().linearIndex(), otherBlock);
    }

    @Override
    public void unfenced(long at, int lane, boolean write, int otherThread, int otherAccess) {
        warp.report(
                FindingKind.PROXY_FENCE,
                step,
                lane,
                "the asynchronous proxy " + (write ? "writes" : "reads") + " shared memory at " + hex(at)
                        + ", which a thread wrote before; fence.proxy.async is missing between",
                warp.block().place(Strength.pc(otherAccess), otherThread));
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
