package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.syntax.Operand;
import java.util.Map;

/** {@code mov} without packing, {@code cvta}. */
final class Moves {
    private Moves() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("mov", Moves::mov);
        decoders.put("cvta", Moves::cvta);
    }

    private static Step mov(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(2);
        if (type == PtxType.PRED) {
            int d = in.predicateTarget(in.operand(0));
            int a = in.predicateSource(1);
            return new MovePredicate(d, a);
        }
        if (in.operand(0) instanceof Operand.Vector || in.operand(1) instanceof Operand.Vector) {
            throw in.error("mov with braces is not supported");
        }
        if (type.isLong()) {
            return new MoveLong(
                    in.longTarget(0), in.longSource(1, type), in.mark(in.operand(0)), in.mark(in.operand(1)));
        }
        return new MoveInt(in.intTarget(0), in.intSource(1, type), in.mark(in.operand(0)), in.mark(in.operand(1)));
    }

    private static Step cvta(InstructionReader in) {
        boolean to = in.take("to");
        Space space = in.takeSpace();
        PtxType type = in.takeType();
        in.expect(2);
        if (type != PtxType.U64) {
            throw in.error("only 64-bit addresses are supported");
        }
        int d = in.longTarget(0);
        int a = in.longSource(1, type);
        return new AddWindow(d, a, to ? -space.window() : space.window());
    }

    /** Undefined halves move along as they are. */
    private static void copyUndefined(Warp warp, int mask, int from, int to) {
        long all = Warp.halves(mask);
        warp.undefined[to] = warp.undefined[to] & ~all | warp.undefined[from] & all;
        warp.origin[to] = warp.origin[from];
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
            copyUndefined(warp, mask, from, to);
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
            copyUndefined(warp, mask, from, to);
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
