package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.report.FindingKind;

/** Integer {@code add sub mul mad div rem abs neg min max sad}; 16, 32 and 64 bits, wrapping. */
final class IntegerArithmetic {
    private IntegerArithmetic() {}

    static Step add(InstructionReader in, PtxType type) {
        in.expect(3);
        return switch (type.bits()) {
            case 64 ->
                new Lanes.Long2(in.longTarget(0), in.longSource(1, type), in.longSource(2, type)) {
                    @Override
                    void lanes(long[] d, long[] a, long[] b) {
                        for (int lane = 0; lane < 32; lane++) {
                            d[lane] = a[lane] + b[lane];
                        }
                    }
                };
            case 32 ->
                new Lanes.Int2(in.intTarget(0), in.intSource(1, type), in.intSource(2, type)) {
                    @Override
                    void lanes(int[] d, int[] a, int[] b) {
                        for (int lane = 0; lane < 32; lane++) {
                            d[lane] = a[lane] + b[lane];
                        }
                    }
                };
            case 16 ->
                Lanes.of(in.intTarget(0), in.intSource(1, type), in.intSource(2, type), (a, b) -> a + b & 0xffff);
            default -> throw in.error("add of type " + type);
        };
    }

    /** {@code add.sat.s32} and {@code sub.sat.s32}: clamps to the range of the type. */
    static Step saturating(InstructionReader in, PtxType type, boolean subtract) {
        in.expect(3);
        if (type != PtxType.S32) {
            throw in.error(".sat of type " + type);
        }
        return Lanes.of(in.intTarget(0), in.intSource(1, type), in.intSource(2, type), (a, b) -> {
            long sum = subtract ? (long) a - b : (long) a + b;
            return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, sum));
        });
    }

    static Step sub(InstructionReader in, PtxType type) {
        in.expect(3);
        return switch (type.bits()) {
            case 64 -> Lanes.ofLong(in.longTarget(0), in.longSource(1, type), in.longSource(2, type), (a, b) -> a - b);
            case 32 ->
                new Lanes.Int2(in.intTarget(0), in.intSource(1, type), in.intSource(2, type)) {
                    @Override
                    void lanes(int[] d, int[] a, int[] b) {
                        for (int lane = 0; lane < 32; lane++) {
                            d[lane] = a[lane] - b[lane];
                        }
                    }
                };
            case 16 ->
                Lanes.of(in.intTarget(0), in.intSource(1, type), in.intSource(2, type), (a, b) -> a - b & 0xffff);
            default -> throw in.error("sub of type " + type);
        };
    }

    static Step mul(InstructionReader in, PtxType type) {
        String part = part(in);
        in.expect(3);
        if (part.equals("wide")) {
            return wide(in, type);
        }
        boolean high = part.equals("hi");
        boolean signed = type.isSigned();
        if (type.isLong()) {
            int d = in.longTarget(0);
            int a = in.longSource(1, type);
            int b = in.longSource(2, type);
            return high ? Lanes.ofLong(d, a, b, (x, y) -> high(x, y, signed)) : Lanes.ofLong(d, a, b, (x, y) -> x * y);
        }
        int d = in.intTarget(0);
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        if (type.bits() == 16) {
            return Lanes.of(d, a, b, (x, y) -> (extend(x, signed) * extend(y, signed) >>> (high ? 16 : 0)) & 0xffff);
        }
        if (high) {
            return Lanes.of(d, a, b, (x, y) -> high(x, y, signed));
        }
        return new Lanes.Int2(d, a, b) {
            @Override
            void lanes(int[] to, int[] x, int[] y) {
                for (int lane = 0; lane < 32; lane++) {
                    to[lane] = x[lane] * y[lane];
                }
            }
        };
    }

    private static Step wide(InstructionReader in, PtxType type) {
        boolean signed = type.isSigned();
        if (type.bits() == 16) {
            return Lanes.of(
                    in.intTarget(0),
                    in.intSource(1, type),
                    in.intSource(2, type),
                    (a, b) -> extend(a, signed) * extend(b, signed));
        }
        if (type.bits() != 32) {
            throw in.error("mul.wide of type " + type);
        }
        int d = in.longTarget(0);
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        return signed
                ? Lanes.widen(d, a, b, (x, y) -> (long) x * y)
                : Lanes.widen(d, a, b, (x, y) -> (x & 0xffff_ffffL) * (y & 0xffff_ffffL));
    }

    static Step mad(InstructionReader in, PtxType type) {
        String part = part(in);
        boolean saturate = in.take("sat");
        in.expect(4);
        boolean signed = type.isSigned();
        if (saturate) {
            if (type != PtxType.S32 || !part.equals("hi")) {
                throw in.error(".sat needs mad.hi.sat.s32");
            }
            return Lanes.of(
                    in.intTarget(0),
                    in.intSource(1, type),
                    in.intSource(2, type),
                    in.intSource(3, type),
                    (a, b, c) -> (int) Math.max(
                            Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, (long) high(a, b, true) + c)));
        }
        if (part.equals("wide")) {
            return madWide(in, type);
        }
        boolean high = part.equals("hi");
        if (type.isLong()) {
            return Lanes.ofLong(
                    in.longTarget(0),
                    in.longSource(1, type),
                    in.longSource(2, type),
                    in.longSource(3, type),
                    high ? (a, b, c) -> high(a, b, signed) + c : (a, b, c) -> a * b + c);
        }
        int d = in.intTarget(0);
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        int c = in.intSource(3, type);
        if (type.bits() == 16) {
            return Lanes.of(
                    d, a, b, c, (x, y, z) -> (extend(x, signed) * extend(y, signed) >>> (high ? 16 : 0)) + z & 0xffff);
        }
        if (high) {
            return Lanes.of(d, a, b, c, (x, y, z) -> high(x, y, signed) + z);
        }
        return new Lanes.Int3(d, a, b, c) {
            @Override
            void lanes(int[] to, int[] x, int[] y, int[] z) {
                for (int lane = 0; lane < 32; lane++) {
                    to[lane] = x[lane] * y[lane] + z[lane];
                }
            }
        };
    }

    private static Step madWide(InstructionReader in, PtxType type) {
        boolean signed = type.isSigned();
        if (type.bits() == 16) {
            return Lanes.of(
                    in.intTarget(0),
                    in.intSource(1, type),
                    in.intSource(2, type),
                    in.intSource(3, PtxType.U32),
                    (a, b, c) -> extend(a, signed) * extend(b, signed) + c);
        }
        if (type.bits() != 32) {
            throw in.error("mad.wide of type " + type);
        }
        int d = in.longTarget(0);
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        int c = in.longSource(3, PtxType.U64);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                int[] x = warp.ints[a];
                int[] y = warp.ints[b];
                long[] z = warp.longs[c];
                long[] to = warp.longs[d];
                for (int lane = 0; lane < 32; lane++) {
                    long product =
                            signed ? (long) x[lane] * y[lane] : (x[lane] & 0xffff_ffffL) * (y[lane] & 0xffff_ffffL);
                    to[lane] = (mask >>> lane & 1) != 0 ? product + z[lane] : to[lane];
                }
            }
        };
    }

    static Step mul24(InstructionReader in, boolean add) {
        String part = in.takeAny("lo", "hi");
        PtxType type = in.takeType();
        if (part == null || type != PtxType.U32 && type != PtxType.S32) {
            throw in.error(in.opcode() + " takes .lo or .hi and .u32 or .s32");
        }
        in.expect(add ? 4 : 3);
        boolean signed = type.isSigned();
        int shift = part.equals("hi") ? 16 : 0;
        int d = in.intTarget(0);
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        if (add) {
            return Lanes.of(d, a, b, in.intSource(3, type), (x, y, z) -> product24(x, y, signed, shift) + z);
        }
        return Lanes.of(d, a, b, (x, y) -> product24(x, y, signed, shift));
    }

    private static int product24(int a, int b, boolean signed, int shift) {
        long x = signed ? a << 8 >> 8 : a & 0xff_ffff;
        long y = signed ? b << 8 >> 8 : b & 0xff_ffff;
        return (int) (x * y >> shift);
    }

    static Step divide(InstructionReader in, PtxType type, boolean remainder) {
        in.expect(3);
        if (type.bits() < 16) {
            throw in.error("division of type " + type);
        }
        return type.isLong()
                ? new Divide(in.longTarget(0), in.longSource(1, type), in.longSource(2, type), type, remainder)
                : new Divide(in.intTarget(0), in.intSource(1, type), in.intSource(2, type), type, remainder);
    }

    static Step abs(InstructionReader in, PtxType type) {
        in.expect(2);
        if (!type.isSigned() || type.bits() < 16) {
            throw in.error("abs of type " + type);
        }
        return switch (type.bits()) {
            case 64 -> Lanes.ofLong(in.longTarget(0), in.longSource(1, type), Math::abs);
            case 32 -> Lanes.of(in.intTarget(0), in.intSource(1, type), Math::abs);
            default -> Lanes.of(in.intTarget(0), in.intSource(1, type), a -> Math.abs((short) a) & 0xffff);
        };
    }

    static Step neg(InstructionReader in, PtxType type) {
        in.expect(2);
        if (!type.isSigned() || type.bits() < 16) {
            throw in.error("neg of type " + type);
        }
        return switch (type.bits()) {
            case 64 -> Lanes.ofLong(in.longTarget(0), in.longSource(1, type), a -> -a);
            case 32 -> Lanes.of(in.intTarget(0), in.intSource(1, type), a -> -a);
            default -> Lanes.of(in.intTarget(0), in.intSource(1, type), a -> -a & 0xffff);
        };
    }

    static Step extreme(InstructionReader in, PtxType type, boolean max) {
        boolean relu = in.take("relu");
        in.expect(3);
        if (relu) {
            throw in.error(".relu of integers needs sm_90 forms that are not supported");
        }
        boolean signed = type.isSigned();
        if (type.isLong()) {
            long flip = signed ? 0 : Long.MIN_VALUE;
            return Lanes.ofLong(
                    in.longTarget(0),
                    in.longSource(1, type),
                    in.longSource(2, type),
                    max
                            ? (a, b) -> Math.max(a ^ flip, b ^ flip) ^ flip
                            : (a, b) -> Math.min(a ^ flip, b ^ flip) ^ flip);
        }
        int d = in.intTarget(0);
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        if (type.bits() == 16) {
            return Lanes.of(d, a, b, (x, y) -> {
                int p = extend(x, signed);
                int q = extend(y, signed);
                return (max ? Math.max(p, q) : Math.min(p, q)) & 0xffff;
            });
        }
        int flip = signed ? 0 : Integer.MIN_VALUE;
        return max
                ? Lanes.of(d, a, b, (x, y) -> Math.max(x ^ flip, y ^ flip) ^ flip)
                : Lanes.of(d, a, b, (x, y) -> Math.min(x ^ flip, y ^ flip) ^ flip);
    }

    static Step sad(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(4);
        if (!type.isUnsigned() && !type.isSigned() || type.bits() < 16) {
            throw in.error("sad of type " + type);
        }
        boolean signed = type.isSigned();
        if (type.isLong()) {
            long flip = signed ? 0 : Long.MIN_VALUE;
            return Lanes.ofLong(
                    in.longTarget(0),
                    in.longSource(1, type),
                    in.longSource(2, type),
                    in.longSource(3, type),
                    (a, b, c) -> c + ((a ^ flip) < (b ^ flip) ? b - a : a - b));
        }
        int keep = type.bits() == 16 ? 0xffff : -1;
        boolean narrow = type.bits() == 16;
        return Lanes.of(
                in.intTarget(0), in.intSource(1, type), in.intSource(2, type), in.intSource(3, type), (a, b, c) -> {
                    long x = narrow ? extend(a, signed) : signed ? a : a & 0xffff_ffffL;
                    long y = narrow ? extend(b, signed) : signed ? b : b & 0xffff_ffffL;
                    return (int) (c + Math.abs(x - y)) & keep;
                });
    }

    private static String part(InstructionReader in) {
        String part = in.takeAny("lo", "hi", "wide");
        if (part == null) {
            throw in.error("one of .lo .hi .wide is missing");
        }
        return part;
    }

    /** A 16-bit value in the upper or lower half of nothing: sign- or zero-extended. */
    static int extend(int value, boolean signed) {
        return signed ? (short) value : value & 0xffff;
    }

    static int high(int a, int b, boolean signed) {
        return signed ? (int) ((long) a * b >> 32) : (int) ((a & 0xffff_ffffL) * (b & 0xffff_ffffL) >>> 32);
    }

    static long high(long a, long b, boolean signed) {
        long product = Math.multiplyHigh(a, b);
        return signed ? product : product + (a >> 63 & b) + (b >> 63 & a);
    }

    /** Division and remainder; by zero the result is open, which is reported. */
    private static final class Divide extends Step {
        private final int d;
        private final int a;
        private final int b;
        private final PtxType type;
        private final boolean remainder;

        Divide(int d, int a, int b, PtxType type, boolean remainder) {
            this.d = d;
            this.a = a;
            this.b = b;
            this.type = type;
            this.remainder = remainder;
        }

        @Override
        public void run(Warp warp, int mask) {
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                long x = type.isLong() ? warp.longs[a][lane] : widened(warp.ints[a][lane]);
                long y = type.isLong() ? warp.longs[b][lane] : widened(warp.ints[b][lane]);
                long result;
                if (y == 0) {
                    warp.report(
                            FindingKind.UNSPECIFIED_RESULT,
                            this,
                            lane,
                            "division by zero, whose result is not specified",
                            null);
                    result = remainder ? x : -1;
                } else if (type.isSigned()) {
                    result = remainder ? x % y : x / y;
                } else {
                    result = remainder ? Long.remainderUnsigned(x, y) : Long.divideUnsigned(x, y);
                }
                if (type.isLong()) {
                    warp.longs[d][lane] = result;
                } else {
                    warp.ints[d][lane] = (int) result & (type.bits() == 16 ? 0xffff : -1);
                }
            }
        }

        private long widened(int value) {
            if (type.bits() == 16) {
                return extend(value, type.isSigned());
            }
            return type.isSigned() ? value : value & 0xffff_ffffL;
        }
    }
}
