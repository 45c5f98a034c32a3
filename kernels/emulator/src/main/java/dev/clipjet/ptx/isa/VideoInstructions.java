package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import java.util.Map;

/**
 * {@code vadd vsub} of whole words, as GCC writes them: {@code vadd.u32.u32.u32{.sat}{.add}}. The sum or difference has as many
 * bits as it needs; saturation brings it into the target's type, and what is added after that wraps.
 */
final class VideoInstructions {
    private VideoInstructions() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("vadd", in -> sum(in, 1));
        decoders.put("vsub", in -> sum(in, -1));
    }

    private static Step sum(InstructionReader in, int sign) {
        PtxType to = in.takeType();
        PtxType left = in.takeType();
        PtxType right = in.takeType();
        boolean saturate = in.take("sat");
        boolean accumulate = in.take("add");
        for (PtxType type : new PtxType[] {to, left, right}) {
            if (type != PtxType.U32 && type != PtxType.S32) {
                throw in.error(in.opcode() + " of type " + type);
            }
        }
        in.expect(accumulate ? 4 : 3);
        int d = in.intTarget(0);
        int a = in.intSource(1, left);
        int b = in.intSource(2, right);
        int c = accumulate ? in.intSource(3, to) : in.intSource(2, right);
        long least = to.isSigned() ? Integer.MIN_VALUE : 0;
        long most = to.isSigned() ? Integer.MAX_VALUE : 0xffff_ffffL;
        return Lanes.of(d, a, b, c, (x, y, z) -> {
            long sum = value(x, left) + sign * value(y, right);
            long kept = saturate ? Math.max(least, Math.min(most, sum)) : sum;
            return (int) kept + (accumulate ? z : 0);
        });
    }

    private static long value(int bits, PtxType type) {
        return type.isSigned() ? bits : bits & 0xffff_ffffL;
    }
}
