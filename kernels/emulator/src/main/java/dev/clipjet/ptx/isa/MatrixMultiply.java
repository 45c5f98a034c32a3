package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.MatrixFragment;
import dev.clipjet.ptx.exec.MatrixTile;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.exec.WarpStep;
import dev.clipjet.ptx.syntax.Operand;
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
        return new Multiply(a, d == PtxType.F16, k, planesD, planesA, planesB, planesC);
    }

    private static int[] sources(InstructionReader in, int index, int count) {
        List<Operand> elements = in.elements(index);
        if (elements.size() != count) {
            throw in.error("operand " + (index + 1) + " has " + elements.size() + " registers, not " + count);
        }
        return elements.stream()
                .mapToInt(element -> in.intSource(element, PtxType.B32))
                .toArray();
    }

    private static final class Multiply extends WarpStep {
        private final PtxType type;
        private final boolean halfResult;
        private final int k;
        private final int[] d;
        private final int[] a;
        private final int[] b;
        private final int[] c;
        /** Whether no register of D is another one of C, so that results may be written while C is still read. */
        private final boolean inPlace;

        Multiply(PtxType type, boolean halfResult, int k, int[] d, int[] a, int[] b, int[] c) {
            this.type = type;
            this.halfResult = halfResult;
            this.k = k;
            this.d = d;
            this.a = a;
            this.b = b;
            this.c = c;
            boolean apart = true;
            for (int i = 0; i < d.length; i++) {
                for (int j = 0; j < c.length; j++) {
                    apart &= i == j || d[i] != c[j];
                }
            }
            inPlace = apart;
        }

        @Override
        public long tensorMacs() {
            return 16L * 8 * k;
        }

        @Override
        public int members(Warp warp, int lane) {
            return -1;
        }

        @Override
        public boolean aligned() {
            return true;
        }

        @Override
        protected void undefinedInput(Warp warp, int mask, long undefined) {
            warp.reportUndefined(this, mask, "an operand of a matrix instruction");
        }

        @Override
        public void run(Warp warp, int mask) {
            ExecutionOptions options = warp.block().launch().options();
            boolean exact = options.mma() == ExecutionOptions.MmaModel.EXACT && options.fastPaths();
            if (!exact || halfResult || type == PtxType.TF32 || !inPlace || !exactInDouble(warp)) {
                general(warp);
            }
        }

        /**
         * The product if every sum fits a double without rounding, which it nearly always does: the terms' units and magnitudes
         * are less than 53 bits apart. Returns whether they are.
         */
        private boolean exactInDouble(Warp warp) {
            MatrixFragment left = warp.fragments.left(warp.ints, a, type == PtxType.BF16);
            MatrixFragment right = warp.fragments.right(warp.ints, b, type == PtxType.BF16);
            if (!left.finite() || !right.finite()) {
                return false;
            }
            int largest = 0;
            int least = Integer.MAX_VALUE;
            for (int plane : c) {
                int[] start = warp.ints[plane];
                for (int lane = 0; lane < 32; lane++) {
                    int magnitude = start[lane] & Integer.MAX_VALUE;
                    largest = Math.max(largest, magnitude);
                    least = Math.min(least, magnitude - 1 & Integer.MAX_VALUE);
                }
            }
            if (largest >= 0x7f80_0000) {
                return false;
            }
            int above = Math.max(left.above() + right.above(), Math.max(largest >>> 23, 1) - 126);
            int unit = Math.min(left.unit() + right.unit(), Math.max(least + 1 >>> 23, 1) - 150);
            // 17 terms.
            if (above + 5 - unit > 53) {
                return false;
            }
            rows(left.values(), right.values(), warp.ints[c[0]], warp.ints[c[1]], warp.ints[d[0]], warp.ints[d[1]], 0);
            rows(left.values(), right.values(), warp.ints[c[2]], warp.ints[c[3]], warp.ints[d[2]], warp.ints[d[3]], 8);
            return true;
        }

        /** Eight rows of the result, of which each lane has two neighbours. */
        private void rows(double[] left, double[] right, int[] even, int[] odd, int[] toEven, int[] toOdd, int first) {
            for (int row = 0; row < 8; row++) {
                int lane = 4 * row;
                double s0 = Float.intBitsToFloat(even[lane]);
                double s1 = Float.intBitsToFloat(odd[lane]);
                double s2 = Float.intBitsToFloat(even[lane + 1]);
                double s3 = Float.intBitsToFloat(odd[lane + 1]);
                double s4 = Float.intBitsToFloat(even[lane + 2]);
                double s5 = Float.intBitsToFloat(odd[lane + 2]);
                double s6 = Float.intBitsToFloat(even[lane + 3]);
                double s7 = Float.intBitsToFloat(odd[lane + 3]);
                int from = (first + row) * k;
                for (int i = 0; i < k; i++) {
                    double x = left[from + i];
                    s0 = Math.fma(x, right[8 * i], s0);
                    s1 = Math.fma(x, right[8 * i + 1], s1);
                    s2 = Math.fma(x, right[8 * i + 2], s2);
                    s3 = Math.fma(x, right[8 * i + 3], s3);
                    s4 = Math.fma(x, right[8 * i + 4], s4);
                    s5 = Math.fma(x, right[8 * i + 5], s5);
                    s6 = Math.fma(x, right[8 * i + 6], s6);
                    s7 = Math.fma(x, right[8 * i + 7], s7);
                }
                toEven[lane] = Float.floatToRawIntBits((float) s0);
                toOdd[lane] = Float.floatToRawIntBits((float) s1);
                toEven[lane + 1] = Float.floatToRawIntBits((float) s2);
                toOdd[lane + 1] = Float.floatToRawIntBits((float) s3);
                toEven[lane + 2] = Float.floatToRawIntBits((float) s4);
                toOdd[lane + 2] = Float.floatToRawIntBits((float) s5);
                toEven[lane + 3] = Float.floatToRawIntBits((float) s6);
                toOdd[lane + 3] = Float.floatToRawIntBits((float) s7);
            }
        }

        private void general(Warp warp) {
            MatrixTile tile = warp.tile;
            if (type == PtxType.TF32) {
                gatherTf32(warp, tile);
            } else {
                gather(warp, tile);
            }
            for (int lane = 0; lane < 32; lane++) {
                int row = lane >>> 2;
                int column = 2 * (lane & 3);
                if (halfResult) {
                    int low = warp.ints[c[0]][lane];
                    int high = warp.ints[c[1]][lane];
                    tile.c[8 * row + column] = FloatFormat.halfToFloat(low & 0xffff);
                    tile.c[8 * row + column + 1] = FloatFormat.halfToFloat(low >>> 16);
                    tile.c[8 * row + 64 + column] = FloatFormat.halfToFloat(high & 0xffff);
                    tile.c[8 * row + 64 + column + 1] = FloatFormat.halfToFloat(high >>> 16);
                } else {
                    tile.c[8 * row + column] = Float.intBitsToFloat(warp.ints[c[0]][lane]);
                    tile.c[8 * row + column + 1] = Float.intBitsToFloat(warp.ints[c[1]][lane]);
                    tile.c[8 * row + 64 + column] = Float.intBitsToFloat(warp.ints[c[2]][lane]);
                    tile.c[8 * row + 64 + column + 1] = Float.intBitsToFloat(warp.ints[c[3]][lane]);
                }
            }
            tile.multiply(16, 8, k, warp.block().launch().options().mma(), halfResult);
            for (int lane = 0; lane < 32; lane++) {
                int at = 8 * (lane >>> 2) + 2 * (lane & 3);
                if (halfResult) {
                    warp.ints[d[0]][lane] = half(tile.c[at]) | half(tile.c[at + 1]) << 16;
                    warp.ints[d[1]][lane] = half(tile.c[at + 64]) | half(tile.c[at + 65]) << 16;
                } else {
                    warp.ints[d[0]][lane] = Float.floatToRawIntBits(tile.c[at]);
                    warp.ints[d[1]][lane] = Float.floatToRawIntBits(tile.c[at + 1]);
                    warp.ints[d[2]][lane] = Float.floatToRawIntBits(tile.c[at + 64]);
                    warp.ints[d[3]][lane] = Float.floatToRawIntBits(tile.c[at + 65]);
                }
            }
        }

        private static int half(float value) {
            return FloatFormat.F16.fromDouble(value, Rounding.NEAREST, false);
        }

        private void gather(Warp warp, MatrixTile tile) {
            boolean f16 = type == PtxType.F16;
            double[] to = tile.a;
            int largest = 0;
            for (int r = 0; r < a.length; r++) {
                int[] plane = warp.ints[a[r]];
                int base = 8 * (r & 1) * k + 8 * (r >>> 1);
                for (int lane = 0; lane < 32; lane++) {
                    int bits = plane[lane];
                    int at = base + (lane >>> 2) * k + 2 * (lane & 3);
                    largest = Math.max(largest, Math.max(bits & 0x7fff, bits >>> 16 & 0x7fff));
                    to[at] = value(bits & 0xffff, f16);
                    to[at + 1] = value(bits >>> 16, f16);
                }
            }
            tile.largestA = value(largest, f16);
            to = tile.b;
            largest = 0;
            for (int r = 0; r < b.length; r++) {
                int[] plane = warp.ints[b[r]];
                for (int lane = 0; lane < 32; lane++) {
                    int bits = plane[lane];
                    int at = (8 * r + 2 * (lane & 3)) * 8 + (lane >>> 2);
                    largest = Math.max(largest, Math.max(bits & 0x7fff, bits >>> 16 & 0x7fff));
                    to[at] = value(bits & 0xffff, f16);
                    to[at + 8] = value(bits >>> 16, f16);
                }
            }
            tile.largestB = value(largest, f16);
        }

        private static float value(int bits, boolean f16) {
            return f16 ? MatrixTile.HALVES[bits] : Float.intBitsToFloat(bits << 16);
        }

        private void gatherTf32(Warp warp, MatrixTile tile) {
            int largest = 0;
            for (int r = 0; r < a.length; r++) {
                int[] plane = warp.ints[a[r]];
                for (int lane = 0; lane < 32; lane++) {
                    int at = ((lane >>> 2) + 8 * (r & 1)) * k + (lane & 3) + 4 * (r >>> 1);
                    tile.a[at] = FloatFormat.TF32.toFloat(plane[lane]);
                    largest = Math.max(largest, plane[lane] & Integer.MAX_VALUE);
                }
            }
            tile.largestA = FloatFormat.TF32.toFloat(largest);
            largest = 0;
            for (int r = 0; r < b.length; r++) {
                int[] plane = warp.ints[b[r]];
                for (int lane = 0; lane < 32; lane++) {
                    tile.b[((lane & 3) + 4 * r) * 8 + (lane >>> 2)] = FloatFormat.TF32.toFloat(plane[lane]);
                    largest = Math.max(largest, plane[lane] & Integer.MAX_VALUE);
                }
            }
            tile.largestB = FloatFormat.TF32.toFloat(largest);
        }
    }
}
