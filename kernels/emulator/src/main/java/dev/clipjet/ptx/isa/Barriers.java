package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Block;
import dev.clipjet.ptx.exec.NamedBarrier;
import dev.clipjet.ptx.exec.NamedBarrier.Reduction;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.WaitStep;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.syntax.Operand;
import java.util.Map;

/** {@code bar barrier bar.warp}. */
final class Barriers {
    private Barriers() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("bar", in -> barrier(in, true));
        decoders.put("barrier", in -> barrier(in, in.take("aligned")));
    }

    private static Step barrier(InstructionReader in, boolean aligned) {
        boolean bar = in.opcode().equals("bar");
        if (bar && in.take("warp")) {
            if (!in.take("sync")) {
                throw in.error("the barrier of a warp is bar.warp.sync");
            }
            in.expect(1);
            return new WarpBarrier(in.intSource(0, PtxType.B32));
        }
        if (!bar && in.take("cluster")) {
            return ClusterInstructions.barrier(in, aligned);
        }
        in.take("cta");
        String form = in.takeAny("sync", "arrive", "red");
        if (form == null) {
            throw in.error("a barrier takes .sync, .arrive or .red");
        }
        if (form.equals("red")) {
            return reduction(in, aligned || in.take("aligned"));
        }
        boolean arrive = form.equals("arrive");
        in.expect(arrive ? 2 : 1, 2);
        int id = in.intSource(0, PtxType.U32);
        int threads = in.operands() == 2 ? in.intSource(1, PtxType.U32) : -1;
        return new BlockBarrier(id, threads, arrive, aligned);
    }

    private static Step reduction(InstructionReader in, boolean aligned) {
        String op = in.takeAny("popc", "and", "or");
        PtxType type = in.takeType();
        if (op == null || type != (op.equals("popc") ? PtxType.U32 : PtxType.PRED)) {
            throw in.error("a barrier reduces by .popc.u32, .and.pred or .or.pred");
        }
        in.expect(3, 4);
        boolean count = op.equals("popc");
        int d = count ? in.intTarget(0) : in.predicateTarget(in.operand(0));
        int id = in.intSource(1, PtxType.U32);
        int threads = in.operands() == 4 ? in.intSource(2, PtxType.U32) : -1;
        Operand last = in.operand(in.operands() - 1);
        int votes = in.predicateSource(last);
        Reduction how = count ? Reduction.COUNT : op.equals("and") ? Reduction.AND : Reduction.OR;
        return new ReducingBarrier(id, threads, aligned, how, d, votes, in.isNegated(last));
    }

    private static final class WarpBarrier extends SyncStep {
        WarpBarrier(int members) {
            super(members);
        }

        @Override
        public void run(Warp warp, int mask) {
            warp.clock().synchronize(mask, warp.live());
        }
    }

    private static class BlockBarrier extends WaitStep {
        private final int id;
        private final int threads;
        private final boolean arriveOnly;
        private final boolean aligned;

        BlockBarrier(int id, int threads, boolean arriveOnly, boolean aligned) {
            this.id = id;
            this.threads = threads;
            this.arriveOnly = arriveOnly;
            this.aligned = aligned;
        }

        @Override
        public boolean aligned() {
            return aligned;
        }

        @Override
        public long arrive(Warp warp, int mask) {
            int lane = Integer.numberOfTrailingZeros(mask);
            int barrier = warp.ints[id][lane];
            if (barrier < 0 || barrier >= Block.BARRIERS) {
                warp.report(FindingKind.BARRIER, this, lane, "there is no barrier " + barrier, null);
                return -1;
            }
            int count = threads < 0 ? 0 : warp.ints[threads][lane];
            if ((count & 31) != 0 || count < 0) {
                warp.report(FindingKind.BARRIER, this, lane, count + " threads is no multiple of the warp size", null);
                return -1;
            }
            NamedBarrier named = warp.block().barrier(barrier);
            long phase = named.arrive(warp, this, mask, count, reduction(), votes(warp));
            if (arriveOnly) {
                return -1;
            }
            named.await(phase, mask);
            return phase << 4 | barrier;
        }

        Reduction reduction() {
            return Reduction.NONE;
        }

        /** Lanes whose predicate is true. */
        int votes(Warp warp) {
            return 0;
        }

        @Override
        public boolean passed(Warp warp, int mask, long ticket) {
            return warp.block().barrier((int) (ticket & 15)).passed(warp, mask, ticket >>> 4);
        }

        @Override
        public String waitingFor(Warp warp, long ticket) {
            return warp.block().barrier((int) (ticket & 15)).describe();
        }
    }

    private static final class ReducingBarrier extends BlockBarrier {
        private final Reduction how;
        private final int d;
        private final int votes;
        private final boolean negated;

        ReducingBarrier(int id, int threads, boolean aligned, Reduction how, int d, int votes, boolean negated) {
            super(id, threads, false, aligned);
            this.how = how;
            this.d = d;
            this.votes = votes;
            this.negated = negated;
        }

        @Override
        Reduction reduction() {
            return how;
        }

        @Override
        int votes(Warp warp) {
            return negated ? ~warp.predicates[votes] : warp.predicates[votes];
        }

        @Override
        public boolean passed(Warp warp, int mask, long ticket) {
            if (!super.passed(warp, mask, ticket)) {
                return false;
            }
            int result = warp.block().barrier((int) (ticket & 15)).reduced(ticket >>> 4, how);
            if (how != Reduction.COUNT) {
                warp.predicates[d] = result != 0 ? warp.predicates[d] | mask : warp.predicates[d] & ~mask;
                return true;
            }
            for (int left = mask; left != 0; left &= left - 1) {
                warp.ints[d][Integer.numberOfTrailingZeros(left)] = result;
            }
            return true;
        }
    }
}
