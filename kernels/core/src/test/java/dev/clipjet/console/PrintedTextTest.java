package dev.clipjet.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class PrintedTextTest {
    private static final String EVERYTHING =
            "a\u001b[31m\u0007b\rc\nd\te\u0000\u007f\u0085\u009b\u202e\u2066\u200f\u061c\u2028\ud800z";
    private static final String ESCAPED =
            "a\\u001b[31m\\u0007b\\rc\\nd\\te\\u0000\\u007f\\u0085\\u009b\\u202e\\u2066\\u200f"
                    + "\\u061c\\u2028\\ud800z";

    private static String printed(Consumer<CommandWriter> action) {
        StringWriter target = new StringWriter();
        CommandWriter writer = CommandWriter.output(target);
        action.accept(writer);
        writer.flush();
        return target.toString().replace(System.lineSeparator(), "\n");
    }

    @Test
    void everyCharacterThatSteersATerminalIsEscaped() {
        assertThat(PrintedText.escape(EVERYTHING)).isEqualTo(ESCAPED);
        for (int c = 0; c < 0x20; c++) {
            assertThat(PrintedText.escape("x" + (char) c)).startsWith("x\\");
        }
        for (int c = 0x7f; c <= 0x9f; c++) {
            assertThat(PrintedText.escape((char) c + "x")).isEqualTo(String.format("\\u%04xx", c));
        }
        String plain = "größe 日本 👩‍🚀 \\n \"x\"";
        assertThat(PrintedText.escape(plain)).isSameAs(plain);
    }

    @Test
    void documentsStayDocuments() {
        assertThat(PrintedText.escapeJson("{\n  \"a\": \"\u009b\u202e\ud800👩\"\n}"))
                .isEqualTo("{\n  \"a\": \"\\u009b\\u202e\\ud800👩\"\n}");
    }

    @Test
    void longTextsKeepTheirEnds() {
        String shortened = PrintedText.shorten("a".repeat(40_000) + "👩".repeat(5_000) + "end");
        assertThat(shortened)
                .hasSizeLessThan(PrintedText.MAX_ERROR_CHARS + 100)
                .startsWith("aaa")
                .endsWith("👩end")
                .contains("characters left out");
        assertThat(PrintedText.shorten("👩".repeat(2_000)).chars().filter(c -> c == '?'))
                .isEmpty();
        String justShort = "a".repeat(PrintedText.MAX_ERROR_CHARS);
        assertThat(PrintedText.shorten(justShort)).isSameAs(justShort);
    }

    @Test
    void whateverIsQuotedStaysInItsLine() {
        assertThat(printed(out -> out.println(EVERYTHING))).isEqualTo(ESCAPED + "\n");
        assertThat(printed(out -> out.println((Object) EVERYTHING))).isEqualTo(ESCAPED + "\n");
        assertThat(printed(out -> out.println(EVERYTHING.toCharArray()))).isEqualTo(ESCAPED + "\n");
        assertThat(printed(out -> out.println('\u001b'))).isEqualTo("\\u001b\n");
        assertThat(printed(out -> out.printf("%s%n", EVERYTHING))).isEqualTo(ESCAPED + "\n");
        assertThat(printed(out -> out.printf(Locale.ROOT, "%d %s %.1f%n", 1, EVERYTHING, 2.0)))
                .isEqualTo("1 " + ESCAPED + " 2.0\n");
    }

    @Test
    void ownTextsMayHaveLinesAndColors() {
        assertThat(printed(out -> out.print("\u001b[1mUsage\u001b[0m\n  x\u001b]0;pwned\u0007\n")))
                .isEqualTo("\u001b[1mUsage\u001b[0m\n  x\\u001b]0;pwned\\u0007\n");
    }

    @Test
    void stackTracesAreEscaped() {
        assertThat(printed(out -> out.printStackTrace(new IOException("a\nb", new IOException("c\nd")))))
                .startsWith("java.io.IOException: a\\nb\n    at ")
                .contains("\ncaused by: java.io.IOException: c\\nd\n");
    }

    private static final class Full extends Writer {
        private final String reason;

        Full(String reason) {
            this.reason = reason;
        }

        @Override
        public void write(char[] text, int offset, int length) throws IOException {
            throw new IOException(reason);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Test
    void resultsThatDidNotArriveAreAnError() {
        StringWriter target = new StringWriter();
        CommandWriter errors = CommandWriter.errors(target);
        CommandWriter out = CommandWriter.output(new Full("No space left on device"));
        assertThat(out.checked(0, errors, "p")).isZero();
        out.println("x");
        assertThat(out.checked(0, errors, "p")).isEqualTo(1);
        assertThat(out.checked(3, errors, "p")).isEqualTo(1);
        assertThat(out.checked(2, errors, "p")).isEqualTo(2);
        assertThat(target.toString()).startsWith("p: standard output cannot be written: No space left on device");
    }

    @Test
    void aReaderThatWentAwayIsNotTold() {
        StringWriter target = new StringWriter();
        CommandWriter out = CommandWriter.output(new Full("Broken pipe"));
        out.println("x");
        assertThat(out.checked(0, CommandWriter.errors(target), "p")).isEqualTo(1);
        assertThat(target.toString()).isEmpty();
    }
}
