package dev.clipjet.fuzz;

import dev.clipjet.weights.Checkpoint;
import java.nio.file.Path;

/** After a first byte that chooses, the input is {@code config.json} (even) or {@code open_clip_config.json} (odd). */
public final class ConfigTarget {
    private static final byte[] NO_TENSORS = {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
    private static final Path HUGGING_FACE = modelDirectory();
    private static final Path OPEN_CLIP = modelDirectory();

    private ConfigTarget() {}

    private static Path modelDirectory() {
        Path directory = InputFile.directory();
        InputFile.write(directory, "model.safetensors", NO_TENSORS, 0, NO_TENSORS.length);
        return directory;
    }

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        boolean openClip = input[0] % 2 != 0;
        Path directory = openClip ? OPEN_CLIP : HUGGING_FACE;
        InputFile.write(directory, openClip ? "open_clip_config.json" : "config.json", input, 1, input.length);
        Bounds.check(input.length, () -> Checkpoint.open(directory).close());
    }
}
