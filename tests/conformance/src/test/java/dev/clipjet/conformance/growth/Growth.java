package dev.clipjet.conformance.growth;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * Twice the input must not take more than 2.5 times the processor time of the thread, best of five runs each. Inputs grow until
 * they take long enough to tell, at most to {@code -Dclipjet.growth.bytes}, which 25 MB are for a thorough run.
 */
final class Growth {
    private static final int LARGEST = Integer.getInteger("clipjet.growth.bytes", 400_000);
    private static final boolean THOROUGH = LARGEST > 1_000_000;
    private static final double MAX_RATIO = 2.5;
    private static final int RUNS = 5;

    /** How often all runs are made once more if others that use the machine may have disturbed them; bests are kept. */
    private static final int ATTEMPTS = 4;

    private static final long ENOUGH = 3_000_000;

    /** Nanoseconds; what takes less counts as this much, since one collection of garbage takes as long. */
    private static final long TOO_SHORT = 5_000_000;

    private static final int FIRST = 4_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Makes an input of about so many bytes. */
    interface Input<T> {
        T of(int bytes) throws Exception;
    }

    /** What is done with it. */
    interface Work<T> {
        void on(T input) throws Exception;
    }

    private Growth() {}

    static <T> void check(String name, Input<T> input, Work<T> work) throws Exception {
        int size = FIRST;
        while (2 * size < LARGEST && !takesLong(input.of(size), work)) {
            size *= 2;
        }
        if (THOROUGH) {
            size = LARGEST / 2;
        }
        T once = input.of(size);
        T twice = input.of(2 * size);
        long best = Long.MAX_VALUE;
        long bestOfTwice = Long.MAX_VALUE;
        double ratio = Double.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && ratio > MAX_RATIO; attempt++) {
            for (int run = 0; run < RUNS; run++) {
                best = Math.min(best, nanos(once, work));
                bestOfTwice = Math.min(bestOfTwice, nanos(twice, work));
            }
            ratio = (double) bestOfTwice / Math.max(best, TOO_SHORT);
        }
        System.out.printf(
                "%-44s %9d bytes %8.1f ms, twice as many %8.1f ms: %.2f%n",
                name, size, best / 1e6, bestOfTwice / 1e6, ratio);
        assertThat(ratio)
                .as("%s: %d bytes take %.1f ms, twice as many %.1f ms", name, size, best / 1e6, bestOfTwice / 1e6)
                .isLessThanOrEqualTo(MAX_RATIO);
    }

    /** The first run of new code takes long in any case. */
    private static <T> boolean takesLong(T input, Work<T> work) throws Exception {
        for (int run = 0; run < 3; run++) {
            if (nanos(input, work) < ENOUGH) {
                return false;
            }
        }
        return true;
    }

    private static <T> long nanos(T input, Work<T> work) throws Exception {
        long start = THREADS.getCurrentThreadCpuTime();
        work.on(input);
        return THREADS.getCurrentThreadCpuTime() - start;
    }
}
