package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Block;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.WaitStep;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.exec.WarpStep;
import dev.clipjet.ptx.report.FindingKind;
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
        String form = in.takeAny("sync", "arrive");
        if (form == null) {
            throw in.error("this form of barrier is not supported");
        }
        boolean arrive = form.equals("arrive");
        in.expect(arrive ? 2 : 1, 2);
        int id = in.intSource(0, PtxType.U32);
        int threads = in.operands() == 2 ? in.intSource(1, PtxType.U32) : -1;
        return new BlockBarrier(id, threads, arrive, aligned);
    }

    private static final class WarpBarrier extends WarpStep {
        private final int members;

        WarpBarrier(int members) {
            this.members = members;
        }

        @Override
        public int members(Warp warp, int lane) {
            return warp.ints[members][lane];
        }

        @Override
        public void run(Warp warp, int mask) {
            warp.clock().synchronize(mask, warp.live());
        }
    }

    private static final class BlockBarrier extends WaitStep {
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
            long phase = warp.block().barrier(barrier).arrive(warp, this, mask, count, false);
            return arriveOnly ? -1 : phase << 4 | barrier;
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
}
