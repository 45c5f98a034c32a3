package dev.clipjet.fuzz;

import dev.clipjet.weights.Checkpoint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The last two bits of a first byte choose what the rest is: {@code config.json} (the digit 0), {@code open_clip_config.json} (1),
 * {@code preprocessor_config.json} beside a good configuration (2) or {@code model.safetensors.index.json} (3).
 */
public final class ConfigTarget {
    private static final byte[] NO_TENSORS = {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
    private static final byte[] GOOD_CONFIG =
            "{\"model_type\": \"clip\", \"architectures\": [\"CLIPModel\"]}".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> NAMES =
            List.of("config.json", "open_clip_config.json", "preprocessor_config.json", "model.safetensors.index.json");
    private static final List<Path> DIRECTORIES = List.of(
            directory("model.safetensors", NO_TENSORS),
            directory("model.safetensors", NO_TENSORS),
            directory("model.safetensors", NO_TENSORS),
            directory("a.safetensors", NO_TENSORS));

    static {
        for (Path directory : DIRECTORIES.subList(2, 4)) {
            InputFile.write(directory, "config.json", GOOD_CONFIG, 0, GOOD_CONFIG.length);
        }
    }

    private ConfigTarget() {}

    private static Path directory(String weights, byte[] content) {
        Path directory = InputFile.directory();
        InputFile.write(directory, weights, content, 0, content.length);
        return directory;
    }

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int kind = input[0] & 3;
        Path directory = DIRECTORIES.get(kind);
        InputFile.write(directory, NAMES.get(kind), input, 1, input.length);
        Bounds.check(input.length, () -> Checkpoint.open(directory).close());
    }
}
