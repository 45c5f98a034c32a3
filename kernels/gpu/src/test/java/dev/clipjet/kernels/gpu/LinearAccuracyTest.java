package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Approximations;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random data: the error against fp64 is at most twice that of the plain computation in the same precision, whichever way the
 * tensor cores round and the approximate functions err.
 */
class LinearAccuracyTest {
    @ParameterizedTest
    @CsvSource({"F16, A100", "F16, H100", "BF16, EXACT", "BF16, H100", "F32, EXACT"})
    void errorIsThatOfThePlainComputation(ElementType type, MmaModel mma) {
        ExecutionOptions options = ExecutionOptions.standard()
                .withMma(mma)
                .withApproximations(Approximations.PERTURBED)
                .withCounters(false);
        try (KernelRig rig = new KernelRig(options)) {
            List<LinearVariant> variants = new LinearKernels(rig.library(), type).variants();
            int turn = 0;
            for (LinearVariant variant : variants) {
                Activation activation = Activation.values()[turn % Activation.values().length];
                boolean residual = activation == Activation.NONE;
                check(
                        rig,
                        LinearProblem.random(type, 19, 40, 520, activation, turn % 3 != 1, residual, turn),
                        variant,
                        2);
                turn++;
            }
            for (Activation activation : Activation.values()) {
                check(rig, LinearProblem.random(type, 35, 95, 200, activation, true, false, turn++), null, 0);
            }
            check(rig, LinearProblem.random(type, 18, 24, 3072, Activation.NONE, true, true, turn), null, 0);
        }
    }

    private static void check(KernelRig rig, LinearProblem problem, LinearVariant variant, int splits) {
        LinearProblem.Outcome outcome = variant == null ? problem.run(rig) : problem.run(rig, variant, splits);
        double[] reference = problem.reference();
        float[] plain = problem.plain();
        double[] ours = errors(outcome.out(), reference);
        double[] allowed = errors(plain, reference);
        String plan = outcome.plan().describe();
        assertThat(ours[0]).as("largest error of %s", plan).isLessThanOrEqualTo(2 * allowed[0]);
        assertThat(ours[1]).as("mean square error of %s", plan).isLessThanOrEqualTo(4 * allowed[1]);
    }

    /** The largest error and the mean of its squares. */
    private static double[] errors(float[] values, double[] reference) {
        double largest = 0;
        double squares = 0;
        for (int i = 0; i < values.length; i++) {
            double error = Math.abs(values[i] - reference[i]);
            largest = Math.max(largest, error);
            squares += error * error;
        }
        return new double[] {largest, squares / values.length};
    }
}
