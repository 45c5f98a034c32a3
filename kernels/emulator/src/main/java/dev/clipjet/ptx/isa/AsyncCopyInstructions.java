package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.AddressOperand;
import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.MBarrier;
import dev.clipjet.ptx.exec.MBarriers;
import dev.clipjet.ptx.exec.MemoryAccess;
import dev.clipjet.ptx.exec.SharedMemory;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.report.FindingKind;
import java.util.Map;

/** {@code cp.async} of threads, its groups and waits, and arrivals at mbarriers when copies are done. */
final class AsyncCopyInstructions {
    private AsyncCopyInstructions() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("cp", AsyncCopyInstructions::copy);
    }

    private static Step copy(InstructionReader in) {
        if (!in.take("async")) {
            throw in.error("cp must be cp.async");
        }
        in.needsTarget(80);
        if (in.take("bulk")) {
            return BulkCopyInstructions.decode(in);
        }
        if (in.take("mbarrier")) {
            return arrival(in);
        }
        if (in.take("commit_group")) {
            in.expect(0);
            return new Commit();
        }
        if (in.take("wait_group")) {
            in.expect(1);
            return new Await((int) in.literal(0), false);
        }
        if (in.take("wait_all")) {
            in.expect(0);
            return new Await(0, true);
        }
        boolean streaming = in.take("cg");
        if (!streaming && !in.take("ca")) {
            throw in.error("cp.async must be .ca or .cg");
        }
        if (in.takeAny("shared", "shared::cta") == null || !in.take("global")) {
            throw in.error("cp.async goes from .global to .shared");
        }
        boolean policy = in.take("L2::cache_hint");
        in.takeAny("L2::64B", "L2::128B", "L2::256B");
        int operands = in.operands() - (policy ? 1 : 0);
        in.expect(policy ? 4 : 3, policy ? 5 : 4);
        if (policy) {
            in.longSource(operands, PtxType.B64);
        }
        AddressOperand target = in.address(0);
        AddressOperand source = in.address(1);
        int bytes = (int) in.literal(2);
        if (bytes != 16 && (streaming || bytes != 4 && bytes != 8)) {
            throw in.error("cp.async of " + bytes + " bytes");
        }
        boolean ignores = operands == 4 && in.isRegister(in.operand(3)) && in.registerBits(in.operand(3)) == 1;
        int ignored = ignores ? in.predicateSource(3) : -1;
        int sourceBytes = operands == 4 && !ignores ? in.intSource(3, PtxType.U32) : -1;
        in.spaceOf(Space.SHARED, target);
        in.accesses(Space.SHARED, bytes);
        in.accesses(in.spaceOf(Space.GLOBAL, source), bytes);
        return new Copy(target, source, bytes, sourceBytes, ignored);
    }

    private static Step arrival(InstructionReader in) {
        if (!in.take("arrive")) {
            throw in.error("cp.async.mbarrier must be cp.async.mbarrier.arrive");
        }
        boolean counted = in.take("noinc");
        Space space = in.takeSpace();
        if (!in.take("b64") || space != Space.GENERIC && space != Space.SHARED) {
            throw in.error("the arrival is of type .b64, at a barrier in .shared memory");
        }
        in.expect(1);
        AddressOperand address = in.address(0);
        in.spaceOf(space, address);
        in.accesses(Space.SHARED, 8);
        return new Arrival(address, space, counted);
    }

    private static final class Copy extends Step {
        private final AddressOperand target;
        private final AddressOperand source;
        private final int bytes;
        private final int sourceBytes;
        private final int ignored;

        Copy(AddressOperand target, AddressOperand source, int bytes, int sourceBytes, int ignored) {
            this.target = target;
            this.source = source;
            this.bytes = bytes;
            this.sourceBytes = sourceBytes;
            this.ignored = ignored;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            warp.reportUndefined(this, mask, "an operand of an asynchronous copy");
        }

        @Override
        public void run(Warp warp, int mask) {
            MemoryAccess access = warp.access;
            target.into(warp, access.address);
            access.startCopy(warp, this, mask, bytes);
            int[] to = warp.scratchInts;
            System.arraycopy(access.offset, 0, to, 0, 32);
            warp.copies.begin(this, bytes);
            source.into(warp, access.address);
            int whole = mask;
            if (sourceBytes >= 0 || ignored >= 0) {
                whole = 0;
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    int count = count(warp, lane);
                    if (count == bytes) {
                        whole |= 1 << lane;
                    } else {
                        part(warp, lane, count, to[lane]);
                    }
                }
            }
            if (whole != 0) {
                access.read(warp, this, whole, Space.GLOBAL, bytes, bytes);
                for (int left = whole; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    start(warp, lane, bytes, to[lane]);
                }
            }
        }

        private int count(Warp warp, int lane) {
            if (ignored >= 0) {
                return (warp.predicates[ignored] >>> lane & 1) != 0 ? 0 : bytes;
            }
            int count = warp.ints[sourceBytes][lane];
            if (count < 0 || count > bytes) {
                warp.report(
                        FindingKind.UNSPECIFIED_RESULT,
                        this,
                        lane,
                        "a source of " + Integer.toUnsignedString(count) + " bytes for a copy of " + bytes,
                        null);
                return bytes;
            }
            return count;
        }

        /** A copy that reads less than it writes; of its source, only what it reads need exist. */
        private void part(Warp warp, int lane, int count, int to) {
            if (count == 0) {
                warp.copies.start(lane, null, 0, 0, to);
            } else {
                warp.access.read(warp, this, 1 << lane, Space.GLOBAL, count, bytes);
                start(warp, lane, count, to);
            }
        }

        private void start(Warp warp, int lane, int count, int to) {
            MemoryAccess access = warp.access;
            warp.copies.start(lane, access.memory(lane), access.offset[lane], count, to);
            if ((access.undefinedLanes >>> lane & 1) != 0) {
                SharedMemory shared = warp.block().shared();
                for (int i = 0; i < count; i++) {
                    if ((access.undefinedBytes[lane] >>> i & 1) != 0) {
                        shared.written().clear(to + i, 1);
                    }
                }
            }
        }
    }

    private static final class Commit extends Step {
        @Override
        public void run(Warp warp, int mask) {
            warp.copies.commit(mask);
        }
    }

    private static final class Await extends Step {
        private final int newest;
        private final boolean commits;

        Await(int newest, boolean commits) {
            this.newest = newest;
            this.commits = commits;
        }

        @Override
        public void run(Warp warp, int mask) {
            if (commits) {
                warp.copies.commit(mask);
            }
            warp.copies.await(this, mask, newest);
        }
    }

    private static final class Arrival extends Step {
        private final AddressOperand address;
        private final Space space;
        private final boolean counted;

        Arrival(AddressOperand address, Space space, boolean counted) {
            this.address = address;
            this.space = space;
            this.counted = counted;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            warp.reportUndefined(this, mask, "an address");
        }

        @Override
        public void run(Warp warp, int mask) {
            address.into(warp, warp.access.address);
            warp.access.locate(warp, this, mask, space, 8, 8);
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                MBarrier barrier = MBarriers.at(warp, this, 1 << lane);
                if (barrier != null) {
                    if (!counted) {
                        barrier.raisePending(warp, lane, this);
                    }
                    warp.copies.arriveWhenDone(this, lane, barrier);
                }
            }
            warp.block().progress().effect();
        }
    }
}
