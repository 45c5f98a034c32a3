package dev.clipjet.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clipjet inspect}: what a model is, and what was made of its files. */
@Command(name = "inspect", description = "Say what a model directory or a weight file holds.")
final class Inspect implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            description = "A model directory or a weight file; of a .safetensors file, the tensors.")
    private Path model;

    @Option(names = "--json", description = "One JSON document on stdout.")
    private boolean json;

    @Mixin
    private CheckpointArguments checkpointArguments;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        ObjectNode report = report();
        if (json) {
            Json.print(report, out);
        } else {
            new ReportText(out).print(report);
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
        try (Checkpoint checkpoint = Checkpoint.open(model, checkpointArguments.options())) {
            return ModelReport.of(checkpoint);
        }
    }
}
