package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.syntax.Operand;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.function.ObjIntConsumer;

/** {@code cvt}. */
final class Conversions {
    private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);

    private Conversions() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("cvt", Conversions::cvt);
    }

    private static Step cvt(InstructionReader in) {
        String integral = in.takeAny("rni", "rzi", "rmi", "rpi");
        boolean away = in.take("rna");
        Rounding rounding = Rounding.take(in);
        boolean ftz = in.take("ftz");
        boolean sat = in.take("sat");
        boolean relu = in.take("relu");
        boolean satfinite = in.take("satfinite");
        PtxType to = in.takeType();
        PtxType from = in.takeType();
        if (!isNumber(to) || !isNumber(from)) {
            throw in.error("cvt from type " + from + " to " + to);
        }
        if (satfinite) {
            throw in.error(".satfinite needs PTX 8.1");
        }
        checkModifiers(in, to, from, integral != null, away, rounding != null, ftz, sat, relu);
        if (to == PtxType.F16X2 || to == PtxType.BF16X2) {
            return packed(in, to, from, rounding, relu);
        }
        in.expect(2);
        boolean wasFloat = from.isFloat();
        boolean isFloat = to.isFloat();
        if (to == PtxType.TF32) {
            if (!away || from != PtxType.F32) {
                throw in.error("cvt to .tf32 is cvt.rna.tf32.f32");
            }
            return Lanes.of(
                    in.intTarget(0),
                    in.intSource(1, from),
                    a -> FloatFormat.TF32.fromDouble(Float.intBitsToFloat(a), Rounding.AWAY, false));
        }
        if (away || from == PtxType.TF32 || from == PtxType.F16X2 || from == PtxType.BF16X2) {
            throw in.error("cvt from type " + from + " to " + to);
        }
        if (relu && to != PtxType.F16 && to != PtxType.BF16) {
            throw in.error(".relu with type " + to);
        }
        if (wasFloat && isFloat) {
            return floats(in, to, from, integral, rounding, ftz, sat, relu);
        }
        if (wasFloat) {
            if (integral == null) {
                throw in.error("cvt from floating point to an integer needs .rni .rzi .rmi or .rpi");
            }
            return toInteger(in, to, from, integral, ftz);
        }
        if (isFloat) {
            if (rounding == null) {
                throw in.error("cvt from an integer to floating point needs a rounding mode");
            }
            return fromInteger(in, to, from, rounding, sat);
        }
        return integers(in, to, from, sat);
    }

    private static boolean isNumber(PtxType type) {
        return type.isSigned() || type.isUnsigned() || type.isFloat();
    }

    /** Refuses modifiers that mean nothing for the types. */
    private static void checkModifiers(
            InstructionReader in,
            PtxType to,
            PtxType from,
            boolean integral,
            boolean away,
            boolean rounded,
            boolean ftz,
            boolean sat,
            boolean relu) {
        boolean single = to == PtxType.F32 || from == PtxType.F32;
        boolean small = to.isFloat() && to.bits() == 16 || to == PtxType.F16X2 || to == PtxType.BF16X2;
        boolean between = from.isFloat() && to.isFloat();
        boolean wrong = integral && (rounded || !from.isFloat() || between && to != from)
                || rounded && !to.isFloat()
                || rounded && between && to.bits() >= from.bits() && !small
                || rounded && to == from
                || away && (rounded || integral || ftz || sat || relu)
                || ftz && (!single || !from.isFloat() || small)
                || sat && (to.name().startsWith("BF") || to == PtxType.F16X2)
                || relu && (!small || from != PtxType.F32 || sat || integral);
        if (wrong) {
            throw in.error("these modifiers do not go with types " + to + " and " + from);
        }
    }

    /** Reads a lane's source as a double, which holds every floating-point type exactly. */
    private interface FloatSource {
        double get(Warp warp, int lane);
    }

    /** Writes a lane's result. */
    private interface Target {
        void put(Warp warp, int lane, long bits);
    }

    private static FloatSource floatSource(InstructionReader in, Operand operand, PtxType type) {
        if (type == PtxType.F64) {
            int a = in.longSource(operand, type);
            return (warp, lane) -> Double.longBitsToDouble(warp.longs[a][lane]);
        }
        int a = in.intSource(operand, type);
        return switch (type) {
            case F32 -> (warp, lane) -> Float.intBitsToFloat(warp.ints[a][lane]);
            case F16 -> (warp, lane) -> FloatFormat.F16.toFloat(warp.ints[a][lane] & 0xffff);
            case BF16 -> (warp, lane) -> FloatFormat.BF16.toFloat(warp.ints[a][lane] & 0xffff);
            default -> throw in.error("cvt from type " + type);
        };
    }

    /** Registers may be wider than the type; signed values are extended to them. */
    private static Target target(InstructionReader in, PtxType type) {
        Operand operand = in.operand(0);
        int width = operand instanceof Operand.Sink ? Math.max(32, type.bits()) : in.registerBits(operand);
        if (width < type.bits()) {
            throw in.error("the target register is narrower than type " + type);
        }
        int shift = 64 - type.bits();
        boolean signed = type.isSigned();
        if (width == 64) {
            int d = in.longTarget(0);
            return (warp, lane, bits) ->
                    warp.longs[d][lane] = signed ? bits << shift >> shift : bits << shift >>> shift;
        }
        int d = in.intTarget(0);
        int keep = width == 16 ? 0xffff : -1;
        return (warp, lane, bits) ->
                warp.ints[d][lane] = (int) (signed ? bits << shift >> shift : bits << shift >>> shift) & keep;
    }

    private static Step eachLane(ObjIntConsumer<Warp> lane) {
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                for (int left = mask; left != 0; left &= left - 1) {
                    lane.accept(warp, Integer.numberOfTrailingZeros(left));
                }
            }
        };
    }

    private static Step floats(
            InstructionReader in,
            PtxType to,
            PtxType from,
            String integral,
            Rounding rounding,
            boolean ftz,
            boolean sat,
            boolean relu) {
        boolean narrows = to.bits() < from.bits() || to.bits() == 16 && to != from;
        if (narrows && rounding == null) {
            throw in.error("cvt to a narrower type needs a rounding mode");
        }
        if (to.bits() == 16 && to != from && from != PtxType.F32 && from != PtxType.F64) {
            throw in.error("cvt from type " + from + " to " + to);
        }
        if (to == PtxType.BF16 && rounding != Rounding.NEAREST && rounding != Rounding.ZERO && to != from) {
            throw in.error("cvt to .bf16 rounds by .rn or .rz");
        }
        FloatSource source = floatSource(in, in.operand(1), from);
        Target target = target(in, to);
        Rounding mode = rounding == null ? Rounding.NEAREST : rounding;
        boolean flushFrom = ftz && from == PtxType.F32;
        boolean flushTo = ftz && to == PtxType.F32;
        return eachLane((warp, lane) -> {
            double value = source.get(warp, lane);
            if (flushFrom && Math.abs(value) < Float.MIN_NORMAL) {
                value = Math.copySign(0.0, value);
            }
            if (integral != null) {
                value = integral(value, integral);
            }
            if (sat) {
                value = value > 0 ? Math.min(value, 1) : 0;
            }
            if (relu && !Double.isNaN(value)) {
                value = value > 0 ? value : 0;
            }
            target.put(warp, lane, bits(value, to, mode, flushTo));
        });
    }

    private static long bits(double value, PtxType to, Rounding mode, boolean flush) {
        return switch (to) {
            case F64 -> Double.doubleToRawLongBits(value);
            case F32 -> {
                float result = ExactFloat.canonical(mode.toFloat(value, 0));
                if (value == 0) {
                    result = (float) value;
                }
                yield Float.floatToRawIntBits(flush ? FloatArithmetic.flush(result) : result) & 0xffff_ffffL;
            }
            case F16 -> FloatFormat.F16.fromDouble(value, mode, false);
            default -> FloatFormat.BF16.fromDouble(value, mode, false);
        };
    }

    static double integral(double value, String mode) {
        return switch (mode) {
            case "rni" -> Math.rint(value);
            case "rzi" -> value < 0 ? Math.ceil(value) : Math.floor(value);
            case "rmi" -> Math.floor(value);
            default -> Math.ceil(value);
        };
    }

    private static Step toInteger(InstructionReader in, PtxType to, PtxType from, String integral, boolean ftz) {
        FloatSource source = floatSource(in, in.operand(1), from);
        Target target = target(in, to);
        boolean signed = to.isSigned();
        int width = to.bits();
        boolean flush = ftz && from == PtxType.F32;
        long notANumber = from == PtxType.F64 || width == 64 ? 1L << width - 1 : 0;
        double top = Math.scalb(1.0, signed ? width - 1 : width);
        double bottom = signed ? -top : 0;
        long largest = signed ? (1L << width - 1) - 1 : width == 64 ? -1 : (1L << width) - 1;
        long least = signed ? -1L << width - 1 : 0;
        return eachLane((warp, lane) -> {
            double value = source.get(warp, lane);
            if (flush && Math.abs(value) < Float.MIN_NORMAL) {
                value = 0;
            }
            double whole = integral(value, integral);
            long result;
            if (Double.isNaN(whole)) {
                result = notANumber;
            } else if (whole >= top) {
                result = largest;
            } else if (whole < bottom) {
                result = least;
            } else if (whole >= 0x1p63) {
                result = (long) (whole - 0x1p63) ^ Long.MIN_VALUE;
            } else {
                result = (long) whole;
            }
            target.put(warp, lane, result);
        });
    }

    /** Reads a lane's source as an integer of the given type. */
    private interface IntegerSource {
        long get(Warp warp, int lane);
    }

    /** The source register may be wider than the type, which then takes its low bits. */
    private static IntegerSource integerSource(InstructionReader in, PtxType type) {
        Operand operand = in.operand(1);
        int shift = 64 - type.bits();
        boolean signed = type.isSigned();
        boolean wide = in.isRegister(operand) ? in.registerBits(operand) == 64 : type.isLong();
        if (in.isRegister(operand) && in.registerBits(operand) < type.bits()) {
            throw in.error("the source register is narrower than type " + type);
        }
        if (wide) {
            int a = in.longSource(operand, type);
            return (warp, lane) ->
                    signed ? warp.longs[a][lane] << shift >> shift : warp.longs[a][lane] << shift >>> shift;
        }
        int a = in.intSource(operand, type);
        return (warp, lane) ->
                signed ? (long) warp.ints[a][lane] << shift >> shift : (long) warp.ints[a][lane] << shift >>> shift;
    }

    private static Step fromInteger(InstructionReader in, PtxType to, PtxType from, Rounding rounding, boolean sat) {
        IntegerSource source = integerSource(in, from);
        Target target = target(in, to);
        boolean unsigned64 = from.bits() == 64 && !from.isSigned();
        boolean exact = from.bits() < 64;
        if (to == PtxType.BF16) {
            in.needsTarget(90);
        }
        return eachLane((warp, lane) -> {
            long value = source.get(warp, lane);
            double high = value;
            double low = 0;
            if (!exact) {
                BigInteger whole = BigInteger.valueOf(value);
                if (unsigned64 && value < 0) {
                    whole = whole.add(TWO_64);
                }
                high = whole.doubleValue();
                low = new BigDecimal(whole).subtract(new BigDecimal(high)).doubleValue();
            }
            if (sat) {
                high = high > 0 ? Math.min(high, 1) : 0;
                low = 0;
            }
            long bits = switch (to) {
                case F64 ->
                    Double.doubleToRawLongBits(
                            low == 0 ? high : rounding.toDouble(new BigDecimal(high).add(new BigDecimal(low)), 0));
                case F32 -> Float.floatToRawIntBits(high == 0 ? 0f : rounding.toFloat(high, low)) & 0xffff_ffffL;
                case F16 -> FloatFormat.F16.fromDouble(Rounding.odd(high, low), rounding, false);
                default -> FloatFormat.BF16.fromDouble(Rounding.odd(high, low), rounding, false);
            };
            target.put(warp, lane, bits);
        });
    }

    private static Step integers(InstructionReader in, PtxType to, PtxType from, boolean sat) {
        if (!sat) {
            Step fast = common(in, to, from);
            if (fast != null) {
                return fast;
            }
        }
        IntegerSource source = integerSource(in, from);
        Target target = target(in, to);
        boolean signedFrom = from.isSigned();
        boolean signedTo = to.isSigned();
        int width = to.bits();
        return eachLane((warp, lane) -> {
            long value = source.get(warp, lane);
            if (sat) {
                value = clamped(value, signedFrom, signedTo, width);
            }
            target.put(warp, lane, value);
        });
    }

    private static long clamped(long value, boolean signedFrom, boolean signedTo, int width) {
        boolean hugeUnsigned = !signedFrom && value < 0;
        long largest = signedTo ? (1L << width - 1) - 1 : width == 64 ? -1 : (1L << width) - 1;
        if (signedTo) {
            long least = -1L << width - 1;
            return hugeUnsigned || value > largest ? largest : Math.max(value, least);
        }
        if (signedFrom && value < 0) {
            return 0;
        }
        return width < 64 && (hugeUnsigned || value > largest) ? largest : value;
    }

    /** The conversions that address arithmetic is full of, as plain loops. */
    private static Step common(InstructionReader in, PtxType to, PtxType from) {
        Operand source = in.operand(1);
        Operand result = in.operand(0);
        boolean plain = in.isRegister(source)
                && in.isRegister(result)
                && in.registerBits(source) == from.bits()
                && in.registerBits(result) == to.bits();
        if (!plain) {
            return null;
        }
        if (to.isLong() && from.bits() == 32) {
            int d = in.longTarget(0);
            int a = in.intSource(1, from);
            return from.isSigned() ? Lanes.widen(d, a, x -> x) : Lanes.widen(d, a, x -> x & 0xffff_ffffL);
        }
        if (to.bits() == 32 && from.isLong()) {
            return Lanes.narrow(in.intTarget(0), in.longSource(1, from), x -> (int) x);
        }
        return null;
    }

    /** Two values into the halves of one register: the first operand goes to the upper half. */
    private static Step packed(InstructionReader in, PtxType to, PtxType from, Rounding rounding, boolean relu) {
        in.expect(3);
        if (from != PtxType.F32 || rounding != Rounding.NEAREST && rounding != Rounding.ZERO) {
            throw in.error("cvt to " + to + " is from .f32 and rounds by .rn or .rz");
        }
        FloatFormat format = to == PtxType.F16X2 ? FloatFormat.F16 : FloatFormat.BF16;
        int d = in.intTarget(0);
        int a = in.intSource(1, from);
        int b = in.intSource(2, from);
        int markD = in.mark(in.operand(0));
        int markA = in.mark(in.operand(1));
        int markB = in.mark(in.operand(2));
        return new Step() {
            @Override
            protected void undefinedInput(Warp warp, int mask, long undefined) {
                long upper = warp.undefined[markA];
                long lower = warp.undefined[markB];
                long bad = (lower | lower >>> 32) & 0xffff_ffffL | (upper | upper << 32) & 0xffff_ffff_0000_0000L;
                long all = Warp.halves(mask);
                warp.undefined[markD] = warp.undefined[markD] & ~all | bad & all;
                warp.origin[markD] = warp.originOf(inputs(), mask);
            }

            @Override
            public void run(Warp warp, int mask) {
                int[] x = warp.ints[a];
                int[] y = warp.ints[b];
                int[] target = warp.ints[d];
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    target[lane] = one(Float.intBitsToFloat(x[lane])) << 16 | one(Float.intBitsToFloat(y[lane]));
                }
            }

            private int one(float value) {
                float kept = relu && !Float.isNaN(value) && !(value > 0) ? 0f : value;
                return format.fromDouble(kept, rounding, false);
            }
        };
    }
}
