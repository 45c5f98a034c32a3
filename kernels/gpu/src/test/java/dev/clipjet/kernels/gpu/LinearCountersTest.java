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
 * Every access to global memory touches no more sectors than its bytes fill, and no access to shared memory meets a bank twice:
 * counted, on products of ViT-B/32. N and K are cut where more of them repeats what has been counted.
 */
class LinearCountersTest {
    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void accessesAreCoalescedAndFreeOfConflicts(ElementType type) {
        int k = 4 * GemmVariant.ROW_BYTES / type.bytes();
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard().withCounters(true))) {
            LinearKernels kernels = new LinearKernels(rig.library(), type);
            // Batch 1, as planned for the whole K: QKV, and the MLP's second product.
            LinearPlan wide = kernels.plan(50, 2304, 768, Activation.NONE, false);
            LinearPlan narrow = kernels.plan(50, 768, 3072, Activation.NONE, true);
            check(type, LinearProblem.integers(type, 50, 768, k, true, false, 1), rig, wide.variant(), wide.splits());
            check(
                    type,
                    LinearProblem.integers(type, 50, 256, k, true, true, 2),
                    rig,
                    narrow.variant(),
                    narrow.splits());
            // Some rows of a wave of batch 256, by every kernel.
            for (LinearVariant variant : kernels.variants()) {
                boolean odd = variant.stages() % 2 != 0;
                check(type, LinearProblem.integers(type, 128, 256, k, odd, !odd, 3), rig, variant, odd ? 2 : 1);
            }
        }
    }

    private static void check(
            ElementType type, LinearProblem problem, KernelRig rig, LinearVariant variant, int splits) {
        int possible = Math.min(splits, GemmVariant.kTiles(type, problem.k()));
        LinearProblem.Outcome outcome = problem.run(rig, variant, possible);
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
