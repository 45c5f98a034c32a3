package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.exec.MatrixOperands;
import dev.clipjet.ptx.exec.MatrixOperands.Layout;
import dev.clipjet.ptx.exec.MatrixTile;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.exec.WarpgroupMatrix;
import dev.clipjet.ptx.report.FindingKind;
import java.util.Arrays;

/**
 * {@code wgmma.mma_async}: D = A B + D for a warpgroup, of which warp w computes rows 16 w to 16 w + 15. With g = lane / 4 and t =
 * lane % 4, element i of D is row g + 8 ((i >> 1) & 1), column 8 (i >> 2) + 2t + (i & 1).
 */
final class WarpgroupMultiply extends WarpgroupInstructions.Aligned {
    private static final int ROWS = 16;

    /** What is multiplied. */
    record Form(
            PtxType type,
            boolean halfResult,
            int n,
            int k,
            Layout layoutA,
            Layout layoutB,
            boolean negateA,
            boolean negateB) {}

    private final Form form;
    private final int[] d;
    private final int[] marks;
    private final int[] used;
    private final int[] a;
    private final int descriptorA;
    private final int descriptorB;
    private final int scale;
    private final boolean scaleNegated;
    private final boolean fixedScale;

    WarpgroupMultiply(
            Form form,
            int[] d,
            int[] marks,
            int[] used,
            int[] a,
            int descriptorA,
            int descriptorB,
            int scale,
            boolean scaleNegated,
            boolean fixedScale) {
        this.form = form;
        this.d = d;
        this.marks = marks;
        this.used = used;
        this.a = a;
        this.descriptorA = descriptorA;
        this.descriptorB = descriptorB;
        this.scale = scale;
        this.scaleNegated = scaleNegated;
        this.fixedScale = fixedScale;
    }

    @Override
    public boolean isMatrixOperation() {
        return true;
    }

    @Override
    public long tensorMacs() {
        return (long) ROWS * form.n * form.k;
    }

    @Override
    protected boolean marksOutputs() {
        return true;
    }

    @Override
    protected void undefinedInput(Warp warp, int mask, long undefined) {
        warp.reportUndefined(this, mask, "an operand of a matrix instruction");
    }

    @Override
    public void run(Warp warp, int mask) {
        boolean accumulate = fixedScale;
        if (scale >= 0) {
            int lanes = warp.predicates[scale] ^ (scaleNegated ? -1 : 0);
            accumulate = (lanes & 1) != 0;
            if (lanes != 0 && lanes != -1) {
                warp.report(FindingKind.WGMMA, this, 0, "scale-d differs between the lanes of the warp", null);
            }
        }
        long first = descriptorA < 0 ? 0 : uniform(warp, descriptorA);
        long second = uniform(warp, descriptorB);
        if (!warp.block().agrees(warp, this, first, second, accumulate)) {
            warp.report(
                    FindingKind.WGMMA,
                    this,
                    0,
                    "the four warps of the warpgroup do not execute the same matrix operation with the same descriptors",
                    null);
        }
        if (accumulate) {
            checkAccumulator(warp);
        }
        Arrays.stream(marks).forEach(mark -> warp.markDefined(mark, -1));
        int element = form.type == PtxType.TF32 ? 4 : 2;
        int row = ROWS * (warp.index() & 3);
        if (descriptorA >= 0) {
            MatrixOperands.check(warp, this, first, form.layoutA, row, ROWS, form.k, element);
            MatrixOperands.count(warp, this, first, form.layoutA, row, ROWS, form.k, element);
        }
        MatrixOperands.check(warp, this, second, form.layoutB, 0, form.n, form.k, element);
        if (row == 0) {
            // The four warps of the group share one read of B.
            MatrixOperands.count(warp, this, second, form.layoutB, 0, form.n, form.k, element);
        }
        warp.matrix.start(new Started(warp, first, second, accumulate, registers(warp)));
        warp.block().progress().effect();
    }

    private long uniform(Warp warp, int plane) {
        long value = warp.longs[plane][0];
        for (int lane = 1; lane < 32; lane++) {
            if (warp.longs[plane][lane] != value) {
                warp.report(FindingKind.WGMMA, this, lane, "a descriptor differs between the lanes of the warp", null);
                break;
            }
        }
        return value;
    }

    private void checkAccumulator(Warp warp) {
        for (int mark : marks) {
            if (warp.undefined[mark] != 0) {
                int from = warp.origin[mark];
                warp.report(
                        FindingKind.UNDEFINED_VALUE,
                        this,
                        0,
                        "undefined value used as an accumulator" + (from < 0 ? ", in a register never written" : ""),
                        from < 0 ? null : warp.place(from, 0));
                return;
            }
        }
    }

    /** A, where it comes from registers: those may not change until the operation is done, so they are taken now. */
    private int[][] registers(Warp warp) {
        int[][] taken = new int[a.length][];
        for (int r = 0; r < a.length; r++) {
            taken[r] = warp.ints[a[r]].clone();
        }
        return taken;
    }

    /** One execution. */
    private final class Started implements WarpgroupMatrix.Operation {
        private final Warp warp;
        private final long first;
        private final long second;
        private final boolean accumulate;
        private final int[][] registers;

        Started(Warp warp, long first, long second, boolean accumulate, int[][] registers) {
            this.warp = warp;
            this.first = first;
            this.second = second;
            this.accumulate = accumulate;
            this.registers = registers;
        }

        @Override
        public Step step() {
            return WarpgroupMultiply.this;
        }

        @Override
        public int[] registers() {
            return used;
        }

        @Override
        public void compute() {
            MatrixTile tile = warp.matrix.tile();
            tile.largestA = 0;
            tile.largestB = 0;
            int element = form.type == PtxType.TF32 ? 4 : 2;
            if (descriptorA >= 0) {
                MatrixOperands.read(
                        warp, first, form.layoutA, ROWS * (warp.index() & 3), ROWS, form.k, element, this::putA);
            } else {
                gather();
            }
            int n = form.n;
            MatrixOperands.read(warp, second, form.layoutB, 0, n, form.k, element, (column, k, bits) -> {
                float value = value(bits);
                tile.largestB = Math.max(tile.largestB, Math.abs(value));
                tile.b[k * n + column] = form.negateB ? -value : value;
            });
            accumulator(tile);
            tile.multiply(ROWS, n, form.k, warp.block().launch().options().mma(), form.halfResult);
            result(tile);
        }

        private float value(int bits) {
            return switch (form.type) {
                case TF32 -> FloatFormat.TF32.toFloat(bits);
                case F16 -> MatrixTile.HALVES[bits & 0xffff];
                default -> Float.intBitsToFloat(bits << 16);
            };
        }

        private void putA(int row, int k, int bits) {
            MatrixTile tile = warp.matrix.tile();
            float value = value(bits);
            tile.largestA = Math.max(tile.largestA, Math.abs(value));
            tile.a[row * form.k + k] = form.negateA ? -value : value;
        }

        private void gather() {
            for (int r = 0; r < registers.length; r++) {
                for (int lane = 0; lane < 32; lane++) {
                    int row = (lane >>> 2) + 8 * (r & 1);
                    int bits = registers[r][lane];
                    if (form.type == PtxType.TF32) {
                        putA(row, (lane & 3) + 4 * (r >>> 1), bits);
                    } else {
                        int k = 2 * (lane & 3) + 8 * (r >>> 1);
                        putA(row, k, bits & 0xffff);
                        putA(row, k + 1, bits >>> 16);
                    }
                }
            }
        }

        private int place(int i, int lane) {
            int row = (lane >>> 2) + 8 * (i >>> 1 & 1);
            return row * form.n + 8 * (i >>> 2) + 2 * (lane & 3) + (i & 1);
        }

        private void accumulator(MatrixTile tile) {
            if (!accumulate) {
                Arrays.fill(tile.c, 0, ROWS * form.n, 0f);
                return;
            }
            for (int r = 0; r < d.length; r++) {
                int[] plane = warp.ints[d[r]];
                for (int lane = 0; lane < 32; lane++) {
                    if (form.halfResult) {
                        tile.c[place(2 * r, lane)] = MatrixTile.HALVES[plane[lane] & 0xffff];
                        tile.c[place(2 * r + 1, lane)] = MatrixTile.HALVES[plane[lane] >>> 16];
                    } else {
                        tile.c[place(r, lane)] = Float.intBitsToFloat(plane[lane]);
                    }
                }
            }
        }

        private void result(MatrixTile tile) {
            for (int r = 0; r < d.length; r++) {
                int[] plane = warp.ints[d[r]];
                for (int lane = 0; lane < 32; lane++) {
                    plane[lane] = form.halfResult
                            ? half(tile.c[place(2 * r, lane)]) | half(tile.c[place(2 * r + 1, lane)]) << 16
                            : Float.floatToRawIntBits(tile.c[place(r, lane)]);
                }
            }
        }

        private int half(float value) {
            return FloatFormat.F16.fromDouble(value, Rounding.NEAREST, false);
        }
    }
}
