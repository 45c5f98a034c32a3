package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.AddressOperand;
import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import dev.clipjet.ptx.exec.MemoryAccess;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.syntax.Operand;
import dev.clipjet.ptx.tensor.Element;
import dev.clipjet.ptx.tensor.TensorUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** {@code wmma.load wmma.mma wmma.store}: a matrix product with fragments of a layout that only these instructions know. */
final class WmmaInstructions {
    private WmmaInstructions() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("wmma", WmmaInstructions::wmma);
    }

    private static Step wmma(InstructionReader in) {
        boolean load = in.take("load");
        boolean store = !load && in.take("store");
        if (!load && !store && !in.take("mma")) {
            throw in.error("wmma takes .load, .mma or .store");
        }
        if (!in.take("sync") || !in.take("aligned")) {
            throw in.error("wmma is .sync.aligned");
        }
        return load || store ? move(in, load) : multiply(in);
    }

    /** Rows, columns and inner elements of a shape. */
    private static int[] shape(InstructionReader in) {
        String shape = in.takeAny("m16n16k16", "m32n8k16", "m8n32k16", "m16n16k8", "m8n8k4");
        if (shape == null) {
            throw in.error("this shape of wmma is not supported");
        }
        String[] numbers = shape.substring(1).split("[nk]");
        return new int[] {Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2])};
    }

    private static WmmaFragment fragment(InstructionReader in, char matrix, int[] shape, PtxType type, boolean byRows) {
        boolean result = matrix == 'c' || matrix == 'd';
        int rows = matrix == 'b' ? shape[2] : shape[0];
        int columns = matrix == 'a' ? shape[2] : shape[1];
        boolean fits = switch (shape[2]) {
            case 16 ->
                result
                        ? type == PtxType.F16 || type == PtxType.F32 || type == PtxType.S32
                        : type == PtxType.F16 || type == PtxType.BF16 || type == PtxType.S8 || type == PtxType.U8;
            case 8 -> type == (result ? PtxType.F32 : PtxType.TF32);
            default -> type == PtxType.F64;
        };
        if (!fits) {
            throw in.error("wmma of this shape has no matrix " + matrix + " of type " + type);
        }
        in.needsTarget(shape[2] < 16 || type == PtxType.BF16 ? 80 : type == PtxType.S8 || type == PtxType.U8 ? 72 : 70);
        int bytes = type == PtxType.TF32 ? 4 : type.bytes();
        int registers = bytes == 8 ? rows * columns / 32 : rows * columns * bytes / 128;
        // Fragments of halves are those of the first tensor cores, which held every element twice.
        return new WmmaFragment(rows, columns, type, type == PtxType.F16 && !result ? 8 : registers, result || byRows);
    }

    private static boolean takeRow(InstructionReader in) {
        String layout = in.takeFirst();
        if (!layout.equals("row") && !layout.equals("col")) {
            throw in.error("a layout is .row or .col");
        }
        return layout.equals("row");
    }

    private static Step move(InstructionReader in, boolean load) {
        String matrix = load ? in.takeAny("a", "b", "c") : in.takeAny("d");
        if (matrix == null) {
            throw in.error("wmma loads .a, .b or .c, and stores .d");
        }
        boolean row = in.take("row");
        if (!row && !in.take("col")) {
            throw in.error("a layout is .row or .col");
        }
        int[] shape = shape(in);
        Space declared = in.takeSpace();
        if (declared != Space.GENERIC && declared != Space.GLOBAL && declared != Space.SHARED) {
            throw in.error("wmma moves matrices from and to global and shared memory");
        }
        WmmaFragment fragment = fragment(in, matrix.charAt(0), shape, in.takeType(), row);
        in.expect(2, 3);
        int[] planes = planes(in, load ? 0 : 1, fragment, load);
        AddressOperand address = in.address(load ? 1 : 0);
        Space space = in.spaceOf(declared, address);
        int stride = in.operands() == 3 ? in.intSource(2, PtxType.U32) : -1;
        boolean inOrder = row == fragment.byRows();
        int each = inOrder ? Math.min(fragment.perLane(), 16 / fragment.bytes()) : 1;
        in.accesses(space, each * fragment.bytes());
        return new Move(load, fragment, planes, address, space, stride, row, each);
    }

    private static int[] planes(InstructionReader in, int index, WmmaFragment fragment, boolean target) {
        List<Operand> elements = in.elements(index, fragment.registers());
        PtxType type = fragment.isLong() ? PtxType.F64 : PtxType.B32;
        return elements.stream()
                .mapToInt(element -> fragment.isLong()
                        ? target ? in.longTarget(element) : in.longSource(element, type)
                        : target ? in.intTarget(element) : in.intSource(element, type))
                .toArray();
    }

    private static Step multiply(InstructionReader in) {
        boolean rowA = takeRow(in);
        boolean rowB = takeRow(in);
        int[] shape = shape(in);
        if (shape[2] == 4) {
            in.take("rn");
        }
        boolean saturate = in.take("satfinite");
        PtxType d = in.takeType();
        PtxType second = in.takeType();
        // The types of A and B are only written where they are not halves.
        boolean halves = in.modifiers().isEmpty();
        PtxType a = halves ? PtxType.F16 : second;
        PtxType b = halves ? PtxType.F16 : in.takeType();
        PtxType c = halves ? second : in.takeType();
        boolean bytes = a == PtxType.S8 || a == PtxType.U8;
        boolean fits = a == b
                && (bytes
                        ? d == PtxType.S32 && c == d
                        : a == PtxType.F64
                                ? d == PtxType.F64 && c == d
                                : halves
                                        ? (d == PtxType.F16 || d == PtxType.F32)
                                                && (c == PtxType.F16 || c == PtxType.F32)
                                        : (a == PtxType.BF16 || a == PtxType.TF32) && d == PtxType.F32 && c == d);
        if (!fits || saturate && !bytes) {
            throw in.error("wmma.mma of types " + d + " " + a + " " + b + " " + c);
        }
        in.expect(4);
        WmmaFragment left = fragment(in, 'a', shape, a, rowA);
        WmmaFragment right = fragment(in, 'b', shape, b, rowB);
        WmmaFragment start = fragment(in, 'c', shape, c, true);
        WmmaFragment result = fragment(in, 'd', shape, d, true);
        return new Multiply(
                new WmmaFragment[] {result, left, right, start},
                new int[][] {
                    planes(in, 0, result, true),
                    planes(in, 1, left, false),
                    planes(in, 2, right, false),
                    planes(in, 3, start, false)
                },
                saturate);
    }

    private static final class Move extends AlignedStep {
        private final boolean load;
        private final WmmaFragment fragment;
        private final int[] planes;
        private final AddressOperand address;
        private final Space space;
        private final int stride;
        private final boolean row;
        private final int each;

        Move(
                boolean load,
                WmmaFragment fragment,
                int[] planes,
                AddressOperand address,
                Space space,
                int stride,
                boolean row,
                int each) {
            this.load = load;
            this.fragment = fragment;
            this.planes = planes;
            this.address = address;
            this.space = space;
            this.stride = stride;
            this.row = row;
            this.each = each;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            warp.reportUndefined(this, mask, load ? "an address" : "an operand of a matrix instruction");
        }

        @Override
        public void run(Warp warp, int mask) {
            MemoryAccess access = warp.access;
            int bytes = fragment.bytes();
            for (int first = 0; first < fragment.perLane(); first += each) {
                address.into(warp, access.address);
                for (int lane = 0; lane < 32; lane++) {
                    int place = fragment.place(lane, first);
                    int across = row ? fragment.columns() : fragment.rows();
                    long leading = stride < 0 ? across : warp.ints[stride][lane] & 0xffff_ffffL;
                    long outer = row ? fragment.row(place) : fragment.column(place);
                    long inner = row ? fragment.column(place) : fragment.row(place);
                    access.address[lane] += (outer * leading + inner) * bytes;
                }
                if (load) {
                    access.read(warp, this, mask, space, each * bytes, each * bytes);
                    if (access.undefinedLanes != 0) {
                        access.reportUndefined("an operand of a matrix instruction");
                    }
                } else {
                    access.write(warp, this, mask, space, each * bytes, each * bytes);
                }
                for (int left = mask; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    for (int i = 0; i < each; i++) {
                        move(warp, access.memory(lane), access.offset[lane] + i * bytes, lane, first + i);
                    }
                }
            }
            if (!load) {
                warp.block().progress().effect();
            }
        }

        private void move(Warp warp, byte[] memory, int at, int lane, int element) {
            switch (fragment.bytes()) {
                case 8 -> {
                    if (load) {
                        warp.longs[planes[element]][lane] = (long) Memory.LONG.get(memory, at);
                    } else {
                        Memory.LONG.set(memory, at, warp.longs[planes[element]][lane]);
                    }
                }
                case 4 -> {
                    if (load) {
                        warp.ints[planes[element]][lane] = (int) Memory.INT.get(memory, at);
                    } else {
                        Memory.INT.set(memory, at, warp.ints[planes[element]][lane]);
                    }
                }
                case 2 -> {
                    int plane = planes[element >>> 1];
                    if (load) {
                        int bits = (short) Memory.SHORT.get(memory, at);
                        warp.ints[plane][lane] = (element & 1) == 0
                                ? warp.ints[plane][lane] & 0xffff_0000 | bits & 0xffff
                                : warp.ints[plane][lane] & 0xffff | bits << 16;
                    } else {
                        Memory.SHORT.set(memory, at, (short) (warp.ints[plane][lane] >>> 16 * (element & 1)));
                    }
                }
                default -> {
                    int shift = 8 * (element & 3);
                    int[] plane = warp.ints[planes[element >>> 2]];
                    plane[lane] = plane[lane] & ~(0xff << shift) | (memory[at] & 0xff) << shift;
                }
            }
        }
    }

    private static final class Multiply extends MatrixStep {
        /** D, A, B, C. */
        private final WmmaFragment[] fragments;

        private final int[][] planes;
        private static final int COLUMNS = 8;

        private final boolean saturate;
        private final int m;
        private final int n;
        private final int k;

        Multiply(WmmaFragment[] fragments, int[][] planes, boolean saturate) {
            this.fragments = fragments;
            this.planes = planes;
            this.saturate = saturate;
            m = fragments[0].rows();
            n = fragments[0].columns();
            k = fragments[1].columns();
        }

        @Override
        public long tensorMacs() {
            return (long) m * n * k;
        }

        @Override
        public void run(Warp warp, int mask) {
            double[] a = matrix(warp, 1);
            double[] b = matrix(warp, 2);
            double[] c = matrix(warp, 3);
            switch (fragments[0].type()) {
                case S32 -> integers(a, b, c);
                case F64 -> doubles(a, b, c);
                default -> halves(warp, a, b, c);
            }
            for (int lane = 0; lane < 32; lane++) {
                for (int i = 0; i < fragments[0].perLane(); i++) {
                    write(warp, lane, i, c[fragments[0].place(lane, i)]);
                }
            }
        }

        /** The matrix of a fragment, row by row. All types here are exact in double precision. */
        private double[] matrix(Warp warp, int which) {
            WmmaFragment fragment = fragments[which];
            double[] matrix = new double[fragment.rows() * fragment.columns()];
            for (int lane = 31; lane >= 0; lane--) {
                for (int i = 0; i < fragment.perLane(); i++) {
                    int place = fragment.place(lane, i);
                    matrix[fragment.row(place) * fragment.columns() + fragment.column(place)] =
                            value(warp, fragment.type(), planes[which], lane, i);
                }
            }
            return matrix;
        }

        private static double value(Warp warp, PtxType type, int[] planes, int lane, int element) {
            return switch (type) {
                case F64 -> Double.longBitsToDouble(warp.longs[planes[element]][lane]);
                case F32 -> Float.intBitsToFloat(warp.ints[planes[element]][lane]);
                case TF32 -> FloatFormat.TF32.toFloat(warp.ints[planes[element]][lane]);
                case S32 -> warp.ints[planes[element]][lane];
                case S8 -> (byte) (warp.ints[planes[element >>> 2]][lane] >>> 8 * (element & 3));
                case U8 -> warp.ints[planes[element >>> 2]][lane] >>> 8 * (element & 3) & 0xff;
                case BF16 -> Float.intBitsToFloat(half(warp, planes, lane, element) << 16);
                default -> FloatFormat.F16.toFloat(half(warp, planes, lane, element));
            };
        }

        private static int half(Warp warp, int[] planes, int lane, int element) {
            return warp.ints[planes[element >>> 1]][lane] >>> 16 * (element & 1) & 0xffff;
        }

        private void write(Warp warp, int lane, int element, double value) {
            int[] to = planes[0];
            switch (fragments[0].type()) {
                case F64 -> warp.longs[to[element]][lane] = Double.doubleToRawLongBits(value);
                case F32 -> warp.ints[to[element]][lane] = Float.floatToRawIntBits((float) value);
                case S32 -> warp.ints[to[element]][lane] = (int) (long) value;
                default -> {
                    int shift = 16 * (element & 1);
                    int bits = FloatFormat.F16.fromDouble(value, Rounding.NEAREST, false);
                    int[] plane = warp.ints[to[element >>> 1]];
                    plane[lane] = plane[lane] & ~(0xffff << shift) | bits << shift;
                }
            }
        }

        private void integers(double[] a, double[] b, double[] c) {
            for (int row = 0; row < m; row++) {
                for (int column = 0; column < n; column++) {
                    double sum = c[row * n + column];
                    for (int i = 0; i < k; i++) {
                        sum += a[row * k + i] * b[i * n + column];
                    }
                    c[row * n + column] =
                            saturate ? Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, sum)) : sum;
                }
            }
        }

        private void doubles(double[] a, double[] b, double[] c) {
            for (int row = 0; row < m; row++) {
                for (int column = 0; column < n; column++) {
                    double sum = c[row * n + column];
                    for (int i = 0; i < k; i++) {
                        sum = Math.fma(a[row * k + i], b[i * n + column], sum);
                    }
                    c[row * n + column] = sum;
                }
            }
        }

        /** Eight columns of at most sixteen rows at a time, which is what the unit has room for. */
        private void halves(Warp warp, double[] a, double[] b, double[] c) {
            TensorUnit tensor = warp.tensor;
            ExecutionOptions options = warp.block().launch().options();
            boolean half = fragments[0].type() == PtxType.F16;
            MmaModel model = half ? MmaModel.EXACT : options.mma();
            Element element = Element.valueOf(fragments[1].type().name());
            int rows = Math.min(TensorUnit.ROWS, m);
            for (int firstRow = 0; firstRow < m; firstRow += rows) {
                for (int first = 0; first < n; first += COLUMNS) {
                    tensor.left.begin(element);
                    tensor.right.begin(element);
                    for (int i = 0; i < TensorUnit.ROWS * k; i++) {
                        tensor.left.put(i, i < rows * k ? bits(element, a[firstRow * k + i]) : 0, false);
                    }
                    for (int i = 0; i < COLUMNS * k; i++) {
                        double value = b[i / COLUMNS * n + first + i % COLUMNS];
                        tensor.right.put(i, bits(element, value), false);
                    }
                    for (int i = 0; i < COLUMNS * rows; i++) {
                        double value = c[(firstRow + i / COLUMNS) * n + first + i % COLUMNS];
                        tensor.sums[i] = Float.floatToRawIntBits((float) value);
                    }
                    Arrays.fill(tensor.sums, COLUMNS * rows, tensor.sums.length, 0);
                    tensor.multiply(
                            tensor.left, tensor.right, COLUMNS, k, model.terms(), model.bits(), options.fastPaths());
                    for (int i = 0; i < COLUMNS * rows; i++) {
                        c[(firstRow + i / COLUMNS) * n + first + i % COLUMNS] = Float.intBitsToFloat(tensor.sums[i]);
                    }
                }
            }
        }

        /** The bits of an element, of which the value is one. */
        private static int bits(Element element, double value) {
            int single = Float.floatToRawIntBits((float) value);
            return switch (element) {
                case F16 -> FloatFormat.F16.fromDouble(value, Rounding.NEAREST, false);
                case BF16 -> single >>> 16;
                case TF32 -> single;
            };
        }
    }
}
