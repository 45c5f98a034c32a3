package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import java.util.Map;

/** Opcodes that exist for integers, floats and halves: chooses by type. */
final class Arithmetic {
    private Arithmetic() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("add", in -> sum(in, false));
        decoders.put("sub", in -> sum(in, true));
        decoders.put("addc", in -> Carry.sum(in, false, true));
        decoders.put("subc", in -> Carry.sum(in, true, true));
        decoders.put("mul", Arithmetic::mul);
        decoders.put("mad", Arithmetic::mad);
        decoders.put("madc", in -> Carry.mad(in, true));
        decoders.put("fma", Arithmetic::fma);
        decoders.put("mul24", in -> IntegerArithmetic.mul24(in, false));
        decoders.put("mad24", in -> IntegerArithmetic.mul24(in, true));
        decoders.put("div", Arithmetic::div);
        decoders.put("rem", Arithmetic::rem);
        decoders.put("abs", Arithmetic::abs);
        decoders.put("neg", Arithmetic::neg);
        decoders.put("min", in -> extreme(in, false));
        decoders.put("max", in -> extreme(in, true));
        decoders.put("sad", IntegerArithmetic::sad);
    }

    private static Step sum(InstructionReader in, boolean subtract) {
        if (in.modifiers().contains("cc")) {
            return Carry.sum(in, subtract, false);
        }
        PtxType type = in.takeType();
        if (HalfArithmetic.isHalf(type)) {
            return HalfArithmetic.add(in, type, subtract);
        }
        if (type.isFloat()) {
            return FloatArithmetic.add(in, floating(in, type), subtract);
        }
        integer(in, type);
        if (in.take("sat")) {
            return IntegerArithmetic.saturating(in, type, subtract);
        }
        return subtract ? IntegerArithmetic.sub(in, type) : IntegerArithmetic.add(in, type);
    }

    private static Step mul(InstructionReader in) {
        PtxType type = in.takeType();
        if (HalfArithmetic.isHalf(type)) {
            return HalfArithmetic.mul(in, type);
        }
        return type.isFloat()
                ? FloatArithmetic.mul(in, floating(in, type))
                : IntegerArithmetic.mul(in, integer(in, type));
    }

    private static Step mad(InstructionReader in) {
        if (in.modifiers().contains("cc")) {
            return Carry.mad(in, false);
        }
        PtxType type = in.takeType();
        return type.isFloat()
                ? FloatArithmetic.fma(in, floating(in, type))
                : IntegerArithmetic.mad(in, integer(in, type));
    }

    private static Step fma(InstructionReader in) {
        PtxType type = in.takeType();
        if (HalfArithmetic.isHalf(type)) {
            return HalfArithmetic.fma(in, type);
        }
        return FloatArithmetic.fma(in, floating(in, type));
    }

    private static Step div(InstructionReader in) {
        PtxType type = in.takeType();
        return type.isFloat()
                ? FloatArithmetic.div(in, floating(in, type))
                : IntegerArithmetic.divide(in, integer(in, type), false);
    }

    private static Step rem(InstructionReader in) {
        return IntegerArithmetic.divide(in, integer(in, in.takeType()), true);
    }

    private static Step abs(InstructionReader in) {
        PtxType type = in.takeType();
        if (HalfArithmetic.isHalf(type)) {
            return HalfArithmetic.sign(in, type, false);
        }
        return type.isFloat() ? FloatArithmetic.abs(in, floating(in, type)) : IntegerArithmetic.abs(in, type);
    }

    private static Step neg(InstructionReader in) {
        PtxType type = in.takeType();
        if (HalfArithmetic.isHalf(type)) {
            return HalfArithmetic.sign(in, type, true);
        }
        return type.isFloat() ? FloatArithmetic.neg(in, floating(in, type)) : IntegerArithmetic.neg(in, type);
    }

    private static Step extreme(InstructionReader in, boolean max) {
        PtxType type = in.takeType();
        if (HalfArithmetic.isHalf(type)) {
            return HalfArithmetic.extreme(in, type, max);
        }
        return type.isFloat()
                ? FloatArithmetic.extreme(in, floating(in, type), max)
                : IntegerArithmetic.extreme(in, integer(in, type), max);
    }

    private static PtxType floating(InstructionReader in, PtxType type) {
        if (type != PtxType.F32 && type != PtxType.F64) {
            throw in.error(in.opcode() + " of type " + type);
        }
        return type;
    }

    private static PtxType integer(InstructionReader in, PtxType type) {
        boolean typed = type.isUnsigned() || type.isSigned();
        if (!typed || type.bits() < 16) {
            throw in.error(in.opcode() + " of type " + type);
        }
        return type;
    }
}
