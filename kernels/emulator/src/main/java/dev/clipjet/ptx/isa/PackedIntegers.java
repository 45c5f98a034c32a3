package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import java.util.Map;

/** {@code add min max} of two 16-bit integers in one register, {@code min max} of integers with {@code .relu}, {@code vabsdiff4}. */
final class PackedIntegers {
    private PackedIntegers() {}

    /** Registers these types, in front of the decoders for the others. */
    static void register(Map<String, Decoder> decoders) {
        for (String opcode : new String[] {"add", "min", "max"}) {
            Decoder others = decoders.get(opcode);
            decoders.put(opcode, in -> {
                boolean packed =
                        in.modifiers().contains("u16x2") || in.modifiers().contains("s16x2");
                if (packed) {
                    return halves(in, opcode);
                }
                boolean clamped =
                        in.modifiers().contains("relu") && in.modifiers().contains("s32");
                return clamped && !opcode.equals("add") ? clamped(in, opcode.equals("max")) : others.decode(in);
            });
        }
        decoders.put("vabsdiff4", PackedIntegers::differences);
    }

    private static Step halves(InstructionReader in, String opcode) {
        in.needsTarget(90);
        boolean signed = in.take("s16x2");
        if (!signed) {
            in.take("u16x2");
        }
        boolean relu = signed && !opcode.equals("add") && in.take("relu");
        in.expect(3);
        int d = in.intTarget(0);
        int a = in.intSource(1, PtxType.B32);
        int b = in.intSource(2, PtxType.B32);
        if (opcode.equals("add")) {
            return Lanes.of(d, a, b, (x, y) -> x + y & 0xffff | (x & 0xffff_0000) + (y & 0xffff_0000));
        }
        boolean max = opcode.equals("max");
        return Lanes.of(d, a, b, (x, y) -> {
            int low = extreme(part(x, signed), part(y, signed), max, relu);
            int high = extreme(part(x >>> 16, signed), part(y >>> 16, signed), max, relu);
            return low & 0xffff | high << 16;
        });
    }

    private static int part(int bits, boolean signed) {
        return signed ? (short) bits : bits & 0xffff;
    }

    private static int extreme(int x, int y, boolean max, boolean relu) {
        int chosen = max ? Math.max(x, y) : Math.min(x, y);
        return relu ? Math.max(0, chosen) : chosen;
    }

    private static Step clamped(InstructionReader in, boolean max) {
        in.needsTarget(90);
        in.take("relu");
        in.takeType();
        in.expect(3);
        int d = in.intTarget(0);
        return Lanes.of(
                d, in.intSource(1, PtxType.S32), in.intSource(2, PtxType.S32), (x, y) -> extreme(x, y, max, true));
    }

    /** Absolute differences of the four bytes, or with {@code .add} their sum. */
    private static Step differences(InstructionReader in) {
        boolean sum = in.take("add");
        for (int i = 0; i < 3; i++) {
            PtxType type = in.takeType();
            if (type != PtxType.U32) {
                throw in.error(in.opcode() + " of type " + type);
            }
        }
        in.expect(4);
        int d = in.intTarget(0);
        int a = in.intSource(1, PtxType.U32);
        int b = in.intSource(2, PtxType.U32);
        return Lanes.of(d, a, b, in.intSource(3, PtxType.U32), (x, y, z) -> {
            int bytes = 0;
            int total = z;
            for (int i = 0; i < 32; i += 8) {
                int difference = Math.abs((x >>> i & 0xff) - (y >>> i & 0xff));
                bytes |= difference << i;
                total += difference;
            }
            return sum ? total : bytes;
        });
    }
}
