package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import dev.clipjet.ptx.decode.InstructionReader;
import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.exec.WarpStep;
import dev.clipjet.ptx.syntax.Operand;
import java.util.List;
import java.util.Map;

/**
 * {@code mma.sync} of bytes, whose sums are exact, and of doubles, a chain of fused multiply-adds over k. With g = lane / 4 and t =
 * lane % 4, byte j of register r of A holds (g + 8 (r & 1), 4t + j + 16 (r >> 1)), of B (4t + j + 16r, g), and element i of C and D is
 * (g + 8 (i >> 1), 2t + (i & 1)); of doubles, A holds (g, t) and B (t, g).
 */
final class OtherMultiply {
    private OtherMultiply() {}

    /** Registers these types, in front of a decoder for the others. */
    static void register(Map<String, Decoder> decoders) {
        Decoder others = decoders.get("mma");
        decoders.put("mma", in -> {
            if (in.modifiers().contains("s32")) {
                return bytes(in);
            }
            return in.modifiers().contains("f64") ? doubles(in) : others.decode(in);
        });
    }

    private static void takeStart(InstructionReader in) {
        if (!in.take("sync") || !in.take("aligned")) {
            throw in.error("mma must be mma.sync.aligned");
        }
        in.needsTarget(80);
    }

    private static WarpStep bytes(InstructionReader in) {
        takeStart(in);
        String shape = in.takeAny("m8n8k16", "m16n8k16", "m16n8k32");
        if (shape == null || !in.take("row") || !in.take("col")) {
            throw in.error("this shape or layout of mma is not supported");
        }
        boolean saturate = in.take("satfinite");
        PtxType d = in.takeType();
        PtxType a = in.takeType();
        PtxType b = in.takeType();
        PtxType c = in.takeType();
        in.expect(4);
        boolean fits = d == PtxType.S32 && c == d && isByte(a) && isByte(b);
        if (!fits) {
            throw in.error("mma of types " + d + " " + a + " " + b + " " + c);
        }
        int rows = shape.startsWith("m16") ? 16 : 8;
        int k = shape.endsWith("k32") ? 32 : 16;
        return new Bytes(
                planes(in, 0, rows / 4, true),
                planes(in, 1, rows * k / 128, false),
                planes(in, 2, k / 16, false),
                planes(in, 3, rows / 4, false),
                rows,
                k,
                a == PtxType.S8,
                b == PtxType.S8,
                saturate);
    }

    private static boolean isByte(PtxType type) {
        return type == PtxType.S8 || type == PtxType.U8;
    }

    private static int[] planes(InstructionReader in, int index, int count, boolean target) {
        List<Operand> elements = in.elements(index, count);
        return elements.stream()
                .mapToInt(element -> target ? in.intTarget(element) : in.intSource(element, PtxType.B32))
                .toArray();
    }

    private static WarpStep doubles(InstructionReader in) {
        takeStart(in);
        in.take("rn");
        boolean fits = in.take("m8n8k4") && in.take("row") && in.take("col");
        for (int i = 0; i < 4; i++) {
            fits &= in.takeType() == PtxType.F64;
        }
        in.expect(4);
        if (!fits) {
            throw in.error("this form of mma is not supported");
        }
        List<Operand> d = in.elements(0, 2);
        List<Operand> c = in.elements(3, 2);
        return new Doubles(
                d.stream().mapToInt(in::longTarget).toArray(),
                in.longSource(in.elements(1, 1).get(0), PtxType.F64),
                in.longSource(in.elements(2, 1).get(0), PtxType.F64),
                c.stream()
                        .mapToInt(element -> in.longSource(element, PtxType.F64))
                        .toArray());
    }

    private static final class Bytes extends MatrixStep {
        private final int[] d;
        private final int[] a;
        private final int[] b;
        private final int[] c;
        private final int rows;
        private final int k;
        private final boolean signedA;
        private final boolean signedB;
        private final boolean saturate;

        Bytes(int[] d, int[] a, int[] b, int[] c, int rows, int k, boolean signedA, boolean signedB, boolean saturate) {
            this.d = d;
            this.a = a;
            this.b = b;
            this.c = c;
            this.rows = rows;
            this.k = k;
            this.signedA = signedA;
            this.signedB = signedB;
            this.saturate = saturate;
        }

        @Override
        public long tensorMacs() {
            return 8L * rows * k;
        }

        @Override
        public void run(Warp warp, int mask) {
            int[] sums = new int[8 * rows];
            for (int lane = 0; lane < 32; lane++) {
                for (int i = 0; i < d.length; i++) {
                    int row = (lane >>> 2) + 8 * (i >>> 1);
                    int column = 2 * (lane & 3) + (i & 1);
                    long sum = warp.ints[c[i]][lane];
                    for (int at = 0; at < k; at++) {
                        sum += (long) left(warp, row, at) * right(warp, at, column);
                    }
                    if (saturate) {
                        sum = Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, sum));
                    }
                    sums[8 * row + column] = (int) sum;
                }
            }
            for (int lane = 0; lane < 32; lane++) {
                for (int i = 0; i < d.length; i++) {
                    warp.ints[d[i]][lane] = sums[8 * ((lane >>> 2) + 8 * (i >>> 1)) + 2 * (lane & 3) + (i & 1)];
                }
            }
        }

        private int left(Warp warp, int row, int at) {
            int register = rows == 8 ? at >>> 4 : row >>> 3 | at >>> 4 << 1;
            int lane = (row & 7) << 2 | (at & 15) >>> 2;
            return part(warp.ints[a[register]][lane], at & 3, signedA);
        }

        private int right(Warp warp, int at, int column) {
            int lane = column << 2 | (at & 15) >>> 2;
            return part(warp.ints[b[at >>> 4]][lane], at & 3, signedB);
        }

        private static int part(int word, int index, boolean signed) {
            int value = word >>> 8 * index;
            return signed ? (byte) value : value & 0xff;
        }
    }

    private static final class Doubles extends MatrixStep {
        private final int[] d;
        private final int a;
        private final int b;
        private final int[] c;

        Doubles(int[] d, int a, int b, int[] c) {
            this.d = d;
            this.a = a;
            this.b = b;
            this.c = c;
        }

        @Override
        public long tensorMacs() {
            return 8L * 8 * 4;
        }

        @Override
        public void run(Warp warp, int mask) {
            long[][] sums = new long[2][32];
            for (int lane = 0; lane < 32; lane++) {
                for (int i = 0; i < 2; i++) {
                    int column = 2 * (lane & 3) + i;
                    double sum = Double.longBitsToDouble(warp.longs[c[i]][lane]);
                    for (int at = 0; at < 4; at++) {
                        sum = Math.fma(
                                Double.longBitsToDouble(warp.longs[a][lane & ~3 | at]),
                                Double.longBitsToDouble(warp.longs[b][column << 2 | at]),
                                sum);
                    }
                    sums[i][lane] = Double.doubleToRawLongBits(sum);
                }
            }
            System.arraycopy(sums[0], 0, warp.longs[d[0]], 0, 32);
            System.arraycopy(sums[1], 0, warp.longs[d[1]], 0, 32);
        }
    }
}
