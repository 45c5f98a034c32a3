package dev.clipjet.ptx.exec;

import dev.clipjet.ptx.memory.ByteBits;
import dev.clipjet.ptx.race.WarpClock;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.report.Place;
import dev.clipjet.ptx.tensor.TensorUnit;
import java.util.Arrays;

/**
 * A warp: the registers of its 32 lanes, its local memory, and where its groups of lanes stand.
 *
 * <p>Registers are planes, one value for each lane. Which register a plane belongs to is decided when the program is lowered.
 */
public final class Warp {
    /** Registers of up to 32 bits, literals and special registers. */
    public final int[][] ints;
    /** Registers of 64 bits, literals and special registers. */
    public final long[][] longs;
    /** Predicates, one bit a lane. */
    public final int[] predicates;
    /**
     * Undefined lanes of each register: bits 0 to 31 for the low half of each lane's value, bits 32 to 63 for the upper half. Index
     * 0 stands for operands that are always defined.
     */
    public final long[] undefined;
    /** For each register, the program counter at which its undefined value came about, or -1 for never written. */
    public final int[] origin;
    /** Local memory: {@link KernelCode#localBytes} for lane 0, then for lane 1 ... */
    public final byte[] local;
    /** Which bytes of local memory were written. */
    public final ByteBits localWritten;
    /** The carry flag of each lane, which {@code add.cc} and its like set. */
    public int carry;
    /** Scratch planes for steps that need a temporary result. */
    public final int[] scratchInts = new int[32];
    /** Scratch plane. */
    public final long[] scratchLongs = new long[32];
    /** What {@code mma.sync} computes with. */
    public final TensorUnit tensor = new TensorUnit(8);
    /** Where memory instructions resolve their addresses. */
    public final MemoryAccess access = new MemoryAccess();
    /** Accesses of asynchronous operations. */
    final BulkAccess asynchronous = new BulkAccess(this);
    /** Asynchronous copies that this warp's threads have started. */
    public final AsyncCopies copies;
    /** Bulk copies that this warp's threads have started. */
    public final BulkCopies bulk = new BulkCopies(this);

    /** Asynchronous matrix operations of this warp. */
    public final WarpgroupMatrix matrix = new WarpgroupMatrix(this);
    /** The mbarrier that each lane asked for in vain, for reports of a deadlock. */
    public final MBarrier[] asked = new MBarrier[32];

    /** For each lane, the phase of the cluster's barrier that it arrived in and has not waited for, or -1. */
    public final long[] clusterPhase = new long[32];

    private final Block block;
    private final int index;
    private final WarpGroups groups;
    private WarpClock clock;
    private long ticks;

    Warp(Block block, int index) {
        this.block = block;
        this.index = index;
        KernelCode code = block.launch().code();
        ints = new int[code.intPlanes()][];
        for (int i = 0; i < ints.length; i++) {
            int[] literal = block.launch().intLiterals().get(i);
            ints[i] = literal == null ? new int[32] : literal;
        }
        longs = new long[code.longPlanes()][];
        for (int i = 0; i < longs.length; i++) {
            long[] literal = block.launch().longLiterals().get(i);
            longs[i] = literal == null ? new long[32] : literal;
        }
        predicates = new int[code.predicatePlanes()];
        undefined = new long[code.undefinedMarks()];
        origin = new int[code.undefinedMarks()];
        local = new byte[32 * code.localBytes()];
        localWritten = new ByteBits(local.length);
        groups = new WarpGroups(this);
        copies = new AsyncCopies(this);
    }

    /** Makes the warp ready to run the block it belongs to. */
    void reset() {
        KernelCode code = block.launch().code();
        int first = index * 32;
        int live = Math.min(32, block.threads() - first);
        Arrays.fill(undefined, 1, undefined.length, -1L);
        Arrays.fill(origin, -1);
        if (local.length > 0) {
            localWritten.clear(0, local.length);
        }
        clock = new WarpClock(block.linearIndex(), index, block.warps());
        copies.reset();
        bulk.reset();
        matrix.reset();
        Arrays.fill(asked, null);
        Arrays.fill(clusterPhase, -1);
        groups.reset(live == 32 ? -1 : (1 << live) - 1);
        code.intSpecials().forEach((plane, special) -> {
            for (int lane = 0; lane < 32; lane++) {
                ints[plane][lane] = (int) block.special(special, first + lane);
            }
        });
        code.longSpecials().forEach((plane, special) -> {
            for (int lane = 0; lane < 32; lane++) {
                longs[plane][lane] = Integer.toUnsignedLong((int) block.special(special, first + lane));
            }
        });
    }

    /** Mixes all that decides what the warp does into a fingerprint of the block's state. */
    long fingerprint(long before) {
        long mixed = groups.fingerprint(before);
        for (int[] plane : ints) {
            for (int value : plane) {
                mixed = Circles.mix(mixed, value);
            }
        }
        for (long[] plane : longs) {
            for (long value : plane) {
                mixed = Circles.mix(mixed, value);
            }
        }
        for (int plane : predicates) {
            mixed = Circles.mix(mixed, plane);
        }
        if (copies.underWay() || bulk.underWay() || matrix.underWay()) {
            mixed = Circles.mix(mixed, block.progress().total()); // not what it was: these will end some time
        }
        return Circles.mix(Circles.mix(mixed, carry), local, 0, local.length);
    }

    /** Both halves of every lane in a mask, as in {@link #undefined}. */
    public static long halves(int mask) {
        long low = mask & 0xffff_ffffL;
        return low << 32 | low;
    }

    /** Marks lanes of a register defined. */
    public void markDefined(int mark, int mask) {
        undefined[mark] &= ~halves(mask);
    }

    /** Marks lanes of a register undefined because of the step at a program counter. */
    public void markUndefined(int mark, int mask, int pc) {
        undefined[mark] |= halves(mask);
        origin[mark] = pc;
    }

    /** Where the undefined value among some registers came from: a program counter, or -1 for a register never written. */
    public int originOf(int[] marks, int mask) {
        long halves = halves(mask);
        for (int mark : marks) {
            if ((undefined[mark] & halves) != 0) {
                return origin[mark];
            }
        }
        return -1;
    }

    /** Reports the use of an undefined value, and treats inputs and outputs as defined from here on. */
    public void reportUndefined(Step step, int mask, String use) {
        long halves = halves(mask);
        for (int mark : step.inputs()) {
            long bad = undefined[mark] & halves;
            if (bad != 0) {
                int lane = Integer.numberOfTrailingZeros((int) (bad | bad >>> 32));
                int from = origin[mark];
                report(
                        FindingKind.UNDEFINED_VALUE,
                        step,
                        lane,
                        "undefined value used as " + use
                                + (from < 0
                                        ? ", in a register never written"
                                        : ", from line " + code().steps()[from].line()),
                        from < 0 ? null : place(from, lane));
                undefined[mark] &= ~halves;
            }
        }
        for (int mark : step.outputs()) {
            undefined[mark] &= ~halves;
        }
    }

    /** Reports an error; ends the launch if its kind is fatal. */
    public void report(FindingKind kind, Step step, int lane, String detail, Place other) {
        report(kind, step, lane, detail, other, code().file());
    }

    /** The same where the other place may be in another PTX text. */
    void report(FindingKind kind, Step step, int lane, String detail, Place other, String otherFile) {
        block.launch().findings().add(kind, block, step.pc(), place(step.pc(), lane), detail, other, otherFile);
    }

    /** The place of a step for a lane of this warp. */
    public Place place(int pc, int lane) {
        return block.place(pc, index * 32 + lane);
    }

    /** A clock that advances with every look at it. */
    public long tick() {
        block.progress().change();
        return ++ticks;
    }

    /** The block. */
    public Block block() {
        return block;
    }

    /** The code that runs. */
    public KernelCode code() {
        return block.launch().code();
    }

    /** Index in the block. */
    public int index() {
        return index;
    }

    /** Lanes that have not exited. */
    public int live() {
        return groups.live();
    }

    /** Clock and knowledge of the lanes. */
    public WarpClock clock() {
        return clock;
    }

    WarpGroups groups() {
        return groups;
    }
}
