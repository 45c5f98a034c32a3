package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.race.Strength;
import java.util.Map;

/** {@code fence membar}, and hints that change nothing: {@code prefetch nanosleep}. */
final class Fences {
    private Fences() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("membar", Fences::membar);
        decoders.put("fence", Fences::fence);
        decoders.put("prefetch", Fences::prefetch);
        decoders.put("prefetchu", Fences::prefetch);
        decoders.put("nanosleep", Fences::sleep);
    }

    private static Step membar(InstructionReader in) {
        String scope = in.takeAny("cta", "gl", "sys");
        in.expect(0);
        if (scope == null) {
            throw in.error("membar takes .cta .gl or .sys");
        }
        return new Fence(Strength.scope(scope.equals("gl") ? "gpu" : scope));
    }

    private static Step fence(InstructionReader in) {
        if (in.take("proxy")) {
            if (!in.take("async")) {
                throw in.error("only fence.proxy.async is supported");
            }
            in.takeAny("global", "shared::cta", "shared::cluster");
            in.expect(0);
            in.needsTarget(90);
            return new Step() {
                @Override
                public void run(Warp warp, int mask) {
                    warp.block().mbarriers().fence(warp, mask);
                    warp.clock().fenceProxy(mask, warp.live());
                }
            };
        }
        if (in.take("mbarrier_init")) {
            if (!in.take("release") || !in.take("cluster")) {
                throw in.error("the fence is fence.mbarrier_init.release.cluster");
            }
            in.expect(0);
            in.needsTarget(90);
            return new Step() {
                @Override
                public void run(Warp warp, int mask) {
                    warp.block().mbarriers().fence(warp, mask);
                }
            };
        }
        in.takeAny("sc", "acq_rel");
        String scope = in.takeAny("cta", "cluster", "gpu", "sys");
        in.expect(0);
        if (scope == null) {
            throw in.error("the fence has no scope");
        }
        return new Fence(Strength.scope(scope));
    }

    private static final class Fence extends Step {
        private final int scope;

        Fence(int scope) {
            this.scope = scope;
        }

        @Override
        public void run(Warp warp, int mask) {
            warp.clock().fence(mask, scope);
        }
    }

    private static final class Hint extends Step {
        @Override
        public void run(Warp warp, int mask) {
            // Changes when things happen, not what.
        }
    }

    private static Step prefetch(InstructionReader in) {
        boolean uniform = in.opcode().equals("prefetchu");
        Space space = in.takeSpace();
        if (space != Space.GENERIC && (uniform || space != Space.GLOBAL && space != Space.LOCAL)) {
            throw in.error(in.opcode() + " does not work on this state space");
        }
        if (!in.take("L1") && (uniform || !in.take("L2"))) {
            throw in.error(in.opcode() + " names no cache that it can fill");
        }
        in.expect(1);
        in.address(0);
        return new Hint();
    }

    private static Step sleep(InstructionReader in) {
        if (!in.take("u32")) {
            throw in.error("nanosleep is of type .u32");
        }
        in.expect(1);
        in.intSource(0, PtxType.U32);
        return new Hint();
    }
}
