package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;

/** Sums and products in pieces, with the carry flag that links them: {@code add.cc addc sub.cc subc mad.cc madc}. */
final class Carry {
    private Carry() {}

    static Step sum(InstructionReader in, boolean subtract, boolean carryIn) {
        boolean carryOut = in.take("cc");
        PtxType type = in.takeType();
        in.expect(3);
        if (!isNumber(type)) {
            throw in.error(in.opcode() + " of type " + type);
        }
        boolean wide = type.isLong();
        int d = wide ? in.longTarget(0) : in.intTarget(0);
        int a = wide ? in.longSource(1, type) : in.intSource(1, type);
        int b = wide ? in.longSource(2, type) : in.intSource(2, type);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                int carry = warp.carry;
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    long x = wide ? warp.longs[a][lane] : warp.ints[a][lane] & 0xffff_ffffL;
                    long y = wide ? warp.longs[b][lane] : warp.ints[b][lane] & 0xffff_ffffL;
                    // A borrow is the carry's complement: x - y - borrow = x + ~y + carry.
                    long z = !subtract ? y : wide ? ~y : ~y & 0xffff_ffffL;
                    long c = !carryIn ? (subtract ? 1 : 0) : carry >>> lane & 1;
                    long sum = x + z + c;
                    boolean out = wide ? (x & z | (x | z) & ~sum) < 0 : sum >>> 32 != 0;
                    if (wide) {
                        warp.longs[d][lane] = sum;
                    } else {
                        warp.ints[d][lane] = (int) sum;
                    }
                    if (carryOut) {
                        warp.carry = warp.carry & ~(1 << lane) | (out ? 1 << lane : 0);
                    }
                }
            }
        };
    }

    static Step mad(InstructionReader in, boolean carryIn) {
        String part = in.takeAny("lo", "hi");
        boolean carryOut = in.take("cc");
        PtxType type = in.takeType();
        in.expect(4);
        if (part == null || !isNumber(type)) {
            throw in.error(in.opcode() + " of type " + type);
        }
        boolean high = part.equals("hi");
        boolean signed = type.isSigned();
        boolean wide = type.isLong();
        int d = wide ? in.longTarget(0) : in.intTarget(0);
        int a = wide ? in.longSource(1, type) : in.intSource(1, type);
        int b = wide ? in.longSource(2, type) : in.intSource(2, type);
        int c = wide ? in.longSource(3, type) : in.intSource(3, type);
        return new Step() {
            @Override
            public void run(Warp warp, int mask) {
                int carry = carryIn ? warp.carry : 0;
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    boolean out;
                    if (wide) {
                        long x = warp.longs[a][lane];
                        long y = warp.longs[b][lane];
                        long product = high ? IntegerArithmetic.high(x, y, signed) : x * y;
                        long z = warp.longs[c][lane];
                        long sum = product + z + (carry >>> lane & 1);
                        out = (product & z | (product | z) & ~sum) < 0;
                        warp.longs[d][lane] = sum;
                    } else {
                        int x = warp.ints[a][lane];
                        int y = warp.ints[b][lane];
                        int product = high ? IntegerArithmetic.high(x, y, signed) : x * y;
                        long sum =
                                (product & 0xffff_ffffL) + (warp.ints[c][lane] & 0xffff_ffffL) + (carry >>> lane & 1);
                        out = sum >>> 32 != 0;
                        warp.ints[d][lane] = (int) sum;
                    }
                    if (carryOut) {
                        warp.carry = warp.carry & ~(1 << lane) | (out ? 1 << lane : 0);
                    }
                }
            }
        };
    }

    private static boolean isNumber(PtxType type) {
        return type == PtxType.U32 || type == PtxType.S32 || type == PtxType.U64 || type == PtxType.S64;
    }
}
