package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.syntax.Operand;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code setp set selp slct}. */
final class Comparisons {
    private static final List<String> ORDERED = List.of("eq", "ne", "lt", "le", "gt", "ge");
    private static final List<String> UNSIGNED = List.of("lo", "ls", "hi", "hs");
    private static final List<String> UNORDERED = List.of("equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan");
    private static final String[] ALL =
            Stream.of(ORDERED, UNSIGNED, UNORDERED).flatMap(List::stream).toArray(String[]::new);

    /** The smallest normal half. */
    private static final float LEAST_HALF = 0x1p-14f;

    private Comparisons() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("setp", Comparisons::setp);
        decoders.put("set", Comparisons::set);
        decoders.put("selp", Comparisons::selp);
        decoders.put("slct", Comparisons::slct);
    }

    /** Which lanes of a warp satisfy a comparison. */
    private interface Test {
        int lanes(Warp warp);
    }

    /** The comparison, which GCC writes behind the type of the result. */
    private static String comparison(InstructionReader in) {
        String comparison = in.takeAny(ALL);
        if (comparison == null) {
            throw in.error("the instruction names no comparison");
        }
        return comparison;
    }

    private static Step setp(InstructionReader in) {
        String comparison = comparison(in);
        String combination = in.takeAny("and", "or", "xor");
        boolean ftz = in.take("ftz");
        PtxType type = in.takeType();
        in.expect(combination == null ? 3 : 4);
        Operand target = in.operand(0);
        Operand first = target instanceof Operand.Pair pair ? pair.first() : target;
        Operand second = target instanceof Operand.Pair pair ? pair.second() : new Operand.Sink();
        int d = in.predicateTarget(first);
        int negated = in.predicateTarget(second);
        Test test = test(in, comparison, type, ftz, 1);
        int c = combination == null ? -1 : in.predicateSource(3);
        boolean notC = combination != null && in.isNegated(in.operand(3));
        if (type == PtxType.F16X2 || type == PtxType.BF16X2) {
            if (!(target instanceof Operand.Pair)) {
                throw in.error("a packed comparison has two targets");
            }
            return packed(in, comparison, type, ftz, d, negated, combination, c, notC);
        }
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                int result = test.lanes(warp);
                int other = c < 0 ? 0 : notC ? ~warp.predicates[c] : warp.predicates[c];
                int both = combined(combination, result, other);
                int opposite = combined(combination, ~result, other);
                warp.predicates[negated] = warp.predicates[negated] & ~mask | opposite & mask;
                warp.predicates[d] = warp.predicates[d] & ~mask | both & mask;
            }
        };
    }

    private static Step packed(
            InstructionReader in,
            String comparison,
            PtxType type,
            boolean ftz,
            int low,
            int high,
            String combination,
            int c,
            boolean notC) {
        FloatFormat format = type == PtxType.F16X2 ? FloatFormat.F16 : FloatFormat.BF16;
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                int lows = 0;
                int highs = 0;
                for (int lane = 0; lane < 32; lane++) {
                    int x = warp.ints[a][lane];
                    int y = warp.ints[b][lane];
                    boolean first = holds(comparison, half(format, x & 0xffff, ftz), half(format, y & 0xffff, ftz));
                    boolean second = holds(comparison, half(format, x >>> 16, ftz), half(format, y >>> 16, ftz));
                    lows |= first ? 1 << lane : 0;
                    highs |= second ? 1 << lane : 0;
                }
                int other = c < 0 ? 0 : notC ? ~warp.predicates[c] : warp.predicates[c];
                int first = combined(combination, lows, other);
                int second = combined(combination, highs, other);
                warp.predicates[low] = warp.predicates[low] & ~mask | first & mask;
                warp.predicates[high] = warp.predicates[high] & ~mask | second & mask;
            }
        };
    }

    private static float half(FloatFormat format, int bits, boolean ftz) {
        float value = format.toFloat(bits);
        return ftz && Math.abs(value) < LEAST_HALF ? 0 : value;
    }

    private static int combined(String combination, int result, int other) {
        if (combination == null) {
            return result;
        }
        return switch (combination) {
            case "and" -> result & other;
            case "or" -> result | other;
            default -> result ^ other;
        };
    }

    private static Test test(InstructionReader in, String comparison, PtxType type, boolean ftz, int first) {
        boolean known = ORDERED.contains(comparison)
                || !type.isFloat() && UNSIGNED.contains(comparison)
                || type.isFloat() && UNORDERED.contains(comparison);
        boolean compares = type.isFundamental() || HalfArithmetic.isHalf(type);
        if (!known || !compares || ftz && type != PtxType.F32 && type != PtxType.F16 && type != PtxType.F16X2) {
            throw in.error(in.opcode() + "." + comparison + " of type " + type);
        }
        if (type == PtxType.F64) {
            int a = in.longSource(first, type);
            int b = in.longSource(first + 1, type);
            return warp -> {
                int result = 0;
                for (int lane = 0; lane < 32; lane++) {
                    double x = Double.longBitsToDouble(warp.longs[a][lane]);
                    double y = Double.longBitsToDouble(warp.longs[b][lane]);
                    result |= holds(comparison, x, y) ? 1 << lane : 0;
                }
                return result;
            };
        }
        if (type.isFloat()) {
            int a = in.intSource(first, type);
            int b = in.intSource(first + 1, type);
            FloatFormat format = type == PtxType.BF16 || type == PtxType.BF16X2 ? FloatFormat.BF16 : FloatFormat.F16;
            boolean single = type == PtxType.F32;
            double least = single ? Float.MIN_NORMAL : LEAST_HALF;
            return warp -> {
                int result = 0;
                for (int lane = 0; lane < 32; lane++) {
                    int p = warp.ints[a][lane];
                    int q = warp.ints[b][lane];
                    double x = single ? Float.intBitsToFloat(p) : format.toFloat(p & 0xffff);
                    double y = single ? Float.intBitsToFloat(q) : format.toFloat(q & 0xffff);
                    if (ftz) {
                        x = Math.abs(x) < least ? 0 : x;
                        y = Math.abs(y) < least ? 0 : y;
                    }
                    result |= holds(comparison, x, y) ? 1 << lane : 0;
                }
                return result;
            };
        }
        return integers(in, comparison, type, first);
    }

    /** Integers compare as signed ones once unsigned ones have their top bit flipped; 16-bit ones are shifted to the top first. */
    private static Test integers(InstructionReader in, String comparison, PtxType type, int first) {
        boolean signed = type.isSigned() && !UNSIGNED.contains(comparison);
        String op = switch (comparison) {
            case "lo" -> "lt";
            case "ls" -> "le";
            case "hi" -> "gt";
            case "hs" -> "ge";
            default -> comparison;
        };
        boolean swap = op.equals("gt") || op.equals("le");
        boolean equality = op.equals("eq") || op.equals("ne");
        boolean invert = op.equals("ne") || op.equals("ge") || op.equals("le");
        int left = first + (swap ? 1 : 0);
        int right = first + (swap ? 0 : 1);
        if (type.isLong()) {
            int a = in.longSource(left, type);
            int b = in.longSource(right, type);
            long flip = signed ? 0 : Long.MIN_VALUE;
            return warp -> {
                long[] x = warp.longs[a];
                long[] y = warp.longs[b];
                int result = 0;
                for (int lane = 0; lane < 32; lane++) {
                    boolean holds = equality ? x[lane] == y[lane] : (x[lane] ^ flip) < (y[lane] ^ flip);
                    result |= (holds ? 1 : 0) << lane;
                }
                return invert ? ~result : result;
            };
        }
        int a = in.intSource(left, type);
        int b = in.intSource(right, type);
        int shift = 32 - type.bits();
        int flip = signed ? 0 : Integer.MIN_VALUE;
        if (equality) {
            return warp -> {
                int[] x = warp.ints[a];
                int[] y = warp.ints[b];
                int result = 0;
                for (int lane = 0; lane < 32; lane++) {
                    result |= (x[lane] == y[lane] ? 1 : 0) << lane;
                }
                return invert ? ~result : result;
            };
        }
        return warp -> {
            int[] x = warp.ints[a];
            int[] y = warp.ints[b];
            int result = 0;
            for (int lane = 0; lane < 32; lane++) {
                result |= ((x[lane] << shift ^ flip) < (y[lane] << shift ^ flip) ? 1 : 0) << lane;
            }
            return invert ? ~result : result;
        };
    }

    /** A float comparison; those that end in u also hold when an operand is NaN. */
    static boolean holds(String comparison, double x, double y) {
        boolean nan = Double.isNaN(x) || Double.isNaN(y);
        return switch (comparison) {
            case "eq" -> x == y;
            case "ne" -> !nan && x != y;
            case "lt" -> x < y;
            case "le" -> x <= y;
            case "gt" -> x > y;
            case "ge" -> x >= y;
            case "equ" -> nan || x == y;
            case "neu" -> x != y;
            case "ltu" -> !(x >= y);
            case "leu" -> !(x > y);
            case "gtu" -> !(x <= y);
            case "geu" -> !(x < y);
            case "num" -> !nan;
            default -> nan;
        };
    }

    private static Step set(InstructionReader in) {
        String comparison = comparison(in);
        String combination = in.takeAny("and", "or", "xor");
        boolean ftz = in.take("ftz");
        PtxType to = in.takeType();
        PtxType type = in.takeType();
        in.expect(combination == null ? 3 : 4);
        boolean integral = to == PtxType.U32 || to == PtxType.S32;
        boolean half = HalfArithmetic.isHalf(to);
        if (!integral && to != PtxType.F32 && !(half && to == type)) {
            throw in.error("set to type " + to);
        }
        boolean packed = type == PtxType.F16X2 || type == PtxType.BF16X2;
        if (half && (type == PtxType.BF16 || type == PtxType.BF16X2)) {
            in.needsTarget(90);
        }
        if (packed && !integral && !half) {
            throw in.error("set of packed values to type " + to);
        }
        int d = in.intTarget(0);
        Test test = test(in, comparison, type, ftz, 1);
        int c = combination == null ? -1 : in.predicateSource(3);
        boolean notC = combination != null && in.isNegated(in.operand(3));
        boolean brain = type == PtxType.BF16 || type == PtxType.BF16X2;
        int one = half ? brain ? 0x3f80 : 0x3c00 : Float.floatToRawIntBits(1f);
        if (packed) {
            return setHalves(in, comparison, type, ftz, d, integral ? 0xffff : one, combination, c, notC);
        }
        int yes = integral ? -1 : one;
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                int other = c < 0 ? 0 : notC ? ~warp.predicates[c] : warp.predicates[c];
                int result = combined(combination, test.lanes(warp), other);
                int[] target = warp.ints[d];
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    target[lane] = (result >>> lane & 1) != 0 ? yes : 0;
                }
            }
        };
    }

    /** Each half of the result says what its halves of the operands do. */
    private static Step setHalves(
            InstructionReader in,
            String comparison,
            PtxType type,
            boolean ftz,
            int d,
            int yes,
            String combination,
            int c,
            boolean notC) {
        FloatFormat format = type == PtxType.F16X2 ? FloatFormat.F16 : FloatFormat.BF16;
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                int other = c < 0 ? 0 : notC ? ~warp.predicates[c] : warp.predicates[c];
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    int x = warp.ints[a][lane];
                    int y = warp.ints[b][lane];
                    int low = holds(comparison, half(format, x & 0xffff, ftz), half(format, y & 0xffff, ftz)) ? 1 : 0;
                    int high = holds(comparison, half(format, x >>> 16, ftz), half(format, y >>> 16, ftz)) ? 1 : 0;
                    int third = other >>> lane & 1;
                    warp.ints[d][lane] =
                            yes * combined(combination, low, third) | yes * combined(combination, high, third) << 16;
                }
            }
        };
    }

    private static Step selp(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(4);
        if (!type.isFundamental()) {
            throw in.error("selp of type " + type);
        }
        boolean wide = type.isLong();
        int d = wide ? in.longTarget(0) : in.intTarget(0);
        int a = wide ? in.longSource(1, type) : in.intSource(1, type);
        int b = wide ? in.longSource(2, type) : in.intSource(2, type);
        int p = in.predicateSource(3);
        return new Select(
                d,
                a,
                b,
                p,
                wide,
                in.mark(in.operand(0)),
                in.mark(in.operand(1)),
                in.mark(in.operand(2)),
                in.mark(in.operand(3)));
    }

    /** Undefined values of the operand that is not chosen do not matter. */
    private static final class Select extends Step {
        private final int d;
        private final int a;
        private final int b;
        private final int p;
        private final boolean wide;
        private final int[] marks;

        Select(int d, int a, int b, int p, boolean wide, int... marks) {
            this.d = d;
            this.a = a;
            this.b = b;
            this.p = p;
            this.wide = wide;
            this.marks = marks;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            long all = Warp.halves(mask);
            long chosen = Warp.halves(warp.predicates[p]);
            long bad = warp.undefined[marks[1]] & chosen | warp.undefined[marks[2]] & ~chosen;
            bad |= warp.undefined[marks[3]];
            warp.undefined[marks[0]] = warp.undefined[marks[0]] & ~all | bad & all;
            warp.origin[marks[0]] = warp.originOf(inputs(), mask);
        }

        @Override
        public void run(Warp warp, int mask) {
            int choice = warp.predicates[p];
            if (wide) {
                long[] to = warp.longs[d];
                long[] x = warp.longs[a];
                long[] y = warp.longs[b];
                for (int lane = 0; lane < 32; lane++) {
                    long value = (choice >>> lane & 1) != 0 ? x[lane] : y[lane];
                    to[lane] = (mask >>> lane & 1) != 0 ? value : to[lane];
                }
                return;
            }
            int[] to = warp.ints[d];
            int[] x = warp.ints[a];
            int[] y = warp.ints[b];
            for (int lane = 0; lane < 32; lane++) {
                int value = (choice >>> lane & 1) != 0 ? x[lane] : y[lane];
                to[lane] = (mask >>> lane & 1) != 0 ? value : to[lane];
            }
        }
    }

    private static Step slct(InstructionReader in) {
        boolean ftz = in.take("ftz");
        PtxType type = in.takeType();
        PtxType by = in.takeType();
        in.expect(4);
        if (by != PtxType.S32 && by != PtxType.F32 || !type.isFundamental()) {
            throw in.error("slct of types " + type + " and " + by);
        }
        int c = in.intSource(3, by);
        boolean integer = by == PtxType.S32;
        // -0 counts as not negative, NaN as negative.
        boolean wide = type.isLong();
        int d = wide ? in.longTarget(0) : in.intTarget(0);
        int a = wide ? in.longSource(1, type) : in.intSource(1, type);
        int b = wide ? in.longSource(2, type) : in.intSource(2, type);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    int bits = warp.ints[c][lane];
                    float value = Float.intBitsToFloat(bits);
                    boolean first = integer ? bits >= 0 : (ftz ? FloatArithmetic.flush(value) : value) >= 0;
                    if (wide) {
                        warp.longs[d][lane] = first ? warp.longs[a][lane] : warp.longs[b][lane];
                    } else {
                        warp.ints[d][lane] = first ? warp.ints[a][lane] : warp.ints[b][lane];
                    }
                }
            }
        };
    }
}
