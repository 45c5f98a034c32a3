package dev.clipjet.weights.torch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.torch.TorchCheckpoint.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file of the reference data that torch wrote. */
class TorchGoldenTest {
    private static final Map<String, ElementType> DTYPES = Map.of(
            "float32",
            ElementType.F32,
            "float16",
            ElementType.F16,
            "bfloat16",
            ElementType.BF16,
            "int64",
            ElementType.I64);

    static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(Golden.folder(), 2)) {
            return all.filter(path -> path.toString().matches(".*\\.(pt|pth|bin)"))
                    .filter(path -> !path.getParent().endsWith("hostile"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void types_of_the_tensors_are_those_the_case_lists(Path path) {
        JsonNode types = Golden.json(path.resolveSibling("case.json")).path("tensor_dtypes");
        try (TorchCheckpoint file = TorchCheckpoint.open(path)) {
            assertThat(file.tensors()).isNotEmpty();
            file.tensors().forEach((name, tensor) -> {
                assertThat(tensor.name()).isEqualTo(name);
                assertThat((long) tensor.data().remaining())
                        .isEqualTo(tensor.elements() * tensor.dtype().bytes());
            });
            if (!path.getParent().getFileName().toString().startsWith("hf-")) {
                Map<ElementType, Long> expected = new TreeMap<>();
                types.fields()
                        .forEachRemaining(entry -> expected.put(
                                DTYPES.get(entry.getKey()), entry.getValue().longValue()));
                Map<ElementType, Long> found = new TreeMap<>();
                file.tensors().values().forEach(tensor -> found.merge(tensor.dtype(), 1L, Long::sum));
                if (file.format() == Format.TORCHSCRIPT) {
                    // Three integers of the archive are no weights, and the list leaves them out.
                    expected.merge(ElementType.I64, 3L, Long::sum);
                }
                assertThat(found).isEqualTo(expected);
            }
        }
    }

    @Test
    void one_model_in_four_containers_has_the_same_bytes() {
        Path folder = Golden.folder("openai-vit-state");
        try (TorchCheckpoint plain = TorchCheckpoint.open(folder.resolve("model.pt"))) {
            assertThat(plain.format()).isEqualTo(Format.ZIP);
            for (String other : List.of("legacy.pt", "wrapped.pt", "views.pt")) {
                try (TorchCheckpoint file = TorchCheckpoint.open(folder.resolve(other))) {
                    assertSame(plain.tensors(), file.tensors());
                }
            }
        }
    }

    @Test
    void the_legacy_resnet_equals_the_zip() {
        Path folder = Golden.folder("openai-rn-state");
        try (TorchCheckpoint zip = TorchCheckpoint.open(folder.resolve("model.pt"));
                TorchCheckpoint legacy = TorchCheckpoint.open(folder.resolve("legacy.pt"))) {
            assertThat(legacy.format()).isEqualTo(Format.LEGACY);
            assertSame(zip.tensors(), legacy.tensors());
        }
    }

    @Test
    void integers_beside_the_weights_of_an_archive_are_there() {
        try (TorchCheckpoint file = TorchCheckpoint.open(Golden.folder("openai-vit-jit/model.pt"))) {
            JsonNode info = Golden.json(Golden.folder("openai-vit-jit/case.json"));
            assertThat(file.format()).isEqualTo(Format.TORCHSCRIPT);
            assertThat(file.tensors().get("input_resolution").data().getLong(0))
                    .isEqualTo(info.get("image_size").longValue());
            assertThat(file.tensors().get("context_length").data().getLong(0))
                    .isEqualTo(info.get("context").longValue());
            assertThat(file.root()).isInstanceOf(PickleValue.Module.class);
        }
    }

    @Test
    void what_is_beside_the_model_in_a_training_checkpoint_can_be_reached() {
        try (TorchCheckpoint file = TorchCheckpoint.open(Golden.folder("openai-vit-state/wrapped.pt"))) {
            PickleValue.Dict root = (PickleValue.Dict) file.root();
            assertThat(root.get("epoch")).isInstanceOf(PickleValue.Int.class);
            assertThat(root.get("optimizer")).isInstanceOf(PickleValue.Dict.class);
        }
    }

    private static void assertSame(Map<String, StoredTensor> expected, Map<String, StoredTensor> found) {
        assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        found.forEach((name, tensor) -> {
            StoredTensor other = expected.get(name);
            assertThat(tensor.dtype()).as(name).isEqualTo(other.dtype());
            assertThat(tensor.shape()).as(name).isEqualTo(other.shape());
            assertThat(tensor.data()).as(name).isEqualTo(other.data());
        });
    }
}
