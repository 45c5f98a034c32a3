package dev.clipjet.ptx.tool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** One command run in this process, with its streams caught. */
record ToolRun(int code, String out, String err) {
    static final String EXAMPLES = "src/test/resources/ptx/examples.ptx";

    /** Runs a command; arguments are turned into strings. */
    static ToolRun run(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Arrays.stream(args).map(String::valueOf).toArray(String[]::new));
        return new ToolRun(code, out.toString(), err.toString());
    }

    /** Stdout as the one JSON document that it must be. */
    JsonNode json() {
        try {
            return new ObjectMapper().readTree(out);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + out + err, e);
        }
    }
}
