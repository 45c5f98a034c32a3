package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same bits whatever order warps and blocks run in and whenever copies land, and no check has anything to say. {@code
 * -Dclipjet.linear.seeds=100} tries that many orders.
 */
class LinearSchedulesTest {
    private static final int SEEDS = Integer.getInteger("clipjet.linear.seeds", 1);

    @ParameterizedTest
    @CsvSource({"F16, EXACT", "BF16, H100", "F32, EXACT"})
    void resultsDoNotDependOnTheSchedule(ElementType type, MmaModel mma) {
        List<float[]> first = run(type, ExecutionOptions.standard().withMma(mma).withLanding(Landing.AT_ISSUE));
        for (int seed = 1; seed <= SEEDS; seed++) {
            for (Landing landing : new Landing[] {Landing.LATE, Landing.RANDOM}) {
                List<float[]> results = run(
                        type,
                        ExecutionOptions.standard()
                                .withMma(mma)
                                .withLanding(landing)
                                .withSeed(seed));
                for (int i = 0; i < results.size(); i++) {
                    assertThat(results.get(i))
                            .as("seed %d, %s, kernel %d", seed, landing, i)
                            .isEqualTo(first.get(i));
                }
            }
        }
    }

    /** Every kernel on data whose sums depend on their order, with rings that are gone round more than once and split sums. */
    private static List<float[]> run(ElementType type, ExecutionOptions options) {
        List<float[]> results = new ArrayList<>();
        try (KernelRig rig = new KernelRig(options.withCounters(false))) {
            for (LinearVariant variant : new LinearKernels(rig.library(), type).variants()) {
                int tile = GemmVariant.ROW_BYTES / type.bytes();
                int k = (2 * variant.stages() + 1) * tile - 5;
                LinearProblem problem = LinearProblem.random(type, 18, 40, k, Activation.GELU, true, false, 11);
                results.add(problem.run(rig, variant, 2).out());
            }
        }
        return results;
    }
}
