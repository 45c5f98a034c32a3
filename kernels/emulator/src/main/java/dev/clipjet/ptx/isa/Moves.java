package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.memory.Allocation;
import dev.clipjet.ptx.syntax.Operand;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code mov}, packing and unpacking included, {@code cvta isspacep}. */
final class Moves {
    private static final Set<String> CLOCKS =
            Set.of("%clock", "%clock_hi", "%clock64", "%globaltimer", "%globaltimer_lo");

    private Moves() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("mov", Moves::mov);
        decoders.put("cvta", Moves::cvta);
        decoders.put("isspacep", Moves::isspacep);
    }

    private static Step mov(InstructionReader in) {
        String vector = in.takeAny("v2", "v4");
        PtxType type = in.takeType();
        in.expect(2);
        if (type != PtxType.PRED && !type.isFundamental()) {
            throw in.error("mov of type " + type);
        }
        if (vector != null) {
            return VectorMove.of(in, vector.equals("v2") ? 2 : 4, type);
        }
        if (type == PtxType.PRED) {
            int d = in.predicateTarget(in.operand(0));
            if (in.operand(1) instanceof Operand.IntegerLiteral literal) {
                return new SetPredicate(d, literal.value() != 0);
            }
            return new MovePredicate(d, in.predicateSource(1));
        }
        List<Operand> to = in.elements(0);
        List<Operand> from = in.elements(1);
        if (to.size() > 1 || from.size() > 1) {
            return to.size() > 1 ? unpack(in, type, to) : pack(in, type, from);
        }
        if (in.operand(1) instanceof Operand.Name name && CLOCKS.contains(name.name())) {
            return clock(in, type);
        }
        if (type.isLong()) {
            return new MoveLong(
                    in.longTarget(0), in.longSource(1, type), in.mark(in.operand(0)), in.mark(in.operand(1)));
        }
        return new MoveInt(in.intTarget(0), in.intSource(1, type), in.mark(in.operand(0)), in.mark(in.operand(1)));
    }

    private static Step cvta(InstructionReader in) {
        boolean to = in.take("to");
        Space space = window(in);
        PtxType type = in.takeType();
        in.expect(2);
        if (type != PtxType.U64) {
            throw in.error("only 64-bit addresses are supported");
        }
        int d = in.longTarget(0);
        int a = in.longSource(1, type);
        return new AddWindow(d, a, to ? -space.window() : space.window());
    }

    private static Step isspacep(InstructionReader in) {
        Space space = window(in);
        in.expect(2);
        int d = in.predicateTarget(in.operand(0));
        int a = in.longSource(1, PtxType.U64);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                int result = 0;
                for (int lane = 0; lane < 32; lane++) {
                    result |= lies(warp, warp.longs[a][lane], space) ? 1 << lane : 0;
                }
                warp.predicates[d] = warp.predicates[d] & ~mask | result & mask;
            }
        };
    }

    /** Takes the state space, one that is a window of the generic address space. */
    private static Space window(InstructionReader in) {
        if (in.modifiers().contains("param::func")) {
            throw in.error("parameters of functions have no generic address");
        }
        Space space = in.takeSpace();
        if (space == Space.GENERIC) {
            throw in.error(in.opcode() + " needs a state space");
        }
        return space;
    }

    /** Whether a generic address lies in a space. The parameters' window is part of global memory's, the block's of its cluster's. */
    private static boolean lies(Warp warp, long address, Space space) {
        Space home = Space.of(address);
        return switch (space) {
            case GLOBAL -> home == Space.GLOBAL && !constant(warp, address) || home == Space.PARAM;
            case CONST -> home == Space.GLOBAL && constant(warp, address);
            case SHARED_CLUSTER -> home == Space.SHARED;
            case SHARED -> {
                int named = (int) (address >>> Space.CLUSTER_RANK_SHIFT) & 0x1f;
                yield home == Space.SHARED
                        && (named == 0 || named - 1 == warp.block().rankInCluster());
            }
            default -> home == space;
        };
    }

    /** Whether a generic address lies in a constant variable. */
    private static boolean constant(Warp warp, long address) {
        Allocation allocation = warp.block().launch().memory().at(address);
        return allocation != null && allocation.readOnly();
    }

    /** Reads of clocks: a count of the warp's steps, the same in every run. */
    private static Step clock(InstructionReader in, PtxType type) {
        boolean wide = type.isLong();
        int d = wide ? in.longTarget(0) : in.intTarget(0);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                long now = warp.tick();
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    if (wide) {
                        warp.longs[d][lane] = now;
                    } else {
                        warp.ints[d][lane] = (int) now;
                    }
                }
            }
        };
    }

    private static Step pack(InstructionReader in, PtxType type, List<Operand> from) {
        int n = from.size();
        int width = type.bits() / n;
        boolean fits = (n == 2 || n == 4) && width >= 8;
        if (!fits || type.isFloat()) {
            throw in.error("packing " + n + " values into type " + type);
        }
        int[] planes = new int[n];
        int[] marks = new int[n];
        PtxType part = width == 8 ? PtxType.B8 : width == 16 ? PtxType.B16 : PtxType.B32;
        for (int i = 0; i < n; i++) {
            planes[i] = in.intSource(from.get(i), part);
            marks[i] = in.mark(from.get(i));
        }
        boolean wide = type.isLong();
        int d = wide ? in.longTarget(0) : in.intTarget(0);
        return new Pack(d, planes, marks, in.mark(in.operand(0)), width, wide);
    }

    private static Step unpack(InstructionReader in, PtxType type, List<Operand> to) {
        int n = to.size();
        int width = type.bits() / n;
        boolean fits = (n == 2 || n == 4) && width >= 8;
        if (!fits || type.isFloat()) {
            throw in.error("unpacking type " + type + " into " + n + " values");
        }
        int[] planes = new int[n];
        int[] marks = new int[n];
        for (int i = 0; i < n; i++) {
            planes[i] = in.intTarget(to.get(i));
            marks[i] = in.mark(to.get(i));
        }
        boolean wide = type.isLong();
        int a = wide ? in.longSource(1, type) : in.intSource(1, type);
        return new Unpack(planes, marks, a, in.mark(in.operand(1)), width, wide);
    }

    /** Several registers side by side in a wider one, the first lowest. */
    private static final class Pack extends Step {
        private final int d;
        private final int[] planes;
        private final int[] marks;
        private final int to;
        private final int width;
        private final boolean wide;

        Pack(int d, int[] planes, int[] marks, int to, int width, boolean wide) {
            this.d = d;
            this.planes = planes;
            this.marks = marks;
            this.to = to;
            this.width = width;
            this.wide = wide;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            long bad = 0;
            int perHalf = planes.length / 2;
            for (int i = 0; i < planes.length; i++) {
                long part = warp.undefined[marks[i]];
                long lanes = (part | part >>> 32) & 0xffff_ffffL;
                bad |= i < perHalf ? lanes : lanes << 32;
            }
            if (width * planes.length == 16) {
                bad = Warp.halves((int) (bad | bad >>> 32));
            }
            long all = Warp.halves(mask);
            warp.undefined[to] = warp.undefined[to] & ~all | bad & all;
            warp.origin[to] = warp.originOf(marks, mask);
        }

        @Override
        public void run(Warp warp, int mask) {
            int[][] ints = warp.ints;
            if (!wide && width == 16) {
                int[] low = ints[planes[0]];
                int[] high = ints[planes[1]];
                int[] target = ints[d];
                for (int lane = 0; lane < 32; lane++) {
                    int value = low[lane] & 0xffff | high[lane] << 16;
                    target[lane] = (mask >>> lane & 1) != 0 ? value : target[lane];
                }
                return;
            }
            long keep = (1L << width) - 1;
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                long value = 0;
                for (int i = 0; i < planes.length; i++) {
                    value |= (ints[planes[i]][lane] & keep) << i * width;
                }
                if (wide) {
                    warp.longs[d][lane] = value;
                } else {
                    ints[d][lane] = (int) value;
                }
            }
        }
    }

    /** The parts of a register in registers of their own. */
    private static final class Unpack extends Step {
        private final int[] planes;
        private final int[] marks;
        private final int a;
        private final int from;
        private final int width;
        private final boolean wide;

        Unpack(int[] planes, int[] marks, int a, int from, int width, boolean wide) {
            this.planes = planes;
            this.marks = marks;
            this.a = a;
            this.from = from;
            this.width = width;
            this.wide = wide;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            long whole = warp.undefined[from];
            int perHalf = planes.length / 2;
            for (int i = 0; i < planes.length; i++) {
                long lanes = width * planes.length == 16 ? whole | whole >>> 32 : i < perHalf ? whole : whole >>> 32;
                long bad = Warp.halves((int) lanes & mask);
                warp.undefined[marks[i]] = warp.undefined[marks[i]] & ~Warp.halves(mask) | bad;
                warp.origin[marks[i]] = warp.origin[from];
            }
        }

        @Override
        public void run(Warp warp, int mask) {
            long keep = (1L << width) - 1;
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                long value = wide ? warp.longs[a][lane] : warp.ints[a][lane];
                for (int i = 0; i < planes.length; i++) {
                    warp.ints[planes[i]][lane] = (int) (value >>> i * width & keep);
                }
            }
        }
    }

    private static final class MoveInt extends Lanes.Int1 {
        private final int to;
        private final int from;

        MoveInt(int d, int a, int to, int from) {
            super(d, a);
            this.to = to;
            this.from = from;
        }

        @Override
        void lanes(int[] d, int[] a) {
            System.arraycopy(a, 0, d, 0, 32);
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            UndefinedHalves.copy(warp, mask, from, to);
        }
    }

    private static final class MoveLong extends Lanes.Long1 {
        private final int to;
        private final int from;

        MoveLong(int d, int a, int to, int from) {
            super(d, a);
            this.to = to;
            this.from = from;
        }

        @Override
        void lanes(long[] d, long[] a) {
            System.arraycopy(a, 0, d, 0, 32);
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            UndefinedHalves.copy(warp, mask, from, to);
        }
    }

    private static final class MovePredicate extends Step {
        private final int d;
        private final int a;

        MovePredicate(int d, int a) {
            this.d = d;
            this.a = a;
        }

        @Override
        public void run(Warp warp, int mask) {
            warp.predicates[d] = warp.predicates[d] & ~mask | warp.predicates[a] & mask;
        }
    }

    private static final class SetPredicate extends Step {
        private final int d;
        private final int lanes;

        SetPredicate(int d, boolean value) {
            this.d = d;
            lanes = value ? -1 : 0;
        }

        @Override
        public void run(Warp warp, int mask) {
            warp.predicates[d] = warp.predicates[d] & ~mask | lanes & mask;
        }
    }

    private static final class AddWindow extends Lanes.Long1 {
        private final long window;

        AddWindow(int d, int a, long window) {
            super(d, a);
            this.window = window;
        }

        @Override
        void lanes(long[] d, long[] a) {
            for (int lane = 0; lane < 32; lane++) {
                d[lane] = a[lane] + window;
            }
        }
    }
}
