package dev.clipjet.cli;

import static dev.clipjet.cli.CliRun.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** How every command is called such that it succeeds. */
final class CommandSamples {
    /** What a command writes. */
    enum Output {
        NONE,
        /** A file that must be new. */
        FILE,
        /** A folder that must be new or empty. */
        FOLDER,
        /** A folder in which files must be new. */
        FILES
    }

    /**
     * A call.
     *
     * @param command its name
     * @param output what it writes
     * @param name of the output; for files in a folder, of the first of them
     * @param arguments given where it writes to
     */
    record Sample(String command, Output output, String name, Function<Path, List<Object>> arguments) {
        /** The command line. */
        Object[] line(Path out) {
            List<Object> line = new ArrayList<>(List.of(command));
            line.addAll(arguments.apply(out));
            return line.toArray();
        }

        @Override
        public String toString() {
            return command + (output == Output.NONE ? "" : " to a " + output);
        }
    }

    private CommandSamples() {}

    private static Sample reading(String command, Object... arguments) {
        return new Sample(command, Output.NONE, "", out -> List.of(arguments));
    }

    /**
     * All of them.
     *
     * @param inputs a folder for files that they read
     */
    static List<Sample> all(Path inputs) throws IOException {
        Path model = golden("hf-vit-quickgelu");
        Path photo = golden("preprocess/images/checker.png");
        Path data = Files.write(inputs.resolve("data.bin"), new byte[1 + 3 * 32 * 32]);
        Path prompts = Files.writeString(
                inputs.resolve("prompts.json"), "{\"classes\": [\"a\", \"b\"], \"templates\": [\"a photo of {}\"]}");
        return List.of(
                reading("classify", photo, "--label", "a", "--label", "b", "--model", model),
                reading("embed", "--image", photo, "--text", "a", "--model", model),
                reading("similarity", "--image", photo, "--text", "a", "--model", model),
                reading("evaluate", "--data", data, "--prompts", prompts, "--model", model),
                reading("inspect", model),
                reading("doctor"),
                reading("tokenize", "a photo"),
                new Sample(
                        "preprocess", Output.FILES, "checker.png", out -> List.of(photo, "--size", 32, "--out", out)),
                new Sample("convert", Output.FOLDER, "out", out -> List.of(model, out)),
                new Sample(
                        "convert",
                        Output.FILE,
                        "out.pt",
                        out -> List.of(golden("openai-vit-tokens/model.pt"), out, "--to", "openai")),
                reading("diff", model, model),
                new Sample("synth", Output.FOLDER, "out", out -> List.of("ViT-B-32", out, "--dtype", "fp16")),
                reading("verify", golden("hf-text-only"), "--device", "emulated", "--dtype", "fp32"),
                reading("profile", golden("hf-text-only"), "--tower", "text", "--batch", 1, "--gpu", "a100"),
                reading("warm-up"));
    }

    /** Samples by command. */
    static Map<String, List<Sample>> byCommand(List<Sample> samples) {
        Map<String, List<Sample>> map = new LinkedHashMap<>();
        samples.forEach(sample ->
                map.computeIfAbsent(sample.command(), name -> new ArrayList<>()).add(sample));
        return map;
    }
}
