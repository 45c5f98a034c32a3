package dev.clipjet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clipjet.tests.support.Golden;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;

/** One command run in this process, with its streams caught. */
record CliRun(int code, String out, String err) {

    private static final Pattern STEERING =
            Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]");

    /** Runs a command; arguments are turned into strings. */
    static CliRun run(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Arrays.stream(args).map(String::valueOf).toArray(String[]::new));
        assertHarmless(out.toString());
        assertHarmless(err.toString());
        return new CliRun(code, out.toString(), err.toString());
    }

    /** Whatever a command quotes, nothing of it steers a terminal. */
    private static void assertHarmless(String printed) {
        assertThat(printed.replace(System.lineSeparator(), "")).doesNotContainPattern(STEERING);
    }

    /** Stdout as the one JSON document that it must be. */
    JsonNode json() {
        return parse(out);
    }

    static JsonNode parse(String text) {
        try {
            return new ObjectMapper().readerFor(JsonNode.class).readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("no JSON: " + text, e);
        }
    }

    /** A file or folder of the reference data, as an absolute path. */
    static Path golden(String path) {
        return Golden.folder(path).toAbsolutePath().normalize();
    }
}
