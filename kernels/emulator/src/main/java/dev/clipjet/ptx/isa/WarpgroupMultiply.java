package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.exec.DescriptorAliases;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import dev.clipjet.ptx.exec.MatrixOperands;
import dev.clipjet.ptx.exec.MatrixOperands.Layout;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.exec.Warp;
import dev.clipjet.ptx.exec.WarpgroupMatrix;
import dev.clipjet.ptx.report.FindingKind;
import dev.clipjet.ptx.tensor.Element;
import dev.clipjet.ptx.tensor.TensorUnit;
import dev.clipjet.ptx.tensor.TileOperand;
import java.util.Arrays;

/**
 * {@code wgmma.mma_async}: D = A B + D for a warpgroup, of which warp w computes rows 16 w to 16 w + 15. With g = lane / 4 and t =
 * lane % 4, element i of D is row g + 8 ((i >> 1) & 1), column 8 (i >> 2) + 2t + (i & 1).
 */
final class WarpgroupMultiply extends AlignedStep {
    private static final int ROWS = 16;
    private static final int GROUP_ROWS = 64;

    /** What is multiplied. */
    record Form(
            Element element,
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
    private final DescriptorAliases aliasesA;
    private final DescriptorAliases aliasesB;

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
        aliasesA = new DescriptorAliases(true, form.layoutA, GROUP_ROWS, form.k, form.element.bytes());
        aliasesB = new DescriptorAliases(false, form.layoutB, form.n, form.k, form.element.bytes());
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
        int element = form.element.bytes();
        int row = ROWS * (warp.index() & 3);
        if (descriptorA >= 0) {
            aliasesA.check(warp, this, first);
            MatrixOperands.check(warp, this, first, form.layoutA, row, ROWS, form.k, element);
            MatrixOperands.count(warp, this, first, form.layoutA, row, ROWS, form.k, element);
        }
        aliasesB.check(warp, this, second);
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
            TensorUnit tensor = warp.matrix.tensor();
            TileOperand left = tensor.left;
            TileOperand right = tensor.right;
            left.begin(form.element);
            right.begin(form.element);
            int n = form.n;
            if (descriptorA >= 0) {
                int row = ROWS * (warp.index() & 3);
                MatrixOperands.read(warp, first, form.layoutA, row, ROWS, form.k, left, form.k, 1, form.negateA);
            } else {
                gather(left);
            }
            MatrixOperands.read(warp, second, form.layoutB, 0, n, form.k, right, 1, n, form.negateB);
            accumulator(tensor.sums);
            ExecutionOptions options = warp.block().launch().options();
            MmaModel model = form.halfResult ? MmaModel.EXACT : options.mma();
            tensor.multiply(left, right, n, form.k, model.terms(), model.bits(), options.fastPaths());
            result(tensor.sums);
        }

        private void gather(TileOperand left) {
            for (int r = 0; r < registers.length; r++) {
                for (int lane = 0; lane < 32; lane++) {
                    int row = (lane >>> 2) + 8 * (r & 1);
                    int bits = registers[r][lane];
                    if (form.element == Element.TF32) {
                        left.put(row * form.k + (lane & 3) + 4 * (r >>> 1), bits, form.negateA);
                    } else {
                        int at = row * form.k + 2 * (lane & 3) + 8 * (r >>> 1);
                        left.put(at, bits & 0xffff, form.negateA);
                        left.put(at + 1, bits >>> 16, form.negateA);
                    }
                }
            }
        }

        /** Where the first of a lane's elements of eight columns lies; the second is next to it, two more eight rows below. */
        private int place(int lane) {
            return (lane >>> 2) * form.n + 2 * (lane & 3);
        }

        private void accumulator(int[] sums) {
            if (!accumulate) {
                Arrays.fill(sums, 0, ROWS * form.n, 0);
            } else if (form.halfResult) {
                for (int r = 0; r < d.length; r++) {
                    int[] plane = warp.ints[d[r]];
                    int from = 8 * (r >>> 1) + 8 * (r & 1) * form.n;
                    for (int lane = 0; lane < 32; lane++) {
                        sums[from + place(lane)] = single(plane[lane] & 0xffff);
                        sums[from + place(lane) + 1] = single(plane[lane] >>> 16);
                    }
                }
            } else {
                for (int r = 0; r < d.length; r++) {
                    int[] plane = warp.ints[d[r]];
                    int from = 8 * (r >>> 2) + 8 * (r >>> 1 & 1) * form.n + (r & 1);
                    for (int lane = 0; lane < 32; lane++) {
                        sums[from + place(lane)] = plane[lane];
                    }
                }
            }
        }

        private void result(int[] sums) {
            if (form.halfResult) {
                for (int r = 0; r < d.length; r++) {
                    int[] plane = warp.ints[d[r]];
                    int from = 8 * (r >>> 1) + 8 * (r & 1) * form.n;
                    for (int lane = 0; lane < 32; lane++) {
                        int at = from + place(lane);
                        plane[lane] = half(sums[at]) | half(sums[at + 1]) << 16;
                    }
                }
            } else {
                for (int r = 0; r < d.length; r++) {
                    int[] plane = warp.ints[d[r]];
                    int from = 8 * (r >>> 2) + 8 * (r >>> 1 & 1) * form.n + (r & 1);
                    for (int lane = 0; lane < 32; lane++) {
                        plane[lane] = sums[from + place(lane)];
                    }
                }
            }
        }

        private static int single(int half) {
            return Float.floatToRawIntBits(Element.F16.value(half));
        }

        private static int half(int single) {
            return FloatFormat.F16.fromDouble(Float.intBitsToFloat(single), Rounding.NEAREST, false);
        }
    }
}
