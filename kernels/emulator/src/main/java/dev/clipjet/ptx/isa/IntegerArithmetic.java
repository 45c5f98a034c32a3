package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import java.util.Map;

/** Integer arithmetic. */
final class IntegerArithmetic {
    private IntegerArithmetic() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("add", IntegerArithmetic::add);
    }

    private static Step add(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(3);
        return switch (type) {
            case U32, S32 -> new Add32(in.intTarget(0), in.intSource(1, type), in.intSource(2, type));
            case U64, S64 -> new Add64(in.longTarget(0), in.longSource(1, type), in.longSource(2, type));
            default -> throw in.error("add of type " + type);
        };
    }

    private static final class Add32 extends Lanes.Int2 {
        Add32(int d, int a, int b) {
            super(d, a, b);
        }

        @Override
        void lanes(int[] d, int[] a, int[] b) {
            for (int lane = 0; lane < 32; lane++) {
                d[lane] = a[lane] + b[lane];
            }
        }
    }

    private static final class Add64 extends Lanes.Long2 {
        Add64(int d, int a, int b) {
            super(d, a, b);
        }

        @Override
        void lanes(long[] d, long[] a, long[] b) {
            for (int lane = 0; lane < 32; lane++) {
                d[lane] = a[lane] + b[lane];
            }
        }
    }
}
