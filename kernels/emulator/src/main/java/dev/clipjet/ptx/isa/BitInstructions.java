package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import java.util.Map;
import java.util.function.IntBinaryOperator;

/** Logic, shifts and bit fields: {@code and or xor not cnot lop3 shl shr shf bfe bfi prmt popc clz brev bfind fns szext bmsk dp4a dp2a}. */
final class BitInstructions {
    private BitInstructions() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("and", in -> logic(in, 'a'));
        decoders.put("or", in -> logic(in, 'o'));
        decoders.put("xor", in -> logic(in, 'x'));
        decoders.put("not", BitInstructions::not);
        decoders.put("cnot", BitInstructions::cnot);
        decoders.put("lop3", BitInstructions::lop3);
        decoders.put("shl", BitInstructions::shl);
        decoders.put("shr", BitInstructions::shr);
        decoders.put("shf", BitInstructions::shf);
        decoders.put("bfe", BitInstructions::bfe);
        decoders.put("bfi", BitInstructions::bfi);
        decoders.put("prmt", BitInstructions::prmt);
        decoders.put("popc", in -> count(in, Integer::bitCount, Long::bitCount));
        decoders.put("clz", in -> count(in, Integer::numberOfLeadingZeros, Long::numberOfLeadingZeros));
        decoders.put("brev", BitInstructions::brev);
        decoders.put("bfind", BitInstructions::bfind);
        decoders.put("fns", BitInstructions::fns);
        decoders.put("szext", BitInstructions::szext);
        decoders.put("bmsk", BitInstructions::bmsk);
        decoders.put("dp4a", BitInstructions::dp4a);
        decoders.put("dp2a", BitInstructions::dp2a);
    }

    private static Step logic(InstructionReader in, char op) {
        PtxType type = in.takeType();
        in.expect(3);
        if (type == PtxType.PRED) {
            int d = in.predicateTarget(in.operand(0));
            int a = in.predicateSource(1);
            int b = in.predicateSource(2);
            boolean notA = in.isNegated(in.operand(1));
            boolean notB = in.isNegated(in.operand(2));
            return new Step() {
                @Override
                public void run(Warp warp, int mask) {
                    int x = notA ? ~warp.predicates[a] : warp.predicates[a];
                    int y = notB ? ~warp.predicates[b] : warp.predicates[b];
                    int result = op == 'a' ? x & y : op == 'o' ? x | y : x ^ y;
                    warp.predicates[d] = warp.predicates[d] & ~mask | result & mask;
                }
            };
        }
        bitType(in, type);
        if (type.isLong()) {
            int d = in.longTarget(0);
            int a = in.longSource(1, type);
            int b = in.longSource(2, type);
            return switch (op) {
                case 'a' -> Lanes.ofLong(d, a, b, (x, y) -> x & y);
                case 'o' -> Lanes.ofLong(d, a, b, (x, y) -> x | y);
                default -> Lanes.ofLong(d, a, b, (x, y) -> x ^ y);
            };
        }
        int d = in.intTarget(0);
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        return switch (op) {
            case 'a' ->
                new Lanes.Int2(d, a, b) {
                    @Override
                    void lanes(int[] to, int[] x, int[] y) {
                        for (int lane = 0; lane < 32; lane++) {
                            to[lane] = x[lane] & y[lane];
                        }
                    }
                };
            case 'o' ->
                new Lanes.Int2(d, a, b) {
                    @Override
                    void lanes(int[] to, int[] x, int[] y) {
                        for (int lane = 0; lane < 32; lane++) {
                            to[lane] = x[lane] | y[lane];
                        }
                    }
                };
            default ->
                new Lanes.Int2(d, a, b) {
                    @Override
                    void lanes(int[] to, int[] x, int[] y) {
                        for (int lane = 0; lane < 32; lane++) {
                            to[lane] = x[lane] ^ y[lane];
                        }
                    }
                };
        };
    }

    private static void bitType(InstructionReader in, PtxType type) {
        if (type != PtxType.B16 && type != PtxType.B32 && type != PtxType.B64) {
            throw in.error(in.opcode() + " of type " + type);
        }
    }

    private static Step not(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(2);
        if (type == PtxType.PRED) {
            int d = in.predicateTarget(in.operand(0));
            int a = in.predicateSource(1);
            boolean twice = in.isNegated(in.operand(1));
            return new Step() {
                @Override
                public void run(Warp warp, int mask) {
                    int result = twice ? warp.predicates[a] : ~warp.predicates[a];
                    warp.predicates[d] = warp.predicates[d] & ~mask | result & mask;
                }
            };
        }
        bitType(in, type);
        int keep = type.bits() == 16 ? 0xffff : -1;
        return type.isLong()
                ? Lanes.ofLong(in.longTarget(0), in.longSource(1, type), a -> ~a)
                : Lanes.of(in.intTarget(0), in.intSource(1, type), a -> ~a & keep);
    }

    private static Step cnot(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(2);
        bitType(in, type);
        return type.isLong()
                ? Lanes.ofLong(in.longTarget(0), in.longSource(1, type), a -> a == 0 ? 1 : 0)
                : Lanes.of(in.intTarget(0), in.intSource(1, type), a -> a == 0 ? 1 : 0);
    }

    private static Step lop3(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(5);
        long table = in.literal(4);
        if (type != PtxType.B32 || table < 0 || table > 255) {
            throw in.error("lop3 takes type .b32 and a table from 0 to 255");
        }
        int lut = (int) table;
        return Lanes.of(
                in.intTarget(0),
                in.intSource(1, type),
                in.intSource(2, type),
                in.intSource(3, type),
                (a, b, c) -> lookup(a, b, c, lut));
    }

    /** Bit by bit: the bit of the table that a, b and c select, a being the most significant. */
    static int lookup(int a, int b, int c, int lut) {
        int result = 0;
        for (int i = 0; i < 8; i++) {
            if ((lut >>> i & 1) != 0) {
                result |= ((i & 4) != 0 ? a : ~a) & ((i & 2) != 0 ? b : ~b) & ((i & 1) != 0 ? c : ~c);
            }
        }
        return result;
    }

    private static Step shl(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(3);
        bitType(in, type);
        if (type.isLong()) {
            return shiftLong(in, type, (a, n) -> Integer.compareUnsigned(n, 64) >= 0 ? 0 : a << n);
        }
        int width = type.bits();
        int keep = width == 16 ? 0xffff : -1;
        return Lanes.of(
                in.intTarget(0),
                in.intSource(1, type),
                in.intSource(2, PtxType.U32),
                (a, n) -> Integer.compareUnsigned(n, width) >= 0 ? 0 : a << n & keep);
    }

    private static Step shr(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(3);
        if (!type.isInteger() || !type.isFundamental()) {
            throw in.error("shr of type " + type);
        }
        boolean signed = type.isSigned();
        if (type.isLong()) {
            return shiftLong(
                    in,
                    type,
                    signed
                            ? (a, n) -> a >> (Integer.compareUnsigned(n, 64) >= 0 ? 63 : n)
                            : (a, n) -> Integer.compareUnsigned(n, 64) >= 0 ? 0 : a >>> n);
        }
        int width = type.bits();
        IntBinaryOperator shift;
        if (width == 16) {
            shift = signed
                    ? (a, n) -> (short) a >> (Integer.compareUnsigned(n, 16) >= 0 ? 15 : n) & 0xffff
                    : (a, n) -> Integer.compareUnsigned(n, 16) >= 0 ? 0 : a >>> n;
        } else {
            shift = signed
                    ? (a, n) -> a >> (Integer.compareUnsigned(n, 32) >= 0 ? 31 : n)
                    : (a, n) -> Integer.compareUnsigned(n, 32) >= 0 ? 0 : a >>> n;
        }
        return Lanes.of(in.intTarget(0), in.intSource(1, type), in.intSource(2, PtxType.U32), shift);
    }

    private interface LongByInt {
        long apply(long a, int b);
    }

    private static Step shiftLong(InstructionReader in, PtxType type, LongByInt shift) {
        int d = in.longTarget(0);
        int a = in.longSource(1, type);
        int n = in.intSource(2, PtxType.U32);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                long[] to = warp.longs[d];
                long[] x = warp.longs[a];
                int[] by = warp.ints[n];
                for (int lane = 0; lane < 32; lane++) {
                    to[lane] = (mask >>> lane & 1) != 0 ? shift.apply(x[lane], by[lane]) : to[lane];
                }
            }
        };
    }

    private static Step shf(InstructionReader in) {
        String direction = in.takeAny("l", "r");
        String mode = in.takeAny("clamp", "wrap");
        PtxType type = in.takeType();
        in.expect(4);
        if (direction == null || mode == null || type != PtxType.B32) {
            throw in.error("shf takes .l or .r, .clamp or .wrap, and .b32");
        }
        boolean left = direction.equals("l");
        boolean clamp = mode.equals("clamp");
        return Lanes.of(
                in.intTarget(0),
                in.intSource(1, type),
                in.intSource(2, type),
                in.intSource(3, PtxType.U32),
                (a, b, c) -> {
                    int n = clamp ? Integer.compareUnsigned(c, 32) > 0 ? 32 : c : c & 31;
                    long both = (long) b << 32 | a & 0xffff_ffffL;
                    if (n == 32) {
                        return left ? a : b;
                    }
                    return left ? (int) (both << n >>> 32) : (int) (both >>> n);
                });
    }

    private static Step bfe(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(4);
        if (!type.isSigned() && !type.isUnsigned() || type.bits() < 32) {
            throw in.error("bfe of type " + type);
        }
        boolean signed = type.isSigned();
        if (type.isLong()) {
            int d = in.longTarget(0);
            int a = in.longSource(1, type);
            int b = in.intSource(2, PtxType.U32);
            int c = in.intSource(3, PtxType.U32);
            return new Step() {
                @Override
                public void run(Warp warp, int mask) {
                    for (int left = mask; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        warp.longs[d][lane] =
                                extract(warp.longs[a][lane], warp.ints[b][lane], warp.ints[c][lane], signed, 64);
                    }
                }
            };
        }
        return Lanes.of(
                in.intTarget(0),
                in.intSource(1, type),
                in.intSource(2, PtxType.U32),
                in.intSource(3, PtxType.U32),
                (a, b, c) -> (int) extract(signed ? a : a & 0xffff_ffffL, b, c, signed, 32));
    }

    /** The field of {@code len} bits from {@code pos}; beyond the value's top its sign or zero. */
    static long extract(long value, int b, int c, boolean signed, int width) {
        int pos = b & 0xff;
        int len = c & 0xff;
        if (len == 0) {
            return 0;
        }
        long sign = signed ? value >>> Math.min(pos + len - 1, width - 1) & 1 : 0;
        long field = pos >= width ? 0 : (width == 64 ? value : value & 0xffff_ffffL) >>> pos;
        int present = Math.max(0, Math.min(len, width - pos));
        long keep = present >= 64 ? -1 : (1L << present) - 1;
        return field & keep | (sign != 0 ? ~keep : 0);
    }

    private static Step bfi(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(5);
        if (type == PtxType.B64) {
            int d = in.longTarget(0);
            int a = in.longSource(1, type);
            int b = in.longSource(2, type);
            int pos = in.intSource(3, PtxType.U32);
            int len = in.intSource(4, PtxType.U32);
            return new Step() {
                @Override
                public void run(Warp warp, int mask) {
                    for (int left = mask; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        warp.longs[d][lane] = insert(
                                warp.longs[a][lane],
                                warp.longs[b][lane],
                                warp.ints[pos][lane],
                                warp.ints[len][lane],
                                64);
                    }
                }
            };
        }
        if (type != PtxType.B32) {
            throw in.error("bfi of type " + type);
        }
        int d = in.intTarget(0);
        int a = in.intSource(1, type);
        int b = in.intSource(2, type);
        int pos = in.intSource(3, PtxType.U32);
        int len = in.intSource(4, PtxType.U32);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    warp.ints[d][lane] = (int) insert(
                            warp.ints[a][lane], warp.ints[b][lane], warp.ints[pos][lane], warp.ints[len][lane], 32);
                }
            }
        };
    }

    static long insert(long from, long into, int b, int c, int width) {
        int pos = b & 0xff;
        int len = Math.min(c & 0xff, width - pos);
        if (len <= 0) {
            return into;
        }
        long keep = (len >= 64 ? -1 : (1L << len) - 1) << pos;
        return into & ~keep | from << pos & keep;
    }

    private static Step prmt(InstructionReader in) {
        PtxType type = in.takeType();
        String mode = in.takeAny("f4e", "b4e", "rc8", "ecl", "ecr", "rc16");
        in.expect(4);
        if (type != PtxType.B32) {
            throw in.error("prmt of type " + type);
        }
        return Lanes.of(
                in.intTarget(0),
                in.intSource(1, type),
                in.intSource(2, type),
                in.intSource(3, PtxType.U32),
                (a, b, c) -> permute(a, b, mode == null ? c : selector(mode, c & 3)));
    }

    private static int selector(String mode, int n) {
        return switch (mode) {
            case "f4e" -> 0x3210 + 0x1111 * n;
            case "b4e" -> new int[] {0x5670, 0x6701, 0x7012, 0x0123}[n];
            case "rc8" -> 0x1111 * n;
            case "ecl" -> new int[] {0x3210, 0x3211, 0x3222, 0x3333}[n];
            case "ecr" -> new int[] {0x0000, 0x1110, 0x2210, 0x3210}[n];
            default -> (n & 1) == 0 ? 0x1010 : 0x3232;
        };
    }

    /** Each nibble of the selector picks a byte of {b, a}; its top bit asks for the byte's sign instead. */
    static int permute(int a, int b, int selector) {
        long bytes = (long) b << 32 | a & 0xffff_ffffL;
        int result = 0;
        for (int i = 0; i < 4; i++) {
            int nibble = selector >>> 4 * i & 15;
            int picked = (int) (bytes >>> 8 * (nibble & 7)) & 0xff;
            if ((nibble & 8) != 0) {
                picked = (picked & 0x80) != 0 ? 0xff : 0;
            }
            result |= picked << 8 * i;
        }
        return result;
    }

    private interface LongCount {
        int apply(long value);
    }

    private interface IntCount {
        int apply(int value);
    }

    private static Step count(InstructionReader in, IntCount ints, LongCount longs) {
        PtxType type = in.takeType();
        in.expect(2);
        bitType(in, type);
        if (type.bits() == 16) {
            throw in.error(in.opcode() + " of type " + type);
        }
        return type.isLong()
                ? Lanes.narrow(in.intTarget(0), in.longSource(1, type), longs::apply)
                : Lanes.of(in.intTarget(0), in.intSource(1, type), ints::apply);
    }

    private static Step brev(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(2);
        return switch (type) {
            case B32 -> Lanes.of(in.intTarget(0), in.intSource(1, type), Integer::reverse);
            case B64 -> Lanes.ofLong(in.longTarget(0), in.longSource(1, type), Long::reverse);
            default -> throw in.error("brev of type " + type);
        };
    }

    private static Step bfind(InstructionReader in) {
        boolean amount = in.take("shiftamt");
        PtxType type = in.takeType();
        in.expect(2);
        if (!type.isSigned() && !type.isUnsigned() || type.bits() < 32) {
            throw in.error("bfind of type " + type);
        }
        boolean signed = type.isSigned();
        if (type.isLong()) {
            return Lanes.narrow(in.intTarget(0), in.longSource(1, type), a -> {
                int zeros = Long.numberOfLeadingZeros(signed && a < 0 ? ~a : a);
                return zeros == 64 ? -1 : amount ? zeros : 63 - zeros;
            });
        }
        return Lanes.of(in.intTarget(0), in.intSource(1, type), a -> {
            int zeros = Integer.numberOfLeadingZeros(signed && a < 0 ? ~a : a);
            return zeros == 32 ? -1 : amount ? zeros : 31 - zeros;
        });
    }

    private static Step fns(InstructionReader in) {
        PtxType type = in.takeType();
        in.expect(4);
        if (type != PtxType.B32) {
            throw in.error("fns of type " + type);
        }
        return Lanes.of(
                in.intTarget(0),
                in.intSource(1, type),
                in.intSource(2, PtxType.U32),
                in.intSource(3, PtxType.S32),
                BitInstructions::nthSetBit);
    }

    /** The n-th set bit from a place: n 0 asks for the bit at the place itself, n below 0 counts downwards. */
    static int nthSetBit(int mask, int base, int offset) {
        if (base < 0 || base > 31) {
            return -1;
        }
        if (offset == 0) {
            return (mask >>> base & 1) != 0 ? base : -1;
        }
        int count = Math.abs(offset);
        int step = Integer.signum(offset);
        for (int bit = base; bit >= 0 && bit < 32; bit += step) {
            if ((mask >>> bit & 1) != 0 && --count == 0) {
                return bit;
            }
        }
        return -1;
    }

    private static Step szext(InstructionReader in) {
        String mode = in.takeAny("clamp", "wrap");
        PtxType type = in.takeType();
        in.expect(3);
        if (mode == null || type != PtxType.U32 && type != PtxType.S32) {
            throw in.error("szext takes .clamp or .wrap, and .u32 or .s32");
        }
        boolean wrap = mode.equals("wrap");
        boolean signed = type.isSigned();
        return Lanes.of(in.intTarget(0), in.intSource(1, type), in.intSource(2, PtxType.U32), (a, b) -> {
            int n = wrap ? b & 31 : Integer.compareUnsigned(b, 32) > 0 ? 32 : b;
            if (n == 0) {
                return 0;
            }
            return signed ? a << 32 - n >> 32 - n : a << 32 - n >>> 32 - n;
        });
    }

    private static Step bmsk(InstructionReader in) {
        String mode = in.takeAny("clamp", "wrap");
        PtxType type = in.takeType();
        in.expect(3);
        if (mode == null || type != PtxType.B32) {
            throw in.error("bmsk takes .clamp or .wrap, and .b32");
        }
        boolean wrap = mode.equals("wrap");
        return Lanes.of(in.intTarget(0), in.intSource(1, PtxType.U32), in.intSource(2, PtxType.U32), (a, b) -> {
            int pos = wrap ? a & 31 : Integer.compareUnsigned(a, 32) > 0 ? 32 : a;
            int len = wrap ? b & 31 : Integer.compareUnsigned(b, 32) > 0 ? 32 : b;
            return (int) (((1L << len) - 1) << pos);
        });
    }

    private static boolean isWord(PtxType type) {
        return type == PtxType.U32 || type == PtxType.S32;
    }

    private static Step dp4a(InstructionReader in) {
        PtxType a = in.takeType();
        PtxType b = in.takeType();
        in.expect(4);
        if (!isWord(a) || !isWord(b)) {
            throw in.error("dp4a takes .u32 or .s32 twice");
        }
        boolean signedA = a.isSigned();
        boolean signedB = b.isSigned();
        return Lanes.of(
                in.intTarget(0), in.intSource(1, a), in.intSource(2, b), in.intSource(3, PtxType.U32), (x, y, z) -> {
                    int sum = z;
                    for (int i = 0; i < 32; i += 8) {
                        int p = signedA ? (byte) (x >>> i) : x >>> i & 0xff;
                        int q = signedB ? (byte) (y >>> i) : y >>> i & 0xff;
                        sum += p * q;
                    }
                    return sum;
                });
    }

    private static Step dp2a(InstructionReader in) {
        String part = in.takeAny("lo", "hi");
        PtxType a = in.takeType();
        PtxType b = in.takeType();
        in.expect(4);
        if (part == null || !isWord(a) || !isWord(b)) {
            throw in.error("dp2a takes .lo or .hi and .u32 or .s32 twice");
        }
        int shift = part.equals("hi") ? 16 : 0;
        boolean signedA = a.isSigned();
        boolean signedB = b.isSigned();
        return Lanes.of(
                in.intTarget(0), in.intSource(1, a), in.intSource(2, b), in.intSource(3, PtxType.U32), (x, y, z) -> {
                    int sum = z;
                    for (int i = 0; i < 2; i++) {
                        int p = IntegerArithmetic.extend(x >>> 16 * i, signedA);
                        int q = signedB ? (byte) (y >>> shift + 8 * i) : y >>> shift + 8 * i & 0xff;
                        sum += p * q;
                    }
                    return sum;
                });
    }
}
