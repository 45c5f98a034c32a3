package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.AddressOperand;
import dev.clipjet.ptx.decode.Comparand;
import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.MemoryAccess;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import java.util.Map;
import java.util.Set;

/** {@code atom red}. Lanes of a warp take their turns in order, which is one of the orders allowed. */
final class Atomics {
    private static final Set<String> INTEGER = Set.of("add", "min", "max", "inc", "dec");
    private static final Set<String> BITS = Set.of("and", "or", "xor", "exch", "cas");

    private Atomics() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("atom", in -> atomic(in, true));
        decoders.put("red", in -> atomic(in, false));
    }

    private static Step atomic(InstructionReader in, boolean returns) {
        Ordering ordering = Ordering.takeAtomic(in);
        Space declared = in.takeSpace();
        String op = in.takeAny("add", "min", "max", "inc", "dec", "and", "or", "xor", "exch", "cas");
        boolean noFlush = in.take("noftz");
        PtxType type = in.takeType();
        boolean swap = "cas".equals(op);
        int operands = (returns ? 3 : 2) + (swap ? 1 : 0);
        in.expect(operands + (CachePolicies.takeHint(in, declared, operands) ? 1 : 0));
        check(in, op, type, noFlush, returns);
        if (declared == Space.SHARED_CLUSTER) {
            in.needsTarget(90);
        } else if (declared != Space.GLOBAL && declared != Space.SHARED && declared != Space.GENERIC) {
            throw in.error("atomics work on global and shared memory");
        }
        boolean wide = type.isLong();
        int d = -1;
        if (returns) {
            d = wide ? in.longTarget(0) : in.intTarget(0);
        }
        int at = returns ? 1 : 0;
        AddressOperand address = in.address(at);
        Space space = in.spaceOf(declared, address);
        int b = wide ? in.longSource(at + 1, type) : in.intSource(at + 1, type);
        int c = !swap ? -1 : wide ? in.longSource(at + 2, type) : in.intSource(at + 2, type);
        ordering.note(in, space);
        in.accesses(space, type.bytes());
        if (swap) {
            in.compares(new Comparand(b, type.bytes(), address));
        }
        return new Update(op, type, d, address, space, b, c, ordering);
    }

    private static void check(InstructionReader in, String op, PtxType type, boolean noFlush, boolean returns) {
        if (op == null || !returns && (op.equals("exch") || op.equals("cas"))) {
            throw in.error(in.opcode() + " without an operation that it has");
        }
        boolean half = HalfArithmetic.isHalf(type);
        boolean fits;
        if (half) {
            fits = op.equals("add") && noFlush;
            if (type == PtxType.BF16 || type == PtxType.BF16X2) {
                in.needsTarget(90);
            }
        } else if (type == PtxType.F32 || type == PtxType.F64) {
            fits = op.equals("add");
        } else if (BITS.contains(op)) {
            fits = type == PtxType.B32 || type == PtxType.B64 || type == PtxType.B16 && op.equals("cas");
        } else {
            fits = INTEGER.contains(op)
                    && (type == PtxType.U32
                            || type == PtxType.S32 && !op.equals("inc") && !op.equals("dec")
                            || type == PtxType.U64 && !op.equals("inc") && !op.equals("dec")
                            || type == PtxType.S64 && (op.equals("min") || op.equals("max")));
        }
        if (!fits || noFlush && !half) {
            throw in.error(in.opcode() + "." + op + " of type " + type);
        }
    }

    private static final class Update extends Step {
        private final String op;
        private final PtxType type;
        private final int d;
        private final AddressOperand address;
        private final Space space;
        private final int b;
        private final int c;
        private final Ordering ordering;

        Update(String op, PtxType type, int d, AddressOperand address, Space space, int b, int c, Ordering ordering) {
            this.op = op;
            this.type = type;
            this.d = d;
            this.address = address;
            this.space = space;
            this.b = b;
            this.c = c;
            this.ordering = ordering;
        }

        @Override
        protected boolean countsWrites() {
            return false;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            warp.reportUndefined(this, mask, "an operand of an atomic operation");
        }

        @Override
        public void run(Warp warp, int mask) {
            MemoryAccess access = warp.access;
            int strength = ordering.strength(type.bytes());
            address.into(warp, access.address);
            access.read(warp, this, mask, space, type.bytes(), type.bytes(), strength);
            if (access.undefinedLanes != 0) {
                access.reportUndefined("the target of an atomic operation");
            }
            address.into(warp, access.address);
            access.write(warp, this, mask, space, type.bytes(), type.bytes(), strength);
            access.countAtomic(mask);
            boolean changed = false;
            boolean checks = warp.block().launch().options().checks();
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                long before = load(access, lane);
                long operand = type.isLong() ? warp.longs[b][lane] : warp.ints[b][lane];
                long other = c < 0 ? 0 : type.isLong() ? warp.longs[c][lane] : warp.ints[c][lane];
                boolean global = access.toGlobal(lane, space);
                long after = updated(before, operand, other, global);
                store(access, lane, after);
                changed |= load(access, lane) != before;
                if (checks) {
                    ordering.read(warp, lane, 0);
                    ordering.wrote(warp, lane, 0, true);
                }
                if (d >= 0) {
                    if (type.isLong()) {
                        warp.longs[d][lane] = before;
                    } else {
                        warp.ints[d][lane] = (int) before;
                    }
                }
            }
            if (changed) {
                warp.block().progress().effect();
            } else {
                warp.block().progress().poll();
            }
        }

        private long load(MemoryAccess access, int lane) {
            byte[] bytes = access.memory(lane);
            int at = access.offset[lane];
            return switch (type.bytes()) {
                case 8 -> (long) Memory.LONG.get(bytes, at);
                case 4 -> (int) Memory.INT.get(bytes, at);
                default -> (short) Memory.SHORT.get(bytes, at) & 0xffff;
            };
        }

        private void store(MemoryAccess access, int lane, long value) {
            byte[] bytes = access.memory(lane);
            int at = access.offset[lane];
            switch (type.bytes()) {
                case 8 -> Memory.LONG.set(bytes, at, value);
                case 4 -> Memory.INT.set(bytes, at, (int) value);
                default -> Memory.SHORT.set(bytes, at, (short) value);
            }
        }

        private long updated(long r, long s, long t, boolean global) {
            switch (op) {
                case "exch":
                    return s;
                case "cas":
                    long keep = type.bytes() == 8 ? -1 : (1L << type.bits()) - 1;
                    return (r & keep) == (s & keep) ? t : r;
                case "and":
                    return r & s;
                case "or":
                    return r | s;
                case "xor":
                    return r ^ s;
                case "inc":
                    return Integer.compareUnsigned((int) r, (int) s) >= 0 ? 0 : r + 1;
                case "dec":
                    return (int) r == 0 || Integer.compareUnsigned((int) r, (int) s) > 0 ? s : r - 1;
                case "add":
                    return sum(r, s, global);
                default:
                    return extreme(r, s);
            }
        }

        private long extreme(long r, long s) {
            boolean max = op.equals("max");
            boolean smaller = type.isSigned()
                    ? r < s
                    : type.isLong() ? Long.compareUnsigned(r, s) < 0 : Integer.compareUnsigned((int) r, (int) s) < 0;
            return smaller == max ? s : r;
        }

        private long sum(long r, long s, boolean global) {
            return switch (type) {
                case F32 -> {
                    float x = Float.intBitsToFloat((int) r);
                    float y = Float.intBitsToFloat((int) s);
                    // Units for global memory flush subnormals, those for shared memory keep them.
                    float sum =
                            global ? FloatArithmetic.flush(FloatArithmetic.flush(x) + FloatArithmetic.flush(y)) : x + y;
                    yield Float.floatToRawIntBits(ExactFloat.canonical(sum));
                }
                case F64 -> Double.doubleToRawLongBits(Double.longBitsToDouble(r) + Double.longBitsToDouble(s));
                case F16, BF16 -> half(type, (int) r & 0xffff, (int) s & 0xffff);
                case F16X2, BF16X2 ->
                    half(type, (int) r & 0xffff, (int) s & 0xffff) | half(type, (int) r >>> 16, (int) s >>> 16) << 16;
                default -> r + s;
            };
        }

        private static int half(PtxType type, int x, int y) {
            FloatFormat format = type == PtxType.F16 || type == PtxType.F16X2 ? FloatFormat.F16 : FloatFormat.BF16;
            double a = format.toFloat(x);
            double b = format.toFloat(y);
            return format.fromDouble(ExactFloat.oddFma(a, 1, b), Rounding.NEAREST, false);
        }
    }
}
