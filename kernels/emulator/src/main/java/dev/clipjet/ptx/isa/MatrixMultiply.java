package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.syntax.Operand;
import dev.clipjet.ptx.tensor.Element;
import dev.clipjet.ptx.tensor.TensorUnit;
import dev.clipjet.ptx.tensor.TileOperand;
import java.util.List;
import java.util.Map;

/**
 * {@code mma.sync}: D = A B + C for a warp, A 16 x k row-major and B k x 8 column-major in fragments. With g = lane / 4 and t = lane %
 * 4, register r of A holds (g + 8 (r & 1), 2t + h + 8 (r >> 1)) for half h (m16n8k16), register r of B holds (2t + h + 8r, g), and
 * element i of C and D is (g + 8 (i >> 1), 2t + (i & 1)).
 */
final class MatrixMultiply {
    private MatrixMultiply() {}

    static void register(Map<String, Decoder> decoders) {
        decoders.put("mma", MatrixMultiply::mma);
    }

    private static Step mma(InstructionReader in) {
        if (!in.take("sync") || !in.take("aligned")) {
            throw in.error("mma must be mma.sync.aligned");
        }
        String shape = in.takeAny("m16n8k16", "m16n8k8", "m16n8k4");
        if (shape == null || !in.take("row") || !in.take("col")) {
            throw in.error("this shape or layout of mma is not supported");
        }
        PtxType d = in.takeType();
        PtxType a = in.takeType();
        PtxType b = in.takeType();
        PtxType c = in.takeType();
        in.expect(4);
        boolean tf32 = a == PtxType.TF32;
        boolean half = a == PtxType.F16 || a == PtxType.BF16;
        boolean fits = a == b
                && d == c
                && (tf32 ? !shape.equals("m16n8k16") : half && !shape.equals("m16n8k4"))
                && (d == PtxType.F32 || d == PtxType.F16 && a == PtxType.F16);
        if (!fits) {
            throw in.error("mma of types " + d + " " + a + " " + b + " " + c);
        }
        in.needsTarget(80);
        int k = Integer.parseInt(shape.substring(6));
        int[] planesA = sources(in, 1, tf32 ? k / 2 : k / 4);
        int[] planesB = sources(in, 2, tf32 ? k / 4 : k / 8);
        int[] planesC = sources(in, 3, d == PtxType.F32 ? 4 : 2);
        List<Operand> targets = in.elements(0);
        if (targets.size() != planesC.length) {
            throw in.error("the target has " + targets.size() + " registers, not " + planesC.length);
        }
        int[] planesD = targets.stream().mapToInt(in::intTarget).toArray();
        return new Multiply(Element.valueOf(a.name()), d == PtxType.F16, k, planesD, planesA, planesB, planesC);
    }

    private static int[] sources(InstructionReader in, int index, int count) {
        return in.elements(index, count).stream()
                .mapToInt(element -> in.intSource(element, PtxType.B32))
                .toArray();
    }

    private static final class Multiply extends MatrixStep {
        private static final int COLUMNS = 8;
        /** Where the second eight rows of the result begin. */
        private static final int UPPER = 8 * COLUMNS;

        private final Element element;
        private final boolean halfResult;
        private final int k;
        private final int[] d;
        private final int[] a;
        private final int[] b;
        private final int[] c;

        Multiply(Element element, boolean halfResult, int k, int[] d, int[] a, int[] b, int[] c) {
            this.element = element;
            this.halfResult = halfResult;
            this.k = k;
            this.d = d;
            this.a = a;
            this.b = b;
            this.c = c;
        }

        @Override
        public long tensorMacs() {
            return 16L * COLUMNS * k;
        }

        @Override
        public void run(Warp warp, int mask) {
            TensorUnit tensor = warp.tensor;
            ExecutionOptions options = warp.block().launch().options();
            boolean shortCut = options.fastPaths();
            TileOperand left = tensor.left;
            TileOperand right = tensor.right;
            if (shortCut) {
                left = tensor.fragments.left(warp.ints, a, element);
                right = tensor.fragments.right(warp.ints, b, element);
            } else {
                gather(warp, left, right);
            }
            MmaModel model = halfResult ? MmaModel.EXACT : options.mma();
            if (halfResult) {
                takeHalves(warp.ints, tensor.sums);
                tensor.multiply(left, right, COLUMNS, k, model.terms(), model.bits(), shortCut);
                giveHalves(warp.ints, tensor.sums);
            } else {
                take(warp.ints[c[0]], warp.ints[c[1]], tensor.sums, 0);
                take(warp.ints[c[2]], warp.ints[c[3]], tensor.sums, UPPER);
                tensor.multiply(left, right, COLUMNS, k, model.terms(), model.bits(), shortCut);
                give(warp.ints[d[0]], warp.ints[d[1]], tensor.sums, 0);
                give(warp.ints[d[2]], warp.ints[d[3]], tensor.sums, UPPER);
            }
        }

        /** Each lane has two neighbors of a row, so the lanes' pairs make up the rows one after the other. */
        private static void take(int[] even, int[] odd, int[] sums, int from) {
            for (int lane = 0; lane < 32; lane++) {
                sums[from + 2 * lane] = even[lane];
                sums[from + 2 * lane + 1] = odd[lane];
            }
        }

        private static void give(int[] even, int[] odd, int[] sums, int from) {
            for (int lane = 0; lane < 32; lane++) {
                even[lane] = sums[from + 2 * lane];
                odd[lane] = sums[from + 2 * lane + 1];
            }
        }

        private void takeHalves(int[][] ints, int[] sums) {
            for (int i = 0; i < 64; i++) {
                int bits = ints[c[i >>> 5]][i & 31];
                sums[2 * i] = Float.floatToRawIntBits(Element.F16.value(bits & 0xffff));
                sums[2 * i + 1] = Float.floatToRawIntBits(Element.F16.value(bits >>> 16));
            }
        }

        private void giveHalves(int[][] ints, int[] sums) {
            for (int i = 0; i < 64; i++) {
                ints[d[i >>> 5]][i & 31] = half(sums[2 * i]) | half(sums[2 * i + 1]) << 16;
            }
        }

        private static int half(int bits) {
            return FloatFormat.F16.fromDouble(Float.intBitsToFloat(bits), Rounding.NEAREST, false);
        }

        /** The operands, element by element as the layout says. */
        private void gather(Warp warp, TileOperand left, TileOperand right) {
            left.begin(element);
            right.begin(element);
            for (int lane = 0; lane < 32; lane++) {
                int group = lane >>> 2;
                for (int r = 0; r < a.length; r++) {
                    int bits = warp.ints[a[r]][lane];
                    int row = group + 8 * (r & 1);
                    if (element == Element.TF32) {
                        left.put(row * k + (lane & 3) + 4 * (r >>> 1), bits, false);
                    } else {
                        int inner = 2 * (lane & 3) + 8 * (r >>> 1);
                        left.put(row * k + inner, bits & 0xffff, false);
                        left.put(row * k + inner + 1, bits >>> 16, false);
                    }
                }
                for (int r = 0; r < b.length; r++) {
                    int bits = warp.ints[b[r]][lane];
                    if (element == Element.TF32) {
                        right.put(((lane & 3) + 4 * r) * COLUMNS + group, bits, false);
                    } else {
                        int inner = 2 * (lane & 3) + 8 * r;
                        right.put(inner * COLUMNS + group, bits & 0xffff, false);
                        right.put((inner + 1) * COLUMNS + group, bits >>> 16, false);
                    }
                }
            }
        }
    }
}
