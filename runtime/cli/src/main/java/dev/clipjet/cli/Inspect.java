package dev.clipjet.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clipjet inspect}: what a model is, and what was made of its files. */
@Command(name = "inspect", description = "Say what a model directory or a safetensors file holds.")
final class Inspect implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "A model directory, or a .safetensors file.")
    private Path model;

    @Option(names = "--json", description = "One JSON document on stdout.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        ObjectNode report = report();
        if (json) {
            Json.print(report, out);
        } else {
            print(report, "", out);
        }
        return 0;
    }

    private ObjectNode report() {
        String name = String.valueOf(model.getFileName()).toLowerCase(Locale.ROOT);
        if (Files.isRegularFile(model) && name.endsWith(".safetensors")) {
            try (SafetensorsFile file = SafetensorsFile.open(model)) {
                return ModelReport.of(file);
            }
        }
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            return ModelReport.of(checkpoint);
        }
    }

    /** Objects as indented blocks, lists of texts as lines. */
    private static void print(ObjectNode node, String indent, PrintWriter out) {
        int width = 0;
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            width = Math.max(width, names.next().length());
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String key = field.getKey().replace('_', ' ');
            JsonNode value = field.getValue();
            if (value instanceof ObjectNode object) {
                out.println(indent + key);
                print(object, indent + "  ", out);
            } else if (value.isArray() && !value.isEmpty() && value.get(0).isTextual()) {
                out.println(indent + key);
                value.forEach(line -> out.println(indent + "  - " + line.textValue()));
            } else {
                String padding = " ".repeat(width - key.length());
                out.println(indent + key + padding + "  " + text(value));
            }
        }
    }

    private static String text(JsonNode value) {
        if (value.isNull() || value.isArray() && value.isEmpty()) {
            return "none";
        }
        return value.isIntegralNumber() ? String.format(Locale.ROOT, "%,d", value.longValue()) : value.asText();
    }
}
