package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;

/** Arithmetic in f16 and bf16, single and packed. Every result is the exact one, rounded once. */
final class HalfArithmetic {
    private HalfArithmetic() {}

    /** Exact or rounded to odd. */
    private interface Exact2 {
        double apply(double a, double b);
    }

    static boolean isHalf(PtxType type) {
        return type == PtxType.F16 || type == PtxType.F16X2 || type == PtxType.BF16 || type == PtxType.BF16X2;
    }

    private static FloatFormat format(PtxType type) {
        return type == PtxType.F16 || type == PtxType.F16X2 ? FloatFormat.F16 : FloatFormat.BF16;
    }

    private static boolean packed(PtxType type) {
        return type.bits() == 32;
    }

    static Step add(InstructionReader in, PtxType type, boolean subtract) {
        needsHopper(in, type);
        return binary(in, type, subtract ? (a, b) -> sum(a, -b) : HalfArithmetic::sum);
    }

    static Step mul(InstructionReader in, PtxType type) {
        needsHopper(in, type);
        // A product of two halves has at most 22 bits.
        return binary(in, type, (a, b) -> a * b);
    }

    /** A sum rounded to odd: those of f16 are exact in double, those of bf16 need not be. */
    private static double sum(double a, double b) {
        double high = a + b;
        double bb = high - a;
        return Rounding.odd(high, a - (high - bb) + (b - bb));
    }

    /** Sums of bf16 other than fma exist from sm_90 on. */
    private static void needsHopper(InstructionReader in, PtxType type) {
        if (format(type) == FloatFormat.BF16) {
            in.needsTarget(90);
        }
    }

    private static Step binary(InstructionReader in, PtxType type, Exact2 op) {
        in.take("rn");
        boolean ftz = flushes(in, type);
        boolean sat = in.take("sat");
        in.expect(3);
        FloatFormat format = format(type);
        return lanes2(
                in,
                type,
                (x, y) -> finish(
                        format,
                        op.apply(flushed(format.toFloat(x), ftz), flushed(format.toFloat(y), ftz)),
                        ftz,
                        sat,
                        false));
    }

    static Step fma(InstructionReader in, PtxType type) {
        in.take("rn");
        boolean ftz = flushes(in, type);
        boolean sat = in.take("sat");
        boolean relu = in.take("relu");
        in.expect(4);
        FloatFormat format = format(type);
        Lanes.IntTernary one = (x, y, z) -> finish(
                format,
                ExactFloat.oddFma(
                        flushed(format.toFloat(x), ftz),
                        flushed(format.toFloat(y), ftz),
                        flushed(format.toFloat(z), ftz)),
                ftz,
                sat,
                relu);
        Lanes.IntTernary op = packed(type)
                ? (x, y, z) ->
                        one.apply(x & 0xffff, y & 0xffff, z & 0xffff) | one.apply(x >>> 16, y >>> 16, z >>> 16) << 16
                : one;
        int d = in.intTarget(0);
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        int c = in.intSource(3, type);
        return new Lanes.Int3(d, a, b, c) {
            @Override
            void lanes(int[] to, int[] p, int[] q, int[] r) {
                for (int lane = 0; lane < 32; lane++) {
                    to[lane] = op.apply(p[lane], q[lane], r[lane]);
                }
            }

            @Override
            protected void undefinedInput(Warp warp, int mask, long undefined) {
                UndefinedHalves.lanewise(this, warp, mask, undefined, packed(type));
            }
        };
    }

    static Step extreme(InstructionReader in, PtxType type, boolean max) {
        boolean ftz = flushes(in, type);
        boolean nan = in.take("NaN");
        boolean magnitude = FloatArithmetic.takeMagnitude(in);
        in.expect(3);
        FloatFormat format = format(type);
        return lanes2(in, type, (x, y) -> {
            float a = flushed(format.toFloat(x), ftz);
            float b = flushed(format.toFloat(y), ftz);
            if (magnitude) {
                double result = FloatArithmetic.extreme(Math.abs(a), Math.abs(b), max, nan);
                return Double.isNaN(result)
                        ? format.nan()
                        : format.fromDouble(result, Rounding.NEAREST, false) | (x ^ y) & 0x8000;
            }
            return format.fromDouble(FloatArithmetic.extreme(a, b, max, nan), Rounding.NEAREST, false);
        });
    }

    static Step sign(InstructionReader in, PtxType type, boolean negate) {
        boolean ftz = flushes(in, type);
        in.expect(2);
        FloatFormat format = format(type);
        return lanes1(in, type, x -> {
            int value = ftz && Math.abs(format.toFloat(x)) < 0x1p-14 ? x & 0x8000 : x;
            return negate ? value ^ 0x8000 : value & 0x7fff;
        });
    }

    static Step approximate(InstructionReader in, Approximation function, PtxType type, boolean ftz) {
        FloatFormat format = format(type);
        boolean known = function == Approximation.EX2 || function == Approximation.TANH;
        if (!known || ftz != (function == Approximation.EX2 && format == FloatFormat.BF16)) {
            throw in.error(in.opcode() + (ftz ? ".ftz" : "") + " of type " + type);
        }
        if (format == FloatFormat.BF16) {
            in.needsTarget(90);
        }
        // The bounds of the half forms are wider than half a unit of the last place, so rounding stays within them.
        return lanes1(in, type, x -> format.fromDouble(function.exact(format.toFloat(x)), Rounding.NEAREST, false));
    }

    private static boolean flushes(InstructionReader in, PtxType type) {
        boolean ftz = in.take("ftz");
        if (ftz && format(type) == FloatFormat.BF16) {
            throw in.error("bf16 has no .ftz");
        }
        return ftz;
    }

    private static float flushed(float value, boolean ftz) {
        return ftz && Math.abs(value) < 0x1p-14f ? Math.copySign(0f, value) : value;
    }

    private static int finish(FloatFormat format, double exact, boolean ftz, boolean sat, boolean relu) {
        double value = exact;
        if (sat) {
            value = value > 0 ? Math.min(value, 1) : 0;
        }
        if (relu && !(Double.isNaN(value))) {
            value = value > 0 ? value : 0;
        }
        int bits = format.fromDouble(value, Rounding.NEAREST, false);
        return ftz && (bits & 0x7c00) == 0 ? bits & 0x8000 : bits;
    }

    private static Step lanes1(InstructionReader in, PtxType type, IntUnaryOperator one) {
        boolean packed = packed(type);
        return new Lanes.Int1(in.intTarget(0), in.intSource(1, type)) {
            @Override
            void lanes(int[] to, int[] x) {
                for (int lane = 0; lane < 32; lane++) {
                    int value = x[lane];
                    to[lane] = packed
                            ? one.applyAsInt(value & 0xffff) | one.applyAsInt(value >>> 16) << 16
                            : one.applyAsInt(value);
                }
            }

            @Override
            protected void undefinedInput(Warp warp, int mask, long undefined) {
                UndefinedHalves.lanewise(this, warp, mask, undefined, packed);
            }
        };
    }

    private static Step lanes2(InstructionReader in, PtxType type, IntBinaryOperator one) {
        boolean packed = packed(type);
        return new Lanes.Int2(in.intTarget(0), in.intSource(1, type), in.intSource(2, type)) {
            @Override
            void lanes(int[] to, int[] x, int[] y) {
                for (int lane = 0; lane < 32; lane++) {
                    int p = x[lane];
                    int q = y[lane];
                    to[lane] = packed
                            ? one.applyAsInt(p & 0xffff, q & 0xffff) | one.applyAsInt(p >>> 16, q >>> 16) << 16
                            : one.applyAsInt(p, q);
                }
            }

            @Override
            protected void undefinedInput(Warp warp, int mask, long undefined) {
                UndefinedHalves.lanewise(this, warp, mask, undefined, packed);
            }
        };
    }
}
