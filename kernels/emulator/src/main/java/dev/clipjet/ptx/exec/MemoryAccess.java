package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.memory.Allocation;
import dev.clipjet.ptx.memory.ByteBits;
import dev.clipjet.ptx.memory.GlobalMemory;
import dev.clipjet.ptx.race.RaceListener;
import dev.clipjet.ptx.race.SharedRaces;
import dev.clipjet.ptx.race.Strength;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.report.Place;
import java.util.Locale;

/**
 * The one way to memory: resolves the addresses of a warp's lanes to bytes, and on the way checks bounds, alignment,
 * initialisation and races, and counts. A step fills {@link #address}, calls {@link #read} or {@link #write}, and then moves the
 * data between registers and {@link #bytes} at {@link #offset}.
 */
public final class MemoryAccess implements RaceListener {
    /** Address of each lane, in the space that is passed along. */
    public final long[] address = new long[32];
    /** The memory each lane's address lies in. */
    public final byte[][] bytes = new byte[32][];
    /** Where in {@link #bytes} each lane's data begins. */
    public final int[] offset = new int[32];
    /** After {@link #read}: for lanes in {@link #undefinedLanes}, a bit for each byte that nobody wrote. */
    public final int[] undefinedBytes = new int[32];

    /** After {@link #read}: lanes that read a byte nobody wrote. */
    public int undefinedLanes;

    private final ByteBits[] written = new ByteBits[32];
    private Warp warp;
    private Step step;
    private Space space;
    private long raceBase;
    private int raceBlock;
    private boolean copying;
    private int scope;

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
        read(by, at, mask, in, size, alignment, Strength.WEAK);
    }

    /** As {@link #read(Warp, Step, int, Space, int, int)}, with a scope of {@link Strength} for strong accesses. */
    public void read(Warp by, Step at, int mask, Space in, int size, int alignment, int strength) {
        undefinedLanes = 0;
        scope = strength;
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
        write(by, at, mask, in, size, alignment, Strength.WEAK);
    }

    /** As {@link #write(Warp, Step, int, Space, int, int)}, with a scope of {@link Strength} for strong accesses. */
    public void write(Warp by, Step at, int mask, Space in, int size, int alignment, int strength) {
        scope = strength;
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
        scope = Strength.WEAK;
        resolve(by, at, mask, Space.SHARED, size, size, true);
        copying = false;
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
        if (contiguous) {
            if (write) {
                allocation.written().set(offset[0], 32 * size);
            } else if (!allocation.written().all(offset[0], 32 * size)) {
                undefinedGlobal(mask, size, allocation);
            }
            if (!write && allocation.races().readUnwritten(offset[0], 32L * size)) {
                return;
            }
        }
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            globalLane(lane, size, write, allocation, !contiguous);
        }
    }

    private void globalLane(int lane, int size, boolean write, Allocation allocation, boolean initialisation) {
        raceBase = allocation.address();
        raceBlock = warp.block().linearIndex();
        written[lane] = allocation.written();
        if (write) {
            if (initialisation) {
                allocation.written().set(offset[lane], size);
            }
            allocation.races().write(raceBlock, warp.index(), lane, warp.clock(), Strength.tag(step.pc(), scope), offset[lane], size, this);
        } else {
            if (initialisation && !allocation.written().all(offset[lane], size)) {
                undefinedGlobal(1 << lane, size, allocation);
            }
            allocation.races().read(raceBlock, warp.index(), lane, warp.clock(), Strength.tag(step.pc(), scope), offset[lane], size, this);
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
            offset[lane] = (int) at;
            if (checks) {
                globalLane(lane, size, write, allocation, true);
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
        int pc = Strength.tag(step.pc(), scope);
        for (int left = mask; left != 0; left &= left - 1) {
            int lane = Integer.numberOfTrailingZeros(left);
            written[lane] = bits;
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

    @Override
    public void race(
            long at, int lane, boolean write, int otherBlock, int otherThread, int otherPc, boolean otherWrite) {
        int block = otherBlock < 0 ? warp.block().linearIndex() : otherBlock;
        boolean ownInstruction =
                otherPc == step.pc() && block == warp.block().linearIndex() && otherThread >>> 5 == warp.index();
        Place other = warp.block().launch().place(otherPc, block, otherThread);
        warp.report(
                FindingKind.RACE,
                step,
                lane,
                (write ? "write" : "read") + " of " + space.name().toLowerCase(Locale.ROOT) + " memory at "
                        + hex(raceBase + at) + " races with a " + (otherWrite ? "write" : "read")
                        + (ownInstruction ? " by another lane of the warp" : ""),
                other);
    }

    @Override
    public void pending(long at, int lane, boolean write, int otherThread, int otherPc) {
        warp.report(
                FindingKind.PENDING_COPY,
                step,
                lane,
                (write ? "write" : "read") + " of shared memory at " + hex(at)
                        + " while an asynchronous copy to it is pending",
                warp.block().place(otherPc, otherThread));
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
