package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.kernels.cases.ConvolutionCase;
import dev.clipjet.kernels.cases.KernelCases;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Convolutions of small integers are exact in every kernel: for sizes that no tile divides, odd channels and filters, kernels that reach
 * over all edges, strides, pooling, residuals and split sums.
 */
class ConvolutionExactTest {
    private static final ConvolutionEnd PLAIN = new ConvolutionEnd(Activation.NONE, false, false);
    private static final ConvolutionEnd RELU = new ConvolutionEnd(Activation.RELU, false, false);
    private static final ConvolutionEnd ADDED = new ConvolutionEnd(Activation.RELU, true, false);
    private static final ConvolutionEnd SCALED = new ConvolutionEnd(Activation.RELU, true, true, false);
    private static final ConvolutionEnd POOLED = new ConvolutionEnd(Activation.RELU, false, true);

    private static KernelRig rig() {
        return new KernelRig(ExecutionOptions.standard().withCounters(false));
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void everyKernelIsExact(ElementType type) {
        try (KernelRig rig = rig()) {
            int seed = 0;
            for (ConvolutionVariant variant : new ConvolutionKernels(rig.library(), type).variants()) {
                int more = variant.columns() + 3;
                check(rig, type, new ConvolutionShape(1, 1, 1, 1, 1, 1, 1, 1, 0), PLAIN, variant, 1, seed++);
                // More than one tile in both directions, images side by side in a tile.
                check(rig, type, new ConvolutionShape(3, 7, 9, 5, more, 3, 3, 1, 1), ADDED, variant, 1, seed++);
                check(rig, type, new ConvolutionShape(1, 11, 8, 72, 9, 3, 3, 2, 1), SCALED, variant, 3, seed++);
                check(rig, type, new ConvolutionShape(2, 7, 10, 20, 13, 3, 3, 1, 1), POOLED, variant, 2, seed++);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void everySizeIsExact(ElementType type) {
        try (KernelRig rig = rig()) {
            int seed = 100;
            for (ConvolutionCase convolution : KernelCases.oddConvolutions()) {
                check(rig, type, Shapes.of(convolution), Shapes.end(convolution), null, 0, seed++);
            }
            check(rig, type, new ConvolutionShape(1, 5, 6, 10, 40, 1, 1, 1, 0), POOLED, null, 0, seed);
            check(rig, type, new ConvolutionShape(1, 5, 6, 10, 41, 1, 1, 1, 0), SCALED, null, 0, seed + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void residualMayLieInTheOutput(ElementType type) {
        try (KernelRig rig = rig()) {
            for (int kernel : new int[] {1, 3}) {
                ConvolutionShape shape = new ConvolutionShape(1, 6, 5, 12, 21, kernel, kernel, 1, kernel / 2);
                ConvolutionProblem problem = ConvolutionProblem.integers(type, shape, ADDED, true, kernel);
                check(problem, problem.runInPlace(rig));
            }
        }
    }

    private static void check(
            KernelRig rig,
            ElementType type,
            ConvolutionShape shape,
            ConvolutionEnd end,
            ConvolutionVariant variant,
            int splits,
            int seed) {
        ConvolutionProblem problem = ConvolutionProblem.integers(type, shape, end, seed % 3 != 0, seed);
        int possible = Math.min(splits, GemmVariant.kTiles(type, shape.packedColumns(type)));
        check(problem, variant == null ? problem.run(rig) : problem.run(rig, variant, possible));
    }

    private static void check(ConvolutionProblem problem, ConvolutionProblem.Outcome outcome) {
        double[] expected = problem.reference();
        int filters = problem.shape().filters();
        assertThat(outcome.out()).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            if (outcome.out()[i] != expected[i]) {
                assertThat((double) outcome.out()[i])
                        .as(
                                "row %d, column %d of %s",
                                i / filters, i % filters, outcome.plan().describe())
                        .isEqualTo(expected[i]);
            }
        }
    }
}
