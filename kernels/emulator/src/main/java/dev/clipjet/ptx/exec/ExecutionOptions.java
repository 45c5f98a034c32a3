package dev.clipjet.ptx.exec;

/**
 * How kernels are run.
 *
 * @param seed 0 for the plain schedule; any other value chooses an adversarial one
 * @param landing when asynchronous copies move their data
 * @param mma how tensor cores round
 * @param approximations how approximate instructions round
 * @param checks whether races, undefined values and pending copies are looked for; bounds, alignment and barriers always are
 * @param counters whether accesses are counted
 * @param workers threads that run blocks
 * @param maxWarpInstructions a launch that executes more is ended
 * @param fastPaths whether common cases take short cuts, as they should; what is computed, found and counted is the same without
 */
public record ExecutionOptions(
        long seed,
        Landing landing,
        MmaModel mma,
        Approximations approximations,
        boolean checks,
        boolean counters,
        int workers,
        long maxWarpInstructions,
        boolean fastPaths) {
    /** When an asynchronous copy moves its data. */
    public enum Landing {
        /** When it is issued. */
        AT_ISSUE,
        /** At the last moment, when somebody waits for it. */
        LATE,
        /** Either, by the seed. */
        RANDOM
    }

    /** How the tensor cores' sums are rounded, which PTX leaves open. */
    public enum MmaModel {
        /** The exact sum, rounded once to nearest. */
        EXACT(0, 0),
        /** As measured on A100: terms truncated to 24 bits, 8 at once. */
        A100(8, 24),
        /** As measured on H100: terms truncated to 25 bits, 16 at once. */
        H100(16, 25);

        private final int terms;
        private final int bits;

        MmaModel(int terms, int bits) {
            this.terms = terms;
            this.bits = bits;
        }

        /** Products that are added in one step, or 0 if sums are exact. */
        public int terms() {
            return terms;
        }

        /** Significant bits that truncation leaves of the largest term. */
        public int bits() {
            return bits;
        }
    }

    /** How instructions with a documented error bound round. */
    public enum Approximations {
        /** To nearest. */
        ROUNDED,
        /** Off by a seeded amount within the bound. */
        PERTURBED
    }

    /** All checks, counters, the plain schedule, all cores. */
    public static ExecutionOptions standard() {
        return new ExecutionOptions(
                0,
                Landing.LATE,
                MmaModel.EXACT,
                Approximations.ROUNDED,
                true,
                true,
                Runtime.getRuntime().availableProcessors(),
                1L << 38,
                true);
    }

    /** With another schedule. */
    public ExecutionOptions withSeed(long value) {
        return new ExecutionOptions(
                value, landing, mma, approximations, checks, counters, workers, maxWarpInstructions, fastPaths);
    }

    /** With another landing mode. */
    public ExecutionOptions withLanding(Landing value) {
        return new ExecutionOptions(
                seed, value, mma, approximations, checks, counters, workers, maxWarpInstructions, fastPaths);
    }

    /** With another model of the tensor cores. */
    public ExecutionOptions withMma(MmaModel value) {
        return new ExecutionOptions(
                seed, landing, value, approximations, checks, counters, workers, maxWarpInstructions, fastPaths);
    }

    /** With other rounding of approximate instructions. */
    public ExecutionOptions withApproximations(Approximations value) {
        return new ExecutionOptions(
                seed, landing, mma, value, checks, counters, workers, maxWarpInstructions, fastPaths);
    }

    /** With or without checks. */
    public ExecutionOptions withChecks(boolean value) {
        return new ExecutionOptions(
                seed, landing, mma, approximations, value, counters, workers, maxWarpInstructions, fastPaths);
    }

    /** With or without counters. */
    public ExecutionOptions withCounters(boolean value) {
        return new ExecutionOptions(
                seed, landing, mma, approximations, checks, value, workers, maxWarpInstructions, fastPaths);
    }

    /** With another number of threads. */
    public ExecutionOptions withWorkers(int value) {
        return new ExecutionOptions(
                seed, landing, mma, approximations, checks, counters, value, maxWarpInstructions, fastPaths);
    }

    /** With another limit. */
    public ExecutionOptions withMaxWarpInstructions(long value) {
        return new ExecutionOptions(seed, landing, mma, approximations, checks, counters, workers, value, fastPaths);
    }

    /** With or without short cuts. */
    public ExecutionOptions withFastPaths(boolean value) {
        return new ExecutionOptions(
                seed, landing, mma, approximations, checks, counters, workers, maxWarpInstructions, value);
    }
}
