package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which file of a directory open_clip takes its weights from. */
final class OpenClipWeights {
    /** In the order in which they are looked for. */
    private static final List<String> NAMES = List.of(
            "open_clip_model.safetensors",
            "open_clip_pytorch_model.safetensors",
            "open_clip_pytorch_model.bin",
            "open_clip_pytorch_model.pth",
            "model.safetensors",
            "pytorch_model.bin",
            "pytorch_model.pth",
            "model.pth");

    /** Endings of other names that are taken when none of those is there. */
    private static final List<String> ENDINGS = List.of(".safetensors", ".bin", ".pth");

    private OpenClipWeights() {}

    /**
     * Opens the weights of a directory.
     *
     * @throws ModelFormatException {@code MISSING} when there are none, and whatever is wrong with the file
     */
    static WeightFiles open(Path directory) {
        return WeightFiles.openFile(NAMES.stream()
                .map(directory::resolve)
                .filter(Files::exists)
                .findFirst()
                .or(() -> ENDINGS.stream()
                        .flatMap(ending -> first(directory, ending).stream())
                        .findFirst())
                .orElseThrow(() -> new ModelFormatException(
                        Kind.MISSING,
                        directory,
                        "",
                        "has no weights: neither " + NAMES.get(0) + " nor any other .safetensors, .bin or .pth file")));
    }

    private static Optional<Path> first(Path directory, String ending) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(path -> path.getFileName().toString().endsWith(ending))
                    .sorted()
                    .findFirst();
        } catch (IOException e) {
            throw new ModelFormatException(Kind.MISSING, directory, "", "cannot be read: " + e.getMessage(), e);
        }
    }
}
