package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.LaunchResult;
import dev.clipjet.ptx.profile.MemoryCounters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No access to shared memory meets a bank twice, and every access to global memory touches no more sectors than its bytes fill: counted
 * for every kernel on lines of feature maps of RN50, whose channels are whole sectors.
 */
class ConvolutionCountersTest {
    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void accessesAreCoalescedAndFreeOfConflicts(ElementType type) {
        ConvolutionShape shape = new ConvolutionShape(1, 6, 28, 64, 128, 3, 3, 1, 1);
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard().withCounters(true))) {
            boolean odd = false;
            for (ConvolutionVariant variant : new ConvolutionKernels(rig.library(), type).variants()) {
                odd = !odd;
                ConvolutionEnd end = new ConvolutionEnd(Activation.RELU, odd, !odd);
                ConvolutionProblem problem = ConvolutionProblem.integers(type, shape, end, true, 3);
                check(problem.run(rig, variant, odd ? 2 : 1));
            }
        }
    }

    private static void check(ConvolutionProblem.Outcome outcome) {
        LaunchResult launch = outcome.launch();
        MemoryCounters memory = launch.memory();
        List<String> wasteful = new ArrayList<>();
        for (int pc = 0; pc < launch.executions().length; pc++) {
            String what = launch.code().steps()[pc].text();
            if (memory.sectors[pc] > memory.idealSectors[pc]) {
                wasteful.add(what + ": " + memory.sectors[pc] + " sectors, " + memory.idealSectors[pc] + " ideal");
            }
            if (memory.wavefronts[pc] > memory.idealWavefronts[pc]) {
                wasteful.add(
                        what + ": " + memory.wavefronts[pc] + " wavefronts, " + memory.idealWavefronts[pc] + " ideal");
            }
        }
        assertThat(wasteful).as(outcome.plan().describe()).isEmpty();
        assertThat(MemoryCounters.sum(memory.sectors)).isPositive();
        assertThat(MemoryCounters.sum(memory.wavefronts)).isPositive();
    }
}
