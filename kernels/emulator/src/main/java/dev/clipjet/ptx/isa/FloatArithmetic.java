package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import java.util.Locale;
import java.util.Map;

/** Arithmetic in single and double precision. */
final class FloatArithmetic {
    private FloatArithmetic() {}

    static void register(Map<String, Decoder> decoders) {
        for (Approximation each : Approximation.values()) {
            String opcode = each.name().toLowerCase(Locale.ROOT);
            if (each != Approximation.RCP && each != Approximation.SQRT && each != Approximation.RSQRT) {
                decoders.put(opcode, in -> approximate(in, each));
            }
        }
        decoders.put("rcp", in -> rootOrReciprocal(in, Approximation.RCP));
        decoders.put("sqrt", in -> rootOrReciprocal(in, Approximation.SQRT));
        decoders.put("rsqrt", in -> rootOrReciprocal(in, Approximation.RSQRT));
        decoders.put("copysign", FloatArithmetic::copysign);
        decoders.put("testp", FloatArithmetic::testp);
    }

    interface FloatBinary {
        float apply(float a, float b);
    }

    interface FloatUnary {
        float apply(float a);
    }

    interface DoubleBinary {
        double apply(double a, double b);
    }

    static float flush(float value) {
        return Math.abs(value) < Float.MIN_NORMAL ? Math.copySign(0f, value) : value;
    }

    /** Clamps to 0..1; NaN becomes 0. */
    static float saturated(float value) {
        return value > 0 ? Math.min(value, 1f) : 0f;
    }

    static Step unary(InstructionReader in, boolean ftz, boolean sat, FloatUnary op) {
        return Lanes.of(in.intTarget(0), in.intSource(1, PtxType.F32), a -> {
            float x = Float.intBitsToFloat(a);
            float result = op.apply(ftz ? flush(x) : x);
            result = ftz ? flush(result) : result;
            return Float.floatToRawIntBits(sat ? saturated(result) : result);
        });
    }

    static Step binary(InstructionReader in, boolean ftz, boolean sat, FloatBinary op) {
        return Lanes.of(in.intTarget(0), in.intSource(1, PtxType.F32), in.intSource(2, PtxType.F32), (a, b) -> {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            float result = ftz ? flush(op.apply(flush(x), flush(y))) : op.apply(x, y);
            return Float.floatToRawIntBits(sat ? saturated(result) : result);
        });
    }

    static Step binaryDouble(InstructionReader in, DoubleBinary op) {
        return Lanes.ofLong(
                in.longTarget(0),
                in.longSource(1, PtxType.F64),
                in.longSource(2, PtxType.F64),
                (a, b) -> Double.doubleToRawLongBits(op.apply(Double.longBitsToDouble(a), Double.longBitsToDouble(b))));
    }

    static Step add(InstructionReader in, PtxType type, boolean subtract) {
        Rounding rounding = rounding(in);
        boolean ftz = in.take("ftz");
        boolean sat = in.take("sat");
        in.expect(3);
        if (type == PtxType.F64) {
            only64(in, ftz || sat);
            return binaryDouble(
                    in,
                    subtract ? (a, b) -> ExactFloat.add(a, -b, rounding) : (a, b) -> ExactFloat.add(a, b, rounding));
        }
        if (rounding != Rounding.NEAREST || ftz || sat) {
            return binary(
                    in,
                    ftz,
                    sat,
                    subtract ? (a, b) -> ExactFloat.add(a, -b, rounding) : (a, b) -> ExactFloat.add(a, b, rounding));
        }
        int d = in.intTarget(0);
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        int flip = subtract ? Integer.MIN_VALUE : 0;
        return new Lanes.Int2(d, a, b) {
            @Override
            void lanes(int[] to, int[] x, int[] y) {
                for (int lane = 0; lane < 32; lane++) {
                    float sum = Float.intBitsToFloat(x[lane]) + Float.intBitsToFloat(y[lane] ^ flip);
                    int bits = Float.floatToRawIntBits(sum);
                    to[lane] = (bits & 0x7fff_ffff) > 0x7f80_0000 ? 0x7fff_ffff : bits;
                }
            }
        };
    }

    static Step mul(InstructionReader in, PtxType type) {
        Rounding rounding = rounding(in);
        boolean ftz = in.take("ftz");
        boolean sat = in.take("sat");
        in.expect(3);
        if (type == PtxType.F64) {
            only64(in, ftz || sat);
            return binaryDouble(in, (a, b) -> ExactFloat.mul(a, b, rounding));
        }
        if (rounding != Rounding.NEAREST || ftz || sat) {
            return binary(in, ftz, sat, (a, b) -> ExactFloat.mul(a, b, rounding));
        }
        return new Lanes.Int2(in.intTarget(0), in.intSource(1, type), in.intSource(2, type)) {
            @Override
            void lanes(int[] to, int[] x, int[] y) {
                for (int lane = 0; lane < 32; lane++) {
                    float product = Float.intBitsToFloat(x[lane]) * Float.intBitsToFloat(y[lane]);
                    int bits = Float.floatToRawIntBits(product);
                    to[lane] = (bits & 0x7fff_ffff) > 0x7f80_0000 ? 0x7fff_ffff : bits;
                }
            }
        };
    }

    static Step fma(InstructionReader in, PtxType type) {
        Rounding rounding = rounding(in);
        boolean ftz = in.take("ftz");
        boolean sat = in.take("sat");
        in.expect(4);
        if (type == PtxType.F64) {
            only64(in, ftz || sat);
            return Lanes.ofLong(
                    in.longTarget(0),
                    in.longSource(1, type),
                    in.longSource(2, type),
                    in.longSource(3, type),
                    (a, b, c) -> Double.doubleToRawLongBits(ExactFloat.fma(
                            Double.longBitsToDouble(a),
                            Double.longBitsToDouble(b),
                            Double.longBitsToDouble(c),
                            rounding)));
        }
        int d = in.intTarget(0);
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        int c = in.intSource(3, type);
        if (rounding != Rounding.NEAREST || ftz || sat) {
            return Lanes.of(d, a, b, c, (x, y, z) -> {
                float p = Float.intBitsToFloat(x);
                float q = Float.intBitsToFloat(y);
                float r = Float.intBitsToFloat(z);
                float result = ftz
                        ? flush(ExactFloat.fma(flush(p), flush(q), flush(r), rounding))
                        : ExactFloat.fma(p, q, r, rounding);
                return Float.floatToRawIntBits(sat ? saturated(result) : result);
            });
        }
        return new Lanes.Int3(d, a, b, c) {
            @Override
            void lanes(int[] to, int[] x, int[] y, int[] z) {
                for (int lane = 0; lane < 32; lane++) {
                    float result = Math.fma(
                            Float.intBitsToFloat(x[lane]),
                            Float.intBitsToFloat(y[lane]),
                            Float.intBitsToFloat(z[lane]));
                    int bits = Float.floatToRawIntBits(result);
                    to[lane] = (bits & 0x7fff_ffff) > 0x7f80_0000 ? 0x7fff_ffff : bits;
                }
            }
        };
    }

    static Step div(InstructionReader in, PtxType type) {
        boolean approximate = in.takeAny("approx", "full") != null;
        Rounding rounding = approximate ? null : Rounding.take(in);
        boolean ftz = in.take("ftz");
        in.expect(3);
        if (rounding == null && !approximate) {
            throw in.error("the division must be .approx, .full or have a rounding mode");
        }
        if (type == PtxType.F64) {
            only64(in, ftz || approximate);
            return binaryDouble(in, (a, b) -> ExactFloat.div(a, b, rounding));
        }
        if (!approximate) {
            return binary(in, ftz, false, (a, b) -> ExactFloat.div(a, b, rounding));
        }
        int d = in.intTarget(0);
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    float x = Float.intBitsToFloat(warp.ints[a][lane]);
                    float y = Float.intBitsToFloat(warp.ints[b][lane]);
                    float result = ExactFloat.canonical((ftz ? flush(x) : x) / (ftz ? flush(y) : y));
                    warp.ints[d][lane] = Float.floatToRawIntBits(ftz ? flush(result) : result);
                }
            }
        };
    }

    static Step neg(InstructionReader in, PtxType type) {
        boolean ftz = in.take("ftz");
        in.expect(2);
        if (type == PtxType.F64) {
            only64(in, ftz);
            return Lanes.ofLong(in.longTarget(0), in.longSource(1, type), a -> a ^ Long.MIN_VALUE);
        }
        return ftz
                ? unary(in, true, false, a -> -a)
                : Lanes.of(in.intTarget(0), in.intSource(1, type), a -> a ^ Integer.MIN_VALUE);
    }

    static Step abs(InstructionReader in, PtxType type) {
        boolean ftz = in.take("ftz");
        in.expect(2);
        if (type == PtxType.F64) {
            only64(in, ftz);
            return Lanes.ofLong(in.longTarget(0), in.longSource(1, type), a -> a & Long.MAX_VALUE);
        }
        return ftz
                ? unary(in, true, false, Math::abs)
                : Lanes.of(in.intTarget(0), in.intSource(1, type), a -> a & Integer.MAX_VALUE);
    }

    static Step extreme(InstructionReader in, PtxType type, boolean max) {
        boolean ftz = in.take("ftz");
        boolean nan = in.take("NaN");
        boolean magnitude = takeMagnitude(in);
        in.expect(3);
        if (type == PtxType.F64) {
            only64(in, ftz || nan || magnitude);
            return binaryDouble(in, (a, b) -> extreme(a, b, max));
        }
        if (magnitude) {
            return binary(in, ftz, false, (a, b) -> {
                float result = (float) extreme(Math.abs(a), Math.abs(b), max, nan);
                boolean negative = (Float.floatToRawIntBits(a) ^ Float.floatToRawIntBits(b)) < 0;
                return Float.isNaN(result) ? ExactFloat.NAN : negative ? -result : result;
            });
        }
        return binary(in, ftz, false, (a, b) -> ExactFloat.canonical((float) extreme(a, b, max, nan)));
    }

    /** Takes {@code .xorsign.abs}, of which neither half stands alone. */
    static boolean takeMagnitude(InstructionReader in) {
        boolean sign = in.take("xorsign");
        if (sign != in.take("abs")) {
            throw in.error(in.opcode() + " takes .xorsign and .abs only together");
        }
        return sign;
    }

    /** A NaN loses, unless it is to win; -0 is below +0. */
    static double extreme(double a, double b, boolean max, boolean nan) {
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return nan || Double.isNaN(a) && Double.isNaN(b) ? Double.NaN : Double.isNaN(a) ? b : a;
        }
        return max ? Math.max(a, b) : Math.min(a, b);
    }

    private static double extreme(double a, double b, boolean max) {
        return extreme(a, b, max, false);
    }

    private static Step approximate(InstructionReader in, Approximation function) {
        if (!in.take("approx")) {
            throw in.error(in.opcode() + " must be .approx");
        }
        boolean ftz = in.take("ftz");
        PtxType type = in.takeType();
        in.expect(2);
        return switch (type) {
            case F32 -> approximateFloat(in, function, ftz);
            case F16, F16X2, BF16, BF16X2 -> HalfArithmetic.approximate(in, function, type, ftz);
            default -> throw in.error(in.opcode() + " of type " + type);
        };
    }

    private static Step approximateFloat(InstructionReader in, Approximation function, boolean ftz) {
        int d = in.intTarget(0);
        int a = in.intSource(1, PtxType.F32);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                int[] x = warp.ints[a];
                int[] to = warp.ints[d];
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    float value = Float.intBitsToFloat(x[lane]);
                    float result = function.apply(warp, ftz ? flush(value) : value);
                    to[lane] = Float.floatToRawIntBits(ftz ? flush(result) : result);
                }
            }
        };
    }

    private static Step rootOrReciprocal(InstructionReader in, Approximation function) {
        boolean approximate = in.take("approx");
        Rounding rounding = Rounding.take(in);
        boolean ftz = in.take("ftz");
        PtxType type = in.takeType();
        in.expect(2);
        if (approximate == (rounding != null) || function == Approximation.RSQRT && !approximate) {
            throw in.error(in.opcode() + " must be .approx" + (function == Approximation.RSQRT ? "" : " or rounded"));
        }
        if (type == PtxType.F32 && approximate) {
            return approximateFloat(in, function, ftz);
        }
        if (type == PtxType.F32) {
            return unary(
                    in,
                    ftz,
                    false,
                    function == Approximation.RCP
                            ? a -> ExactFloat.div(1f, a, rounding)
                            : a -> ExactFloat.sqrt(a, rounding));
        }
        if (type != PtxType.F64 || ftz && !approximate) {
            throw in.error(in.opcode() + " of type " + type);
        }
        if (approximate) {
            // Double-precision approximations give 20 to 28 good bits; the rounded value is one of them.
            return Lanes.ofLong(
                    in.longTarget(0),
                    in.longSource(1, type),
                    a -> Double.doubleToRawLongBits(function.exact(Double.longBitsToDouble(a))));
        }
        return Lanes.ofLong(
                in.longTarget(0),
                in.longSource(1, type),
                function == Approximation.RCP
                        ? a -> Double.doubleToRawLongBits(ExactFloat.div(1.0, Double.longBitsToDouble(a), rounding))
                        : a -> Double.doubleToRawLongBits(ExactFloat.sqrt(Double.longBitsToDouble(a), rounding)));
    }

    private static Step copysign(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(3);
        return switch (type) {
            case F32 ->
                Lanes.of(
                        in.intTarget(0),
                        in.intSource(1, type),
                        in.intSource(2, type),
                        (a, b) -> b & Integer.MAX_VALUE | a & Integer.MIN_VALUE);
            case F64 ->
                Lanes.ofLong(
                        in.longTarget(0),
                        in.longSource(1, type),
                        in.longSource(2, type),
                        (a, b) -> b & Long.MAX_VALUE | a & Long.MIN_VALUE);
            default -> throw in.error("copysign of type " + type);
        };
    }

    private static Step testp(InstructionReader in) {
        String test = in.takeAny("finite", "infinite", "number", "notanumber", "normal", "subnormal");
        PtxType type = in.takeType();
        in.expect(2);
        if (test == null || type != PtxType.F32 && type != PtxType.F64) {
            throw in.error("testp takes a test and .f32 or .f64");
        }
        int d = in.predicateTarget(in.operand(0));
        boolean wide = type == PtxType.F64;
        int a = wide ? in.longSource(1, type) : in.intSource(1, type);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                int result = 0;
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    double value = wide
                            ? Double.longBitsToDouble(warp.longs[a][lane])
                            : Float.intBitsToFloat(warp.ints[a][lane]);
                    double magnitude = Math.abs(value);
                    double least = wide ? Double.MIN_NORMAL : Float.MIN_NORMAL;
                    boolean finite = magnitude <= Double.MAX_VALUE;
                    boolean holds = switch (test) {
                        case "finite" -> finite;
                        case "infinite" -> Double.isInfinite(value);
                        case "number" -> !Double.isNaN(value);
                        case "notanumber" -> Double.isNaN(value);
                        case "normal" -> finite && magnitude >= least;
                        default -> finite && magnitude < least && magnitude > 0;
                    };
                    result |= holds ? 1 << lane : 0;
                }
                warp.predicates[d] = warp.predicates[d] & ~mask | result;
            }
        };
    }

    private static Rounding rounding(InstructionReader in) {
        Rounding rounding = Rounding.take(in);
        return rounding == null ? Rounding.NEAREST : rounding;
    }

    private static void only64(InstructionReader in, boolean forbidden) {
        if (forbidden) {
            throw in.error("the modifiers are not for .f64");
        }
    }
}
