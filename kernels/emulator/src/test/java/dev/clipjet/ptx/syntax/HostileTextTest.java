package dev.clipjet.ptx.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts made to cost much: megabytes of one thing. Anything worse than linear would take hours or fill the memory. */
class HostileTextTest {
    private static final int CHARACTERS = Integer.getInteger("clipjet.hostile.characters", 2 << 20);
    private static final long BYTES_PER_CHARACTER = 100;

    private static Arguments shape(String name, String begin, IntFunction<String> part, String end) {
        StringBuilder text = new StringBuilder(Ptx.HEADER).append(begin);
        for (int i = 0; text.length() < CHARACTERS; i++) {
            text.append(part.apply(i));
        }
        return Arguments.of(name, text.append(end).toString());
    }

    private static Arguments inBody(String name, IntFunction<String> part) {
        return shape(name, ".entry k {", part, "}");
    }

    /** Words with the same hash code. */
    private static String colliding(int number) {
        StringBuilder word = new StringBuilder();
        for (int bit = 0; bit < 20; bit++) {
            word.append((number >> bit & 1) == 0 ? "Aa" : "BB");
        }
        return word.toString();
    }

    static Stream<Arguments> shapes() {
        return Stream.of(
                inBody("labels", i -> "a" + Integer.toString(i, 36) + ":"),
                inBody("blocks", i -> "{}"),
                inBody("blocks with a label", i -> "{a:}"),
                inBody("instructions", i -> "a;"),
                shape("operands", ".entry k { a 0", i -> ",0", ";}"),
                inBody("unknown marks", i -> "?"),
                inBody("registers", i -> ".reg .b32 a" + i + ";"),
                inBody("ranges", i -> ".reg .b32 a" + i + "_<9>;"),
                inBody("names with the same hash", i -> colliding(i) + ":"),
                inBody("locations", i -> ".loc 1 1 1 "),
                inBody("digits behind names", i -> "a" + "1".repeat(1000) + i + ":"),
                shape("open braces", ".entry k {", i -> "{", ""),
                shape("initial values", ".global .b8 x[] = {0", i -> ",1", "};"),
                shape("large initial values", ".global .b64 x[] = {0", i -> "," + (i + 1000), "};"),
                shape("short rows", ".global .b8 x[][9] = {{}", i -> ",{1}", "};"),
                shape("functions", "", i -> ".func f" + i + ";", ""),
                shape("variables", "", i -> ".global .b8 v" + i + ";", ""),
                shape("one variable again and again", "", i -> ".extern .global .b8 v;", ""),
                shape("files", "", i -> ".file " + i + " \"a\"\n", ""),
                shape("sections", "", i -> ".section .a{}", ""),
                shape("a section", ".section .a{", i -> ".b8 1\n", "}"),
                shape("a word", ".func ", i -> "wwwwwwww", ";"),
                shape("a string", ".pragma \"", i -> "wwwwwwww", "\";"),
                shape("a number", ".global .b64 x = ", i -> "00000000", ";"),
                shape("a comment", "/*", i -> "**//**", "*/"),
                shape("an open comment", "/*", i -> "\n", ""),
                shape("lines", "", i -> "\n", ""),
                shape("a sum", ".global .b64 x = 0", i -> "+1", ";"),
                shape("a product of sums", ".global .b64 x = 0", i -> "+1*2<<3&4", ";"),
                shape("nothing but dots", "", i -> ".", ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    @Timeout(20)
    void costsAreLinear(String name, String text) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        String outcome;
        try {
            outcome = PtxParser.parse("hostile.ptx", text).lines() + " lines";
        } catch (PtxSyntaxException refused) {
            outcome = refused.getMessage();
        }
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        long each = (threads.getCurrentThreadAllocatedBytes() - before) / text.length();
        System.out.printf("%-30s %4d ms, %3d bytes a character, %s%n", name, time.toMillis(), each, outcome);
        assertThat(each).isLessThan(BYTES_PER_CHARACTER);
    }
}
