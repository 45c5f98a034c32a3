package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.memory.Allocation;
import dev.clipjet.ptx.memory.ByteBits;
import dev.clipjet.ptx.memory.GlobalMemory;
import dev.clipjet.ptx.profile.MemoryCounters;
import dev.clipjet.ptx.race.SharedRaces;
import dev.clipjet.ptx.race.Strength;
import dev.clipjet.ptx.race.SyncLocation;
import dev.clipjet.ptx.report.FindingKind;
import java.util.Arrays;

/**
 * The one way to memory: resolves the addresses of a warp's lanes to bytes, and on the way checks bounds, alignment,
 * initialisation and races, and counts. A step fills {@link #address}, calls {@link #read} or {@link #write}, and then moves the
 * data between registers and {@link #bytes} at {@link #offset}.
 */
public final class MemoryAccess {
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

    private final ByteBits[] written = new ByteBits[32];
    private Warp warp;
    private Step step;
    private Space space;
    private final RaceReports reports = new RaceReports(this);
    private boolean copying;
    private int strength;
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
            bytes[lane] = home[lane].shared().bytes();
        }
    }

    /** After {@link #write}: lanes that write where a lower lane of the same instruction writes. */
    public int overlapping() {
        return reports.overlapping();
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
                "memory at " + AddressErrors.hex(address[lane]) + " that nobody wrote is used as " + use,
                null);
    }

    /** After {@link #write}: whether the lane's data went to global memory, where undefined values are errors. */
    public boolean toGlobal(int lane, Space in) {
        return in == Space.GLOBAL || in == Space.GENERIC && Space.of(address[lane]) == Space.GLOBAL;
    }

    private void resolve(Warp by, Step at, int mask, Space in, int size, int alignment, boolean write) {
        warp = by;
        step = at;
        reports.begin(by, at, mask, size, strength);
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
            AddressErrors.readOnly(warp, step, first, allocation);
        }
        if (!warp.block().launch().options().checks()) {
            if (write) {
                for (int left = mask; left != 0; left &= left - 1) {
                    allocation.written().set(offset[Integer.numberOfTrailingZeros(left)], size);
                }
            }
            return;
        }
        reports.in(space, base);
        int block = warp.block().linearIndex();
        int access = step.pc() | strength;
        if (!contiguous) {
            for (int left = mask; left != 0; left &= left - 1) {
                globalLane(Integer.numberOfTrailingZeros(left), size, write, allocation);
            }
        } else if (write) {
            Arrays.fill(written, allocation.written());
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

    private void globalLane(int lane, int size, boolean write, Allocation allocation) {
        reports.in(space, allocation.address());
        int block = warp.block().linearIndex();
        written[lane] = allocation.written();
        int access = step.pc() | strength;
        if (write) {
            allocation.races().write(block, warp.index(), lane, 1, warp.clock(), access, offset[lane], size, reports);
            allocation.written().set(offset[lane], size);
        } else {
            if (!allocation.written().all(offset[lane], size)) {
                undefinedGlobal(1 << lane, size, allocation);
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

    private void shared(int mask, int size, boolean write) {
        SharedMemory memory = warp.block().shared();
        int length = memory.bytes().length;
        byte[] backing = memory.bytes();
        for (int lane = 0; lane < 32; lane++) {
            if ((mask >>> lane & 1) != 0) {
                long at = address[lane];
                if (at < 0 || at + size > length) {
                    AddressErrors.outsideShared(warp, step, lane, at, size, length, write);
                }
                bytes[lane] = backing;
                offset[lane] = (int) at;
            }
        }
        ByteBits bits = memory.written();
        boolean checks = warp.block().launch().options().checks();
        reports.in(Space.SHARED, 0);
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
                    races.startCopy(index, lane, warp.clock(), pc, offset[lane], size, reports);
                } else if (checks) {
                    races.write(index, lane, warp.clock(), pc, offset[lane], size, reports);
                }
            } else if (checks) {
                if (!bits.all(offset[lane], size)) {
                    noteUndefined(lane, size, bits);
                }
                races.read(index, lane, warp.clock(), pc, offset[lane], size, reports);
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
                        (write ? "write of " : "read of ") + size + " bytes at " + AddressErrors.hex(at)
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
                        "read of " + size + " bytes at " + AddressErrors.hex(at) + " of " + parameters.length
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
}
