package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.syntax.Operand;

/** Literals in the width of an instruction's type. */
final class Literals {
    private Literals() {}

    static int asInt(long value, PtxType type, InstructionReader in) {
        return switch (type) {
            case F32 -> Float.floatToRawIntBits((float) value);
            case B8, U8, S8 -> (int) value & 0xff;
            case B16, U16, S16, F16, BF16 -> (int) value & 0xffff;
            case F64, B64, U64, S64, B128 -> throw in.error("a 64-bit literal where 32 bits are wanted");
            default -> (int) value;
        };
    }

    static int asInt(Operand.FloatLiteral literal, PtxType type, InstructionReader in) {
        return switch (type) {
            case F32, B32, TF32 -> literal.bits();
            default -> throw in.error("a single-precision literal for type " + type);
        };
    }

    static int asInt(Operand.DoubleLiteral literal, PtxType type, InstructionReader in) {
        if (type != PtxType.F32) {
            throw in.error("a floating-point literal for type " + type);
        }
        return Float.floatToRawIntBits((float) Double.longBitsToDouble(literal.bits()));
    }
}
