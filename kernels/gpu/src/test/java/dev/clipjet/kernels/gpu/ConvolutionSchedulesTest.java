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
 * -Dclipjet.convolution.seeds=100} tries that many orders.
 */
class ConvolutionSchedulesTest {
    private static final int SEEDS = Integer.getInteger("clipjet.convolution.seeds", 1);

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
            for (ConvolutionVariant variant : new ConvolutionKernels(rig.library(), type).variants()) {
                int tile = GemmVariant.ROW_BYTES / type.bytes();
                int channels = (2 * variant.stages() + 1) * tile / 9 + 3;
                ConvolutionShape shape = new ConvolutionShape(1, 6, 6, channels, 40, 3, 3, 1, 1);
                ConvolutionEnd end = new ConvolutionEnd(Activation.GELU, false, variant.rows() > 64);
                results.add(ConvolutionProblem.random(type, shape, end, true, 11)
                        .run(rig, variant, 2)
                        .out());
            }
        }
        return results;
    }
}
