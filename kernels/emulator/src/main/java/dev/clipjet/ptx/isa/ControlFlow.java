package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.CallSite;
import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.decode.ReturnStep;
import dev.clipjet.ptx.decode.SystemCall;
import dev.clipjet.ptx.exec.Branch;
import dev.clipjet.ptx.exec.KernelCode;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.report.FindingKind;
import java.util.Map;

/** {@code bra brx.idx call ret exit trap}. */
final class ControlFlow {
    private ControlFlow() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("bra", ControlFlow::bra);
        decoders.put("brx", ControlFlow::brx);
        decoders.put("call", ControlFlow::call);
        decoders.put("ret", ControlFlow::ret);
        decoders.put("exit", in -> new Exit());
        decoders.put("trap", in -> new Trap("trap was executed"));
        decoders.put("brkpt", in -> new Trap("brkpt was executed, and there is no debugger"));
    }

    private static Step bra(InstructionReader in) {
        boolean uniform = in.take("uni");
        in.expect(1);
        in.jumpTo(0);
        return new Jump(uniform);
    }

    private static Step brx(InstructionReader in) {
        if (!in.take("idx")) {
            throw in.error("brx must be brx.idx");
        }
        boolean uniform = in.take("uni");
        in.expect(2);
        int index = in.intSource(0, PtxType.U32);
        return new IndexedJump(uniform, index, in.jumpTable(1));
    }

    private static Step call(InstructionReader in) {
        boolean uniform = in.take("uni");
        SystemCall system = in.systemCall();
        if (system != null) {
            return system.name().equals("vprintf") ? new Print(system) : new FailedAssertion(system);
        }
        return new Call(uniform, in.call());
    }

    private static Step ret(InstructionReader in) {
        in.take("uni");
        in.expect(0);
        return new ReturnStep();
    }

    private static final class Jump extends Branch {
        Jump(boolean uniform) {
            super(Form.JUMP, uniform);
        }
    }

    private static final class Exit extends Branch {
        Exit() {
            super(Form.EXIT, false);
        }
    }

    private static final class IndexedJump extends Branch {
        private final int index;
        private final int[] targets;

        IndexedJump(boolean uniform, int index, int[] targets) {
            super(Form.INDEXED, uniform);
            this.index = index;
            this.targets = targets;
        }

        @Override
        public int targetOf(Warp warp, int lane) {
            int i = warp.ints[index][lane];
            if (i < 0 || i >= targets.length) {
                warp.report(
                        FindingKind.OUT_OF_BOUNDS,
                        this,
                        lane,
                        "index " + Integer.toUnsignedString(i) + " in a list of " + targets.length + " branch targets",
                        null);
            }
            return targets[i];
        }
    }

    private static final class Call extends Branch {
        private final CallSite site;

        Call(boolean uniform, CallSite site) {
            super(Form.CALL, uniform);
            this.site = site;
        }

        @Override
        public void run(Warp warp, int mask) {
            for (CallSite.Move move : site.arguments()) {
                move.run(warp, mask);
            }
            for (KernelCode.FunctionStart start : warp.code().functionStarts()) {
                if (start.pc() == target()) {
                    for (int register : start.registers()) {
                        warp.undefined[register] |= Warp.halves(mask);
                    }
                }
            }
        }
    }

    private static final class Trap extends Step {
        private final String what;

        Trap(String what) {
            this.what = what;
        }

        @Override
        public void run(Warp warp, int mask) {
            warp.report(FindingKind.TRAP, this, Integer.numberOfTrailingZeros(mask), what, null);
        }
    }
}
