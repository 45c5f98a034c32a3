package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.AddressOperand;
import dev.clipjet.ptx.decode.Comparand;
import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.MemoryAccess;
import dev.clipjet.ptx.exec.Progress;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.race.Strength;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.syntax.Operand;
import java.util.List;
import java.util.Map;

/** {@code ld st}. */
final class LoadsAndStores {
    private LoadsAndStores() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("ld", LoadsAndStores::load);
        decoders.put("ldu", LoadsAndStores::load);
        decoders.put("st", LoadsAndStores::store);
    }

    private static Step load(InstructionReader in) {
        Ordering ordering = Ordering.take(in);
        Space declared = in.takeSpace();
        boolean uniform = in.opcode().equals("ldu");
        if (uniform && (ordering.strong() || declared != Space.GLOBAL && declared != Space.GENERIC)) {
            throw in.error("ldu is a weak load from global memory");
        }
        if (!uniform) {
            takeHints(in, "ca", "cg", "cs", "lu", "cv");
            in.take("unified");
        }
        boolean nonCoherent = !uniform && in.take("nc");
        boolean hint = !uniform && CachePolicies.takeHint(in, declared, 2);
        int n = takeVector(in);
        PtxType type = in.takeType();
        in.expect(hint ? 3 : 2);
        List<Operand> elements = in.elements(0);
        if (elements.size() != n) {
            throw in.error("the target has " + elements.size() + " elements, not " + n);
        }
        int[] planes = new int[n];
        int[] marks = new int[n];
        for (int i = 0; i < n; i++) {
            planes[i] = target(in, elements.get(i), type);
            marks[i] = in.mark(elements.get(i));
        }
        AddressOperand address = in.address(1);
        Space space = in.spaceOf(declared, address);
        if (space == Space.SHARED_CLUSTER) {
            in.needsTarget(90);
        }
        int bytes = checkedBytes(in, type, n);
        in.accesses(space, bytes);
        ordering.note(in, space);
        boolean wide = type.bits() < 64 && elements.stream().anyMatch(e -> isLongRegister(in, e));
        int registerBits = elements.get(0) instanceof Operand.Sink ? type.bits() : in.registerBits(elements.get(0));
        if (wide && n > 1) {
            throw in.error("a vector load into wider registers");
        }
        Load load = new Load(planes, marks, type, registerBits, address, space, bytes, ordering, nonCoherent);
        if (n == 1 && !ordering.strong() && !nonCoherent) {
            in.ifCompared(new Comparand(planes[0], bytes, address), load::verified);
        }
        return load;
    }

    private static Step store(InstructionReader in) {
        Ordering ordering = Ordering.take(in);
        boolean parameters = in.modifiers().contains("param::entry");
        Space declared = in.takeSpace();
        if (parameters || declared == Space.CONST) {
            throw in.error("constants and the entry's parameters are only read");
        }
        takeHints(in, "wb", "cg", "cs", "wt");
        boolean hint = CachePolicies.takeHint(in, declared, 2);
        int n = takeVector(in);
        PtxType type = in.takeType();
        in.expect(hint ? 3 : 2);
        List<Operand> elements = in.elements(1);
        if (elements.size() != n) {
            throw in.error("the source has " + elements.size() + " elements, not " + n);
        }
        int[] planes = new int[n];
        int[] marks = new int[n];
        boolean[] wide = new boolean[n];
        for (int i = 0; i < n; i++) {
            wide[i] = type.isLong() || isLongRegister(in, elements.get(i));
            planes[i] = wide[i] ? in.longSource(elements.get(i), type) : in.intSource(elements.get(i), type);
            marks[i] = in.mark(elements.get(i));
        }
        AddressOperand address = in.address(0);
        Space space = in.spaceOf(declared, address);
        if (space == Space.SHARED_CLUSTER) {
            in.needsTarget(90);
        }
        int bytes = checkedBytes(in, type, n);
        in.accesses(space, bytes);
        ordering.note(in, space);
        return new Store(planes, marks, wide, type, address, space, bytes, ordering, addressMark(in));
    }

    private static int addressMark(InstructionReader in) {
        return in.operand(0) instanceof Operand.Address address && address.base() != null
                ? in.mark(new Operand.Name(address.base()))
                : 0;
    }

    private static boolean isLongRegister(InstructionReader in, Operand operand) {
        return in.isRegister(operand) && in.registerBits(operand) == 64;
    }

    private static int target(InstructionReader in, Operand operand, PtxType type) {
        boolean wide = type.isLong() || isLongRegister(in, operand);
        return wide ? in.longTarget(operand) : in.intTarget(operand);
    }

    private static int takeVector(InstructionReader in) {
        String vector = in.takeAny("v2", "v4");
        return vector == null ? 1 : vector.equals("v2") ? 2 : 4;
    }

    private static int checkedBytes(InstructionReader in, PtxType type, int n) {
        boolean small = type.isFloat() && type != PtxType.F32 && type != PtxType.F64;
        if (small || type == PtxType.PRED || type == PtxType.B128 || type.bytes() * n > 16) {
            throw in.error("an access of type " + type + (n > 1 ? " and " + n + " elements" : ""));
        }
        return type.bytes() * n;
    }

    /** Takes hints for caches, which change no value. */
    private static void takeHints(InstructionReader in, String... caches) {
        in.takeAny(caches);
        in.takeAny("L1::evict_normal", "L1::evict_unchanged", "L1::evict_first", "L1::evict_last", "L1::no_allocate");
        in.takeAny("L2::64B", "L2::128B", "L2::256B");
    }

    private static final class Load extends Step {
        private final int[] planes;
        private final int[] marks;
        private final PtxType type;
        private final int registerBits;
        private final AddressOperand address;
        private final Space space;
        private final int bytes;
        private final Ordering ordering;
        private int strength;

        Load(
                int[] planes,
                int[] marks,
                PtxType type,
                int registerBits,
                AddressOperand address,
                Space space,
                int bytes,
                Ordering ordering,
                boolean nonCoherent) {
            this.planes = planes;
            this.marks = marks;
            this.type = type;
            this.registerBits = registerBits;
            this.address = address;
            this.space = space;
            this.bytes = bytes;
            this.ordering = ordering;
            strength = nonCoherent ? Strength.nonCoherent() : ordering.strength(type.bytes());
        }

        /** What is read is a guess that an atomic operation verifies: to race with such operations does no harm. */
        void verified() {
            strength = Strength.strong(Strength.SYSTEM, bytes);
        }

        @Override
        protected boolean marksOutputs() {
            return true;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            warp.reportUndefined(this, mask, "an address");
        }

        @Override
        public void run(Warp warp, int mask) {
            MemoryAccess access = warp.access;
            address.into(warp, access.address);
            access.read(warp, this, mask, space, bytes, bytes, strength);
            if (ordering.strong()) {
                ordering.afterRead(warp, mask, planes.length, type.bytes());
            }
            for (int i = 0; i < planes.length; i++) {
                int at = i * type.bytes();
                if (registerBits == 64) {
                    loadLong(access, warp.longs[planes[i]], mask, at);
                } else {
                    loadInt(access, warp.ints[planes[i]], mask, at);
                }
                mark(warp, mask, marks[i], at);
            }
        }

        private void loadInt(MemoryAccess access, int[] target, int mask, int at) {
            int width = type.bytes();
            byte[] memory = access.commonMemory();
            int[] offset = access.offset;
            if (memory != null && mask == -1 && width == 4) {
                for (int lane = 0; lane < 32; lane++) {
                    target[lane] = (int) Memory.INT.get(memory, offset[lane] + at);
                }
                return;
            }
            if (width == 4) {
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    target[lane] = (int) Memory.INT.get(access.memory(lane), access.offset[lane] + at);
                }
                return;
            }
            int keep = registerBits == 16 ? 0xffff : -1;
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                int value = width == 2
                        ? (short) Memory.SHORT.get(access.memory(lane), access.offset[lane] + at)
                        : access.memory(lane)[access.offset[lane] + at];
                if (!type.isSigned()) {
                    value &= width == 2 ? 0xffff : 0xff;
                }
                target[lane] = value & keep;
            }
        }

        private void loadLong(MemoryAccess access, long[] target, int mask, int at) {
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                byte[] from = access.memory(lane);
                int place = access.offset[lane] + at;
                target[lane] = switch (type.bytes()) {
                    case 8 -> (long) Memory.LONG.get(from, place);
                    case 4 ->
                        type.isSigned()
                                ? (int) Memory.INT.get(from, place)
                                : (int) Memory.INT.get(from, place) & 0xffff_ffffL;
                    case 2 ->
                        type.isSigned()
                                ? (short) Memory.SHORT.get(from, place)
                                : (short) Memory.SHORT.get(from, place) & 0xffffL;
                    default -> type.isSigned() ? from[place] : from[place] & 0xffL;
                };
            }
        }

        private void mark(Warp warp, int mask, int register, int at) {
            warp.markDefined(register, mask);
            MemoryAccess access = warp.access;
            int bad = access.undefinedLanes & mask;
            if (bad == 0) {
                return;
            }
            int width = type.bytes();
            int half = (1 << Math.max(1, width / 2)) - 1;
            for (int left = bad; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                int missing = access.undefinedBytes[lane] >>> at & (1 << width) - 1;
                if (missing != 0) {
                    boolean low = width < 4 || (missing & half) != 0;
                    boolean high = width < 4 || missing >>> width / 2 != 0;
                    warp.undefined[register] |= (low ? 1L << lane : 0) | (high ? 1L << lane + 32 : 0);
                    warp.origin[register] = pc();
                }
            }
        }
    }

    private static final class Store extends Step {
        private final int[] planes;
        private final int[] marks;
        private final boolean[] wide;
        private final PtxType type;
        private final AddressOperand address;
        private final Space space;
        private final int bytes;
        private final Ordering ordering;
        private final int addressMark;

        Store(
                int[] planes,
                int[] marks,
                boolean[] wide,
                PtxType type,
                AddressOperand address,
                Space space,
                int bytes,
                Ordering ordering,
                int addressMark) {
            this.planes = planes;
            this.marks = marks;
            this.wide = wide;
            this.type = type;
            this.address = address;
            this.space = space;
            this.bytes = bytes;
            this.ordering = ordering;
            this.addressMark = addressMark;
        }

        /** Undefined values may be stored, except to global memory, which {@link #run} sees to. */
        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            if ((warp.undefined[addressMark] & Warp.halves(mask)) != 0) {
                warp.reportUndefined(this, mask, "an address");
            }
        }

        @Override
        public void run(Warp warp, int mask) {
            MemoryAccess access = warp.access;
            address.into(warp, access.address);
            access.write(warp, this, mask, space, bytes, bytes, ordering.strength(type.bytes()));
            if (ordering.strong()) {
                ordering.afterWrite(warp, mask, planes.length, type.bytes());
            }
            Progress progress = warp.block().progress();
            boolean compares = progress.watching() && space != Space.LOCAL;
            long before = compares ? access.globalFingerprint(mask, space, bytes) : 0;
            if (space != Space.LOCAL && !compares) {
                progress.effect();
            }
            for (int i = 0; i < planes.length; i++) {
                int at = i * type.bytes();
                if (wide[i]) {
                    storeLong(access, warp.longs[planes[i]], mask, at);
                } else {
                    storeInt(access, warp.ints[planes[i]], mask, at);
                }
                if (access.overlapping() != 0) {
                    checkOverlaps(warp, mask, i, at);
                }
                long undefined = warp.undefined[marks[i]] & Warp.halves(mask);
                if (undefined != 0) {
                    storeUndefined(warp, mask, undefined, at);
                }
            }
            if (compares) {
                if (access.globalFingerprint(mask, space, bytes) != before) {
                    progress.effect();
                } else {
                    progress.activity();
                }
            }
        }

        /** Lanes write the same place; then what they write must be the same too. */
        private void checkOverlaps(Warp warp, int mask, int element, int at) {
            MemoryAccess access = warp.access;
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                long wanted = wide[element] ? warp.longs[planes[element]][lane] : warp.ints[planes[element]][lane];
                for (int i = 0; i < type.bytes(); i++) {
                    if (access.memory(lane)[access.offset[lane] + at + i] != (byte) (wanted >>> 8 * i)) {
                        warp.report(
                                FindingKind.CONFLICTING_LANES,
                                this,
                                lane,
                                "another lane of the same instruction writes a different value to the same place",
                                null);
                        return;
                    }
                }
            }
        }

        private void storeInt(MemoryAccess access, int[] source, int mask, int at) {
            int width = type.bytes();
            byte[] memory = access.commonMemory();
            int[] offset = access.offset;
            if (memory != null && mask == -1 && width == 4) {
                for (int lane = 0; lane < 32; lane++) {
                    Memory.INT.set(memory, offset[lane] + at, source[lane]);
                }
                return;
            }
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                byte[] to = access.memory(lane);
                int place = access.offset[lane] + at;
                switch (width) {
                    case 4 -> Memory.INT.set(to, place, source[lane]);
                    case 2 -> Memory.SHORT.set(to, place, (short) source[lane]);
                    default -> to[place] = (byte) source[lane];
                }
            }
        }

        private void storeLong(MemoryAccess access, long[] source, int mask, int at) {
            int width = type.bytes();
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                byte[] to = access.memory(lane);
                int place = access.offset[lane] + at;
                switch (width) {
                    case 8 -> Memory.LONG.set(to, place, source[lane]);
                    case 4 -> Memory.INT.set(to, place, (int) source[lane]);
                    case 2 -> Memory.SHORT.set(to, place, (short) source[lane]);
                    default -> to[place] = (byte) source[lane];
                }
            }
        }

        private void storeUndefined(Warp warp, int mask, long undefined, int at) {
            MemoryAccess access = warp.access;
            int width = type.bytes();
            for (int left = mask; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                boolean low = (undefined >>> lane & 1) != 0;
                boolean high = (undefined >>> lane + 32 & 1) != 0;
                if (width < 4 ? !low : !low && !high) {
                    continue;
                }
                if (access.toGlobal(lane, space)) {
                    warp.reportUndefined(this, 1 << lane, "a value stored to global memory");
                    return;
                }
                if (width < 4) {
                    access.markUndefined(lane, at, width);
                } else {
                    if (low) {
                        access.markUndefined(lane, at, width / 2);
                    }
                    if (high) {
                        access.markUndefined(lane, at + width / 2, width / 2);
                    }
                }
            }
        }
    }
}
