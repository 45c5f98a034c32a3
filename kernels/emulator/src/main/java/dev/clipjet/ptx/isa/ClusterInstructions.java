package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.WaitStep;
import dev.clipjet.ptx.exec.Warp;
import java.util.Map;

/** {@code mapa getctarank barrier.cluster}. */
final class ClusterInstructions {
    private static final long WITHIN = (1L << Space.CLUSTER_RANK_SHIFT) - 1;

    private ClusterInstructions() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("mapa", ClusterInstructions::map);
        decoders.put("getctarank", ClusterInstructions::rank);
    }

    /** Decodes {@code barrier.cluster}. */
    static Step barrier(InstructionReader in, boolean alignedBefore) {
        in.needsTarget(90);
        boolean arrive = in.take("arrive");
        if (!arrive && !in.take("wait")) {
            throw in.error("barrier.cluster takes .arrive or .wait");
        }
        boolean relaxed = arrive && in.take("relaxed");
        if (!relaxed) {
            in.take(arrive ? "release" : "acquire");
        }
        boolean aligned = in.take("aligned") || alignedBefore;
        in.expect(0);
        in.communicates();
        return new Barrier(arrive, !relaxed, aligned);
    }

    private static Step map(InstructionReader in) {
        in.needsTarget(90);
        Space space = in.takeSpace();
        boolean generic = space == Space.GENERIC;
        PtxType type = in.takeType();
        in.expect(3);
        boolean wide = type == PtxType.U64;
        if (!wide && (type != PtxType.U32 || generic) || !generic && space != Space.SHARED_CLUSTER) {
            throw in.error("mapa of type " + type);
        }
        int d = wide ? in.longTarget(0) : in.intTarget(0);
        int a = wide ? in.longSource(1, type) : in.intSource(1, type);
        int b = in.intSource(2, PtxType.U32);
        long window = generic ? Space.SHARED_WINDOW : 0;
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    long own = (wide ? warp.longs[a][lane] : warp.ints[a][lane]) & WITHIN;
                    long mapped = own | warp.ints[b][lane] + 1L << Space.CLUSTER_RANK_SHIFT;
                    if (wide) {
                        warp.longs[d][lane] = mapped + window;
                    } else {
                        warp.ints[d][lane] = (int) mapped;
                    }
                }
            }
        };
    }

    private static Step rank(InstructionReader in) {
        in.needsTarget(90);
        Space space = in.takeSpace();
        PtxType type = in.takeType();
        in.expect(2);
        boolean fits = space == Space.GENERIC || space == Space.SHARED_CLUSTER;
        if (!fits || type != PtxType.U64 && (type != PtxType.U32 || space == Space.GENERIC)) {
            throw in.error("getctarank takes .shared::cluster with .u32 or .u64, or a generic address with .u64");
        }
        boolean wide = type == PtxType.U64;
        int d = in.intTarget(0);
        int a = wide ? in.longSource(1, type) : in.intSource(1, type);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    long address = wide ? warp.longs[a][lane] : warp.ints[a][lane];
                    int named = (int) (address >>> Space.CLUSTER_RANK_SHIFT) & 0x1f;
                    warp.ints[d][lane] = named == 0 ? warp.block().rankInCluster() : named - 1;
                }
            }
        };
    }

    private static final class Barrier extends WaitStep {
        private final boolean arrives;
        private final boolean ordered;
        private final boolean aligned;

        Barrier(boolean arrives, boolean ordered, boolean aligned) {
            this.arrives = arrives;
            this.ordered = ordered;
            this.aligned = aligned;
        }

        @Override
        public boolean aligned() {
            return aligned;
        }

        @Override
        public long arrive(Warp warp, int mask) {
            if (arrives) {
                warp.block().clusterBarrier().arrive(warp, this, mask, ordered);
                return -1;
            }
            return warp.block().clusterBarrier().await(warp, this, mask);
        }

        @Override
        public boolean passed(Warp warp, int mask, long ticket) {
            return warp.block().clusterBarrier().passed(warp, mask, ticket, ordered);
        }

        @Override
        public String waitingFor(Warp warp, long ticket) {
            return warp.block().clusterBarrier().describe();
        }
    }
}
