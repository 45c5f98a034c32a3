package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.kernels.cases.KernelCases;
import dev.clipjet.kernels.cases.LinearCase;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Products of small integers are exact in every kernel: for sizes that no tile divides, the smallest, and those of the layers of
 * ViT-B/32, L/14 and H/14. {@code -Dclipjet.linear.long=true} takes the latter with their whole K.
 */
class LinearExactTest {
    private static final boolean LONG = Boolean.getBoolean("clipjet.linear.long");

    private static KernelRig rig() {
        return new KernelRig(ExecutionOptions.standard().withCounters(false));
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void everyKernelIsExact(ElementType type) {
        try (KernelRig rig = rig()) {
            boolean odd = false;
            for (LinearVariant variant : new LinearKernels(rig.library(), type).variants()) {
                int rows = variant.rows();
                int columns = variant.columns();
                odd = !odd;
                check(rig, LinearProblem.integers(type, 1, 1, 1, odd, !odd, 1), variant, 1);
                check(rig, LinearProblem.integers(type, rows + 1, columns + 9, 37, true, odd, 2), variant, 1);
                check(rig, LinearProblem.integers(type, 7, 8, 239, !odd, false, 3), variant, 3);
                check(
                        rig,
                        LinearProblem.integers(type, Math.min(rows + 3, 50), columns - 1, 768, odd, true, 4),
                        variant,
                        2);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void everySizeIsExact(ElementType type) {
        try (KernelRig rig = rig()) {
            for (LinearCase linear : KernelCases.oddLinear()) {
                int m = linear.m();
                int n = linear.n();
                check(rig, LinearProblem.integers(type, m, n, linear.k(), n % 2 != 0, linear.residual(), 5), null, 0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void layersOfTheModelsAreExact(ElementType type) {
        // Rows, columns, K, K of a quick run, whether other types than f16 take part in it. B/32: QKV, attention's
        // output, MLP;
        // texts of ten tokens; then L/14 and H/14.
        int[][] layers = {
            {50, 2304, 768, 768, 1},
            {50, 768, 768, 768, 0},
            {50, 768, 3072, 1024, 0},
            {10, 2048, 512, 512, 0},
            {10, 512, 2048, 1024, 1},
            {257, 3072, 1024, 64, 0},
            {257, 1024, 4096, 128, 0},
            {257, 1280, 1280, 64, 1},
            {257, 1280, 5120, 128, 0}
        };
        try (KernelRig rig = rig()) {
            for (int[] layer : layers) {
                if (!LONG && type != ElementType.F16 && layer[4] == 0) {
                    continue;
                }
                int k = LONG ? layer[2] : layer[3];
                // The plan is that of the whole K, with no more splits than the short one has tiles.
                LinearPlan plan = new LinearKernels(rig.library(), type)
                        .plan(layer[0], layer[1], layer[2], Activation.NONE, false);
                // A quick run has no more rows than two blocks, and no more columns than four.
                int m = LONG ? layer[0] : Math.min(layer[0], 2 * plan.variant().rows());
                int n = LONG ? layer[1] : Math.min(layer[1], 4 * plan.variant().columns());
                int splits = Math.min(plan.splits(), GemmVariant.kTiles(type, k));
                boolean residual = layer[1] < layer[2];
                check(rig, LinearProblem.integers(type, m, n, k, true, residual, 6), plan.variant(), splits);
            }
        }
    }

    private static void check(KernelRig rig, LinearProblem problem, LinearVariant variant, int splits) {
        LinearProblem.Outcome outcome = variant == null ? problem.run(rig) : problem.run(rig, variant, splits);
        double[] expected = problem.reference();
        for (int i = 0; i < expected.length; i++) {
            if (outcome.out()[i] != expected[i]) {
                assertThat((double) outcome.out()[i])
                        .as(
                                "row %d, column %d of %s",
                                i / problem.n(), i % problem.n(), outcome.plan().describe())
                        .isEqualTo(expected[i]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void partOfAWeightIsAWeight(ElementType type) {
        LinearProblem whole = LinearProblem.integers(type, 5, 200, 100, false, false, 7);
        int first = 128;
        try (KernelRig rig = rig()) {
            LinearKernels kernels = new LinearKernels(rig.library(), type);
            TileLayout layout = kernels.layout(200, 100);
            Matrix in = whole.input(rig);
            Matrix out = new Matrix(rig.raw(type, 5 * 72), 5, 72, 72);
            LinearPlan plan = kernels.plan(5, 72, 100, Activation.NONE, false);
            long workspace = rig.raw(plan.workspaceBytes() + 16);
            rig.stream().fill(workspace, (byte) 0, plan.workspaceBytes() + 16);
            long weight = rig.bytes(whole.packed(layout));
            kernels.record(
                    rig.stream(), plan, in, weight + layout.rowRange(first, 100, type.bytes()), 0, out, workspace);
            float[] result = rig.read(type, out.address(), 5 * 72);
            double[] expected = whole.reference();
            for (int i = 0; i < result.length; i++) {
                assertThat((double) result[i]).isEqualTo(expected[i / 72 * 200 + first + i % 72]);
            }
            assertThatThrownBy(() -> layout.rowRange(65, 100, type.bytes()))
                    .hasMessageContaining("cut at multiples of 64 rows");
        }
    }
}
