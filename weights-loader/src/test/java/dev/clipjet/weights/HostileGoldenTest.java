package dev.clipjet.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every hostile safetensors file and configuration is refused with the right kind, and the control loads. */
class HostileGoldenTest {
    @TempDir
    Path temp;

    @TestFactory
    Stream<DynamicTest> safetensors() throws IOException {
        return cases("st-").stream()
                .map(entry -> DynamicTest.dynamicTest(name(entry), () -> {
                    Path file = Golden.folder().resolve("hostile").resolve(name(entry));
                    Throwable thrown =
                            catchThrowable(() -> SafetensorsFile.open(file).close());
                    check(entry, file, thrown);
                }));
    }

    @TestFactory
    Stream<DynamicTest> configurations() throws IOException {
        return cases("config-").stream()
                .map(entry -> DynamicTest.dynamicTest(name(entry), () -> {
                    Path hostile = Golden.folder().resolve("hostile");
                    String readAs = entry.get("read_as").textValue();
                    Path directory = Files.createDirectory(temp.resolve(name(entry)));
                    Path config = directory.resolve(readAs);
                    Files.copy(hostile.resolve(name(entry)), config);
                    boolean openClip = readAs.startsWith("open_clip");
                    Path weights = openClip
                            ? Path.of("openclip-vit-gelu/open_clip_model.safetensors")
                            : Path.of("hf-vit-quickgelu/model.safetensors");
                    Files.copy(Golden.folder().resolve(weights), directory.resolve(weights.getFileName()));
                    Throwable thrown =
                            catchThrowable(() -> Checkpoint.open(directory).close());
                    check(entry, config, thrown);
                }));
    }

    private static void check(JsonNode entry, Path file, Throwable thrown) {
        List<String> right = new ArrayList<>(List.of(entry.get("expected").textValue()));
        entry.path("also").forEach(kind -> right.add(kind.textValue()));
        if (right.get(0).equals("ok")) {
            assertThat(thrown).isNull();
            return;
        }
        assertThat(thrown).isInstanceOf(ModelFormatException.class);
        ModelFormatException error = (ModelFormatException) thrown;
        assertThat(error.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .as(error.getMessage())
                .isIn(right);
        assertThat(error.file()).isEqualTo(file.toString());
        assertThat(error.place()).as(error.getMessage()).isNotEmpty();
    }

    private static List<JsonNode> cases(String prefix) throws IOException {
        List<JsonNode> cases = new ArrayList<>();
        JsonNode index = Golden.json(Golden.folder().resolve("hostile/index.json"));
        index.forEach(entry -> {
            if (name(entry).startsWith(prefix)) {
                cases.add(entry);
            }
        });
        assertThat(cases).hasSizeGreaterThanOrEqualTo(8);
        return cases;
    }

    private static String name(JsonNode entry) {
        return entry.get("file").textValue();
    }
}
