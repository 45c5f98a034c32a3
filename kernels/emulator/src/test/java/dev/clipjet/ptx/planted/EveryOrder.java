package dev.clipjet.ptx.planted;

import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import java.util.ArrayList;
import java.util.List;

/** The schedules and landing modes in which correct kernels must be silent: 100 seeds, others by {@code -Dclipjet.seeds}. */
final class EveryOrder {
    private static final int SEEDS = Integer.getInteger("clipjet.seeds", 100);

    private EveryOrder() {}

    /** On one thread, each seed in each landing mode. */
    static List<ExecutionOptions> options() {
        List<ExecutionOptions> all = new ArrayList<>();
        for (Landing landing : Landing.values()) {
            for (long seed = 0; seed < SEEDS; seed++) {
                all.add(ExecutionOptions.standard()
                        .withWorkers(1)
                        .withLanding(landing)
                        .withSeed(seed));
            }
        }
        return all;
    }
}
