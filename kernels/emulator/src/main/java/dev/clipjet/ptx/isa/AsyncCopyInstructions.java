package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.AddressOperand;
import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.MemoryAccess;
import dev.clipjet.ptx.exec.SharedMemory;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import java.util.Map;

/** {@code cp.async} of threads, its groups and waits. */
final class AsyncCopyInstructions {
    private AsyncCopyInstructions() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("cp", AsyncCopyInstructions::copy);
    }

    private static Step copy(InstructionReader in) {
        if (!in.take("async")) {
            throw in.error("cp must be cp.async");
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
        in.take("shared");
        in.take("shared::cta");
        in.take("global");
        in.takePrefix("L2::");
        in.expect(3, 4);
        AddressOperand target = in.address(0);
        AddressOperand source = in.address(1);
        int bytes = (int) in.literal(2);
        if (bytes != 16 && (streaming || bytes != 4 && bytes != 8)) {
            throw in.error("cp.async of " + bytes + " bytes");
        }
        int sourceBytes = in.operands() == 4 ? in.intSource(3, PtxType.U32) : -1;
        in.accesses(Space.SHARED, bytes);
        in.accesses(Space.GLOBAL, bytes);
        return new Copy(target, source, bytes, sourceBytes);
    }

    private static final class Copy extends Step {
        private final AddressOperand target;
        private final AddressOperand source;
        private final int bytes;
        private final int sourceBytes;

        Copy(AddressOperand target, AddressOperand source, int bytes, int sourceBytes) {
            this.target = target;
            this.source = source;
            this.bytes = bytes;
            this.sourceBytes = sourceBytes;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            warp.reportUndefined(this, mask, "an address");
        }

        @Override
        public void run(Warp warp, int mask) {
            MemoryAccess access = warp.access;
            target.into(warp, access.address);
            access.startCopy(warp, this, mask, bytes);
            int[] to = new int[32];
            System.arraycopy(access.offset, 0, to, 0, 32);
            int reading = mask;
            if (sourceBytes >= 0) {
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    if (warp.ints[sourceBytes][lane] == 0) {
                        reading &= ~(1 << lane);
                    }
                }
            }
            source.into(warp, access.address);
            if (reading != 0) {
                access.read(warp, this, reading, Space.GLOBAL, bytes, bytes);
            }
            SharedMemory shared = warp.block().shared();
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                boolean reads = (reading >>> lane & 1) != 0;
                int count = !reads ? 0 : sourceBytes < 0 ? bytes : Math.min(bytes, warp.ints[sourceBytes][lane]);
                warp.copies.start(
                        this, lane, reads ? access.bytes[lane] : null, access.offset[lane], count, to[lane], bytes);
                if (reads && (access.undefinedLanes >>> lane & 1) != 0) {
                    for (int i = 0; i < count; i++) {
                        if ((access.undefinedBytes[lane] >>> i & 1) != 0) {
                            shared.written().clear(to[lane] + i, 1);
                        }
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
}
