package dev.clipjet.kernels.gpu;

import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Approximations;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import java.util.ArrayList;
import java.util.List;

/** The ways in which the emulator runs a kernel that PTX leaves open. {@code -Dclipjet.kernels.long} asks for many more. */
final class Modes {
    /** Whether the long run is asked for. */
    static final boolean LONG = Boolean.getBoolean("clipjet.kernels.long");

    private Modes() {}

    /** Every landing mode, model of the tensor cores and kind of approximation at least once, under three schedules. */
    static List<ExecutionOptions> few() {
        ExecutionOptions base = ExecutionOptions.standard().withCounters(false);
        return List.of(
                base,
                base.withSeed(1)
                        .withLanding(Landing.AT_ISSUE)
                        .withMma(MmaModel.A100)
                        .withApproximations(Approximations.PERTURBED),
                base.withSeed(2)
                        .withLanding(Landing.RANDOM)
                        .withMma(MmaModel.H100)
                        .withApproximations(Approximations.PERTURBED));
    }

    /** All combinations under some seeds for the long run, else {@link #few}. */
    static List<ExecutionOptions> all() {
        if (!LONG) {
            return few();
        }
        List<ExecutionOptions> all = new ArrayList<>();
        for (Landing landing : Landing.values()) {
            for (MmaModel mma : MmaModel.values()) {
                for (Approximations approximations : Approximations.values()) {
                    for (long seed = 0; seed < 4; seed++) {
                        all.add(ExecutionOptions.standard()
                                .withCounters(false)
                                .withLanding(landing)
                                .withMma(mma)
                                .withApproximations(approximations)
                                .withSeed(seed));
                    }
                }
            }
        }
        return all;
    }
}
