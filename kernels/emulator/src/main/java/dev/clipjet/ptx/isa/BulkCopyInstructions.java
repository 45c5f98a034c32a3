package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.AddressOperand;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Block;
import dev.clipjet.ptx.exec.MemoryAccess;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.report.FindingKind;
import java.util.ArrayList;
import java.util.List;

/** {@code cp.async.bulk} between global and shared memory. Copies by tensor maps are not supported. */
final class BulkCopyInstructions {
    private BulkCopyInstructions() {}

    /** Decodes what follows {@code cp.async.bulk}. */
    static Step decode(InstructionReader in) {
        in.needsTarget(90);
        if (in.take("commit_group")) {
            in.expect(0);
            return new Step() {
                @Override
                public void run(Warp warp, int mask) {
                    warp.bulk.commit(mask);
                }
            };
        }
        if (in.take("wait_group")) {
            boolean read = in.take("read");
            in.expect(1);
            int newest = (int) in.literal(0);
            return new Step() {
                @Override
                public void run(Warp warp, int mask) {
                    warp.bulk.await(this, mask, newest, read);
                }
            };
        }
        String first = in.takeFirst();
        if (first.equals("shared::cluster") && in.take("global")) {
            return load(in);
        }
        if (first.equals("global") && in.take("shared::cta")) {
            return store(in);
        }
        throw in.error("bulk copies go from .global to .shared::cluster, or from .shared::cta to .global");
    }

    private static Step load(InstructionReader in) {
        if (!in.take("mbarrier::complete_tx::bytes")) {
            throw in.error("a bulk copy to shared memory completes by .mbarrier::complete_tx::bytes");
        }
        boolean multicast = in.take("multicast::cluster");
        boolean policy = in.takePrefix("L2::cache_hint") != null;
        int operands = 4 + (multicast ? 1 : 0) + (policy ? 1 : 0);
        in.expect(operands);
        AddressOperand target = in.address(0);
        AddressOperand source = in.address(1);
        int bytes = in.intSource(2, PtxType.U32);
        AddressOperand barrier = in.address(3);
        int blocks = multicast ? in.intSource(4, PtxType.U16) : -1;
        takePolicy(in, policy, operands - 1);
        in.spaceOf(Space.SHARED_CLUSTER, target);
        in.spaceOf(Space.SHARED_CLUSTER, barrier);
        in.accesses(Space.SHARED, 8);
        in.accesses(in.spaceOf(Space.GLOBAL, source), 16);
        return new Load(target, source, bytes, barrier, blocks);
    }

    private static Step store(InstructionReader in) {
        if (!in.take("bulk_group")) {
            throw in.error("a bulk copy to global memory completes by .bulk_group");
        }
        boolean policy = in.takePrefix("L2::cache_hint") != null;
        in.expect(policy ? 4 : 3);
        AddressOperand target = in.address(0);
        AddressOperand source = in.address(1);
        int bytes = in.intSource(2, PtxType.U32);
        takePolicy(in, policy, 3);
        in.spaceOf(Space.SHARED, source);
        in.accesses(Space.SHARED, 16);
        in.accesses(in.spaceOf(Space.GLOBAL, target), 16);
        return new Store(target, source, bytes);
    }

    private static void takePolicy(InstructionReader in, boolean there, int index) {
        if (there) {
            in.longSource(index, PtxType.B64);
        }
    }

    private abstract static class Copy extends Step {
        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            warp.reportUndefined(this, mask, "an operand of a bulk copy");
        }
    }

    private static final class Load extends Copy {
        private final AddressOperand target;
        private final AddressOperand source;
        private final int bytes;
        private final AddressOperand barrier;
        private final int blocks;

        Load(AddressOperand target, AddressOperand source, int bytes, AddressOperand barrier, int blocks) {
            this.target = target;
            this.source = source;
            this.bytes = bytes;
            this.barrier = barrier;
            this.blocks = blocks;
        }

        @Override
        public void run(Warp warp, int mask) {
            MemoryAccess access = warp.access;
            long[] from = new long[32];
            source.into(warp, from);
            int[] bar = new int[32];
            barrier.into(warp, access.address);
            access.locate(warp, this, mask, Space.SHARED_CLUSTER, 8, 8);
            System.arraycopy(access.offset, 0, bar, 0, 32);
            Block[] barrierHome = access.home.clone();
            target.into(warp, access.address);
            access.locate(warp, this, mask, Space.SHARED_CLUSTER, 16, 16);
            int[] to = access.offset.clone();
            Block[] home = access.home.clone();
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                if (home[lane] != barrierHome[lane]) {
                    warp.report(
                            FindingKind.MBARRIER,
                            this,
                            lane,
                            "the mbarrier of a bulk copy is not in the shared memory of its destination",
                            null);
                    continue;
                }
                Block[] targets = blocks < 0 ? new Block[] {home[lane]} : blocks(warp, lane);
                warp.bulk.load(this, lane, targets, to[lane], from[lane], warp.ints[bytes][lane], bar[lane]);
            }
            warp.block().progress().effect();
        }

        private Block[] blocks(Warp warp, int lane) {
            List<Block> found = new ArrayList<>();
            for (int rank = 0; rank < 16; rank++) {
                if ((warp.ints[blocks][lane] >>> rank & 1) != 0) {
                    Block block = warp.block().ofCluster(rank);
                    if (block == null) {
                        warp.report(FindingKind.OUT_OF_BOUNDS, this, lane, "the cluster has no block " + rank, null);
                    }
                    found.add(block);
                }
            }
            return found.toArray(new Block[0]);
        }
    }

    private static final class Store extends Copy {
        private final AddressOperand target;
        private final AddressOperand source;
        private final int bytes;

        Store(AddressOperand target, AddressOperand source, int bytes) {
            this.target = target;
            this.source = source;
            this.bytes = bytes;
        }

        @Override
        public void run(Warp warp, int mask) {
            long[] to = new long[32];
            long[] from = new long[32];
            target.into(warp, to);
            source.into(warp, from);
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                int start = (int) Math.min(from[lane], Integer.MAX_VALUE);
                warp.bulk.store(this, lane, to[lane], start, warp.ints[bytes][lane]);
            }
            warp.block().progress().effect();
        }
    }
}
