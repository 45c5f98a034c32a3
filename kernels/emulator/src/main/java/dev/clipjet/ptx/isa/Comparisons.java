package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import java.util.Map;

/** {@code setp}. */
final class Comparisons {
    private Comparisons() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("setp", Comparisons::setp);
    }

    private static Step setp(InstructionReader in) {
        String comparison = in.takeFirst();
        PtxType type = in.takeType();
        in.expect(3);
        int d = in.predicateTarget(in.operand(0));
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        if (type != PtxType.S32 || !comparison.equals("lt")) {
            throw in.error("setp." + comparison + " of type " + type);
        }
        return new LessThan(d, a, b);
    }

    private static final class LessThan extends Step {
        private final int d;
        private final int a;
        private final int b;

        LessThan(int d, int a, int b) {
            this.d = d;
            this.a = a;
            this.b = b;
        }

        @Override
        public void run(Warp warp, int mask) {
            int[] x = warp.ints[a];
            int[] y = warp.ints[b];
            int result = 0;
            for (int lane = 0; lane < 32; lane++) {
                result |= (x[lane] < y[lane] ? 1 : 0) << lane;
            }
            warp.predicates[d] = warp.predicates[d] & ~mask | result & mask;
        }
    }
}
