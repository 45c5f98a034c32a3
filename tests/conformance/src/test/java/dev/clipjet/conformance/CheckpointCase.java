package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.CheckpointOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder of checkpoints that OpenAI's code or open_clip wrote: one model in one or more files, and its outputs.
 *
 * @param directory the folder
 * @param info content of {@code case.json}
 */
record CheckpointCase(Path directory, JsonNode info) {
    private static final Set<String> NO_WEIGHTS = Set.of("io.safetensors", "open_clip_config.json");

    /** All cases whose names begin so; every such folder is one. */
    static List<CheckpointCase> all(String prefix) {
        try (Stream<Path> folders = Files.list(Golden.folder())) {
            return folders.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .map(path -> new CheckpointCase(path, Golden.json(path.resolve("case.json"))))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return directory.getFileName().toString();
    }

    /** Whether it is of a family that this version refuses. */
    boolean isLater() {
        return info.get("later").booleanValue();
    }

    /** What can be loaded: every weight file, and the directory where it has a configuration. */
    List<Path> sources() {
        List<Path> sources = new ArrayList<>();
        for (JsonNode file : info.get("files")) {
            if (!NO_WEIGHTS.contains(file.get("name").textValue())) {
                sources.add(directory.resolve(file.get("name").textValue()));
            }
        }
        assertThat(sources).isNotEmpty();
        if (Files.exists(directory.resolve("open_clip_config.json"))) {
            sources.add(directory);
        }
        return sources;
    }

    /** What the original was told on load. */
    CheckpointOptions options() {
        JsonNode told = info.path("load_options");
        CheckpointOptions options = CheckpointOptions.NONE;
        if (told.has("force_image_size")) {
            options = options.withImageSize(told.get("force_image_size").intValue());
        }
        if (told.has("force_context_length")) {
            options = options.withContextLength(told.get("force_context_length").intValue());
        }
        assertThat(told.size())
                .as("options that this test knows")
                .isEqualTo((options.imageSize().isPresent() ? 1 : 0)
                        + (options.contextLength().isPresent() ? 1 : 0));
        return options;
    }
}
