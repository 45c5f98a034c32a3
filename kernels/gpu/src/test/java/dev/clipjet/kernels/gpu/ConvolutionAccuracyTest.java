package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Approximations;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random data: the error against fp64 is at most twice that of the plain computation in the same precision, whichever way the tensor
 * cores round and the approximate functions err.
 */
class ConvolutionAccuracyTest {
    @ParameterizedTest
    @CsvSource({"F16, A100", "F16, H100", "BF16, EXACT", "BF16, H100", "F32, EXACT"})
    void errorIsThatOfThePlainComputation(ElementType type, MmaModel mma) {
        ExecutionOptions options = ExecutionOptions.standard()
                .withMma(mma)
                .withApproximations(Approximations.PERTURBED)
                .withCounters(false);
        try (KernelRig rig = new KernelRig(options)) {
            int turn = 0;
            for (ConvolutionVariant variant : new ConvolutionKernels(rig.library(), type).variants()) {
                Activation activation = Activation.values()[turn % Activation.values().length];
                ConvolutionShape shape = new ConvolutionShape(1, 7, 6, 58, 40, 3, 3, 1, 1);
                ConvolutionEnd end = new ConvolutionEnd(activation, turn % 3 == 1, turn % 3 == 2);
                check(rig, ConvolutionProblem.random(type, shape, end, turn % 2 == 0, turn), variant);
                turn++;
            }
            ConvolutionEnd relu = new ConvolutionEnd(Activation.RELU, false, false);
            ConvolutionEnd added = new ConvolutionEnd(Activation.RELU, true, false);
            check(
                    rig,
                    ConvolutionProblem.random(type, new ConvolutionShape(1, 7, 7, 256, 9, 3, 3, 2, 1), relu, true, 50),
                    null);
            check(
                    rig,
                    ConvolutionProblem.random(
                            type, new ConvolutionShape(1, 5, 5, 100, 30, 1, 1, 1, 0), added, true, 51),
                    null);
        }
    }

    private static void check(KernelRig rig, ConvolutionProblem problem, ConvolutionVariant variant) {
        ConvolutionProblem.Outcome outcome = variant == null ? problem.run(rig) : problem.run(rig, variant, 2);
        Accuracy.assertNoWorse(outcome.plan().describe(), outcome.out(), problem.plain(), problem.reference());
    }
}
