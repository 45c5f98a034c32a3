package dev.clipjet.ptx.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * Broken texts give a module or a {@link PtxSyntaxException}, soon and without much memory. More inputs, or others:
 * {@code -Dclipjet.fuzz.inputs=1000000 -Dclipjet.fuzz.seed=7}.
 */
class ParserFuzzTest {
    private static final int INPUTS = Integer.getInteger("clipjet.fuzz.inputs", 30_000);
    private static final long SEED = Long.getLong("clipjet.fuzz.seed", 1);
    private static final long MAX_NANOSECONDS = 1_000_000_000;

    /** Bytes that parsing may allocate whatever the text, and for each of its characters. */
    private static final long FIXED_BYTES = 32 << 10;

    private static final long BYTES_PER_CHARACTER = 100;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What parsing a text took, as shares of what it may take. */
    private record Effort(boolean parsed, long nanoseconds, double memory) {
        boolean isTooMuch() {
            return nanoseconds > MAX_NANOSECONDS || memory > 1;
        }
    }

    @Test
    void brokenTextsGiveAModuleOrASyntaxError() {
        PtxMutator mutator =
                new PtxMutator(Corpus.names().stream().map(Corpus::text).toList(), SEED);
        int modules = 0;
        int repeated = 0;
        long characters = 0;
        long longest = 0;
        double largest = 0;
        for (int i = 0; i < INPUTS; i++) {
            String text = mutator.next();
            Effort effort = parse(text, i);
            if (effort.isTooMuch()) {
                // A pause of the machine, or a class loaded for the first time, is no fault of the text.
                effort = parse(text, i);
                repeated++;
                assertThat(effort.isTooMuch())
                        .as("%s for input %d: %s", effort, i, text)
                        .isFalse();
            }
            modules += effort.parsed() ? 1 : 0;
            characters += text.length();
            longest = Math.max(longest, effort.nanoseconds());
            largest = Math.max(largest, effort.memory());
        }
        System.out.printf(
                "%d inputs of %d characters in all, %d parse; longest %.1f ms, most memory %.0f %% of the bound; %d repeated%n",
                INPUTS, characters, modules, longest / 1e6, 100 * largest, repeated);
        assertThat(modules).as("inputs that still parse").isBetween(INPUTS / 50, INPUTS / 2);
    }

    private Effort parse(String text, int input) {
        PtxSyntaxException refused = null;
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        try {
            PtxParser.parse("fuzz.ptx", text);
        } catch (PtxSyntaxException expected) {
            refused = expected;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError wrong) {
            fail("input " + input + " of seed " + SEED + ": " + text, wrong);
        }
        long nanoseconds = System.nanoTime() - start;
        double allocated = threads.getCurrentThreadAllocatedBytes() - before;
        if (refused != null) {
            int lines = 1 + (int) text.chars().filter(c -> c == '\n').count();
            assertThat(refused.line()).isBetween(1, lines);
        }
        return new Effort(
                refused == null, nanoseconds, allocated / (FIXED_BYTES + BYTES_PER_CHARACTER * text.length()));
    }
}
