package dev.clipjet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clipjet.testing.Golden;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;

/** One command run in this process, with its streams caught. */
record CliRun(int code, String out, String err) {

    /** Runs a command; arguments are turned into strings. */
    static CliRun run(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Arrays.stream(args).map(String::valueOf).toArray(String[]::new));
        return new CliRun(code, out.toString(), err.toString());
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
