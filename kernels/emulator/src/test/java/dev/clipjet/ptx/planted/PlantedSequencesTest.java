package dev.clipjet.ptx.planted;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link PlantedBugsTest} for bugs between launches. */
class PlantedSequencesTest {
    static Stream<PlantedSequence> bugs() {
        return Stream.of(
                        DependentLaunchBugs.ACCESSES,
                        DependentLaunchBugs.WAITING,
                        DependentLaunchBugs.CHAINS,
                        DependentLaunchBugs.FLAGS)
                .flatMap(List::stream);
    }

    static Stream<PlantedSequence> correct() {
        return Stream.concat(bugs(), DependentLaunchBugs.CORRECT.stream());
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void isReportedAtItsLine(PlantedSequence sequence) {
        for (boolean fast : new boolean[] {true, false}) {
            for (int workers = 1; workers <= 2; workers++) {
                ExecutionOptions options =
                        ExecutionOptions.standard().withWorkers(workers).withFastPaths(fast);
                assertThat(run(sequence, true, options))
                        .as("%s, %d workers", sequence.name(), workers)
                        .extracting(f -> f.kind() + " in " + f.kernel() + " at line "
                                + f.place().line())
                        .containsExactly(FindingKind.RACE + " in " + sequence.place());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void theReportIsTheSameForAnyNumberOfThreads(PlantedSequence sequence) {
        List<Finding> one = run(sequence, true, ExecutionOptions.standard().withWorkers(1));
        for (int i = 0; i < 5; i++) {
            assertThat(run(sequence, true, ExecutionOptions.standard().withWorkers(2)))
                    .isEqualTo(one);
        }
    }

    @ParameterizedTest
    @MethodSource("correct")
    void itsTwinIsSilent(PlantedSequence sequence) {
        for (ExecutionOptions options : EveryOrder.options()) {
            assertThat(run(sequence, false, options))
                    .as("%s, seed %d, %s", sequence.name(), options.seed(), options.landing())
                    .isEmpty();
        }
    }

    private static List<Finding> run(PlantedSequence sequence, boolean buggy, ExecutionOptions options) {
        List<Finding> found = new ArrayList<>();
        try (Rig rig = new Rig(sequence.name(), sequence.text(buggy), options)) {
            long[] buffers = new long[3];
            for (int i = 0; i < buffers.length; i++) {
                buffers[i] = rig.ints(IntStream.range(0, 2048).toArray());
            }
            LaunchShape shape = new LaunchShape(Dim3.of(PlantedSequence.BLOCKS), Dim3.of(PlantedSequence.THREADS), 0);
            for (int i = 0; i < sequence.kernels().size(); i++) {
                LaunchShape each =
                        shape.withProgrammatic(sequence.kernels().get(i).programmatic());
                try {
                    rig.launch("k" + i, each, buffers[0], buffers[1], buffers[2]);
                } catch (KernelFindingsException failed) {
                    found.addAll(failed.findings());
                }
            }
        }
        return found;
    }
}
