package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Approximations;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import java.util.Locale;

/**
 * What PTX leaves open, chosen for one run.
 *
 * @param seed of the schedule, 0 for the plain one
 * @param landing when asynchronous copies land
 * @param mma how tensor cores round
 * @param approximations how approximate instructions round
 */
record Configuration(long seed, Landing landing, MmaModel mma, Approximations approximations) {
    ExecutionOptions options(Request request, boolean checks) {
        return ExecutionOptions.standard()
                .withSeed(seed)
                .withLanding(landing)
                .withMma(mma)
                .withApproximations(approximations)
                .withChecks(checks)
                .withWorkers(request.workers())
                .withMaxWarpInstructions(request.limit());
    }

    /** The options that choose this configuration. */
    @Override
    public String toString() {
        return "--seed " + seed + " --landing " + name(landing)
                + (mma == MmaModel.EXACT ? "" : " --mma " + name(mma))
                + (approximations == Approximations.ROUNDED ? "" : " --approx " + name(approximations));
    }

    ObjectNode json() {
        return Json.object()
                .put("seed", seed)
                .put("landing", name(landing))
                .put("mma", name(mma))
                .put("approx", name(approximations));
    }

    /** The name on the command line. */
    static String name(Enum<?> value) {
        return value == Landing.AT_ISSUE ? "issue" : value.name().toLowerCase(Locale.ROOT);
    }
}
