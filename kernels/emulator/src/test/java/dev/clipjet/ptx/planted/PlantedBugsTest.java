package dev.clipjet.ptx.planted;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.report.Finding;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each bug is reported, at its line and by its kind, and nothing else is; its twin is silent in every schedule and landing mode. */
class PlantedBugsTest {
    static List<PlantedBug> bugs() {
        return PlantedBugs.all();
    }

    @Test
    void thereAreEnough() {
        assertThat(bugs()).hasSizeGreaterThanOrEqualTo(40);
        assertThat(bugs()).extracting(PlantedBug::name).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void isReportedAtItsLine(PlantedBug bug) {
        List<Finding> findings = run(bug, true, ExecutionOptions.standard().withWorkers(1));
        assertThat(findings)
                .as(bug.name())
                .extracting(f -> f.kind() + " at line " + f.place().line())
                .containsExactly(bug.kind() + " at line " + bug.line());
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void itsTwinIsSilent(PlantedBug bug) {
        for (ExecutionOptions options : EveryOrder.options()) {
            assertThat(run(bug, false, options))
                    .as("%s, seed %d, %s", bug.name(), options.seed(), options.landing())
                    .isEmpty();
        }
    }

    static List<Finding> run(PlantedBug bug, boolean buggy, ExecutionOptions options) {
        try (Rig rig = new Rig(bug.name(), bug.text(buggy), options)) {
            long input = rig.ints(IntStream.range(1, 1025).toArray());
            long output = rig.raw(4096);
            long freed = rig.freed(256);
            long zero = rig.ints(0);
            LaunchShape shape =
                    new LaunchShape(bug.grid(), Dim3.of(bug.threads()), bug.cluster(), 0, bug.cooperative());
            try {
                return rig.launch("k", shape, input, output, freed, zero).findings();
            } catch (KernelFindingsException found) {
                return found.findings();
            }
        }
    }
}
