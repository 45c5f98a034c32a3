package dev.clipjet.convert;

import static dev.clipjet.convert.Models.convert;
import static dev.clipjet.convert.Models.difference;
import static dev.clipjet.convert.Models.golden;
import static dev.clipjet.convert.Models.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.model.TextPooling;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.CheckpointOptions;
import dev.clipjet.weights.StoredTensor;
import dev.clipjet.weights.torch.TorchCheckpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {
    /** Settings in which a change of format may show: two rules that pool at one position. */
    private static final List<String> EQUIVALENT = List.of("text.pooling", "text.endTokenId");

    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "openai-vit-jit/model.pt",
                "openai-vit-fp32/model.pt",
                "openai-vit-tokens/model.pt",
                "openai-vit-state/legacy.pt",
                "openai-vit-state/wrapped.pt",
                "openai-vit-state/views.pt"
            })
    void openAiToHuggingFaceToOpenClipAndBackKeepsEveryBit(String source) throws Exception {
        Path original = golden(source);
        convert(original, temp.resolve("hf"), options(TargetFormat.HF).withExactTypes());
        convert(temp.resolve("hf"), temp.resolve("open-clip"), TargetFormat.OPEN_CLIP);
        convert(temp.resolve("open-clip"), temp.resolve("back.pt"), TargetFormat.OPENAI);
        Map<String, String> before = tensors(original);
        Map<String, String> after = tensors(temp.resolve("back.pt"));
        List.of("input_resolution", "context_length", "vocab_size").forEach(name -> {
            before.remove(name);
            assertThat(after.remove(name)).as(name).isNotNull();
        });
        assertThat(after).isEqualTo(before);
        assertThat(difference(original, temp.resolve("back.pt")).isEmpty()).isTrue();
    }

    /** Type, shape and bytes of every tensor. */
    private static Map<String, String> tensors(Path file) {
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            Map<String, String> tensors = new TreeMap<>();
            for (StoredTensor tensor : checkpoint.tensors().values()) {
                byte[] bytes = new byte[tensor.data().remaining()];
                tensor.data().get(bytes);
                tensors.put(
                        tensor.name(),
                        tensor.dtype() + " " + tensor.shape() + " "
                                + HexFormat.of().formatHex(bytes));
            }
            return tensors;
        }
    }

    static List<Path> supported() {
        return Stream.of(
                        Golden.folders("hf-", "case.json"),
                        Golden.folders("openclip-", "case.json"),
                        Golden.folders("openai-", "case.json"))
                .flatMap(List::stream)
                .map(Models::golden)
                .map(path -> path.getFileName().toString().startsWith("openai-") ? path.resolve("model.pt") : path)
                .filter(RoundTripTest::loads)
                .toList();
    }

    private static boolean loads(Path model) {
        try {
            Checkpoint.open(model).close();
            return true;
        } catch (ModelFormatException e) {
            return false;
        }
    }

    /** What a format takes comes back with every bit; what it does not take is refused, and leaves nothing. */
    @ParameterizedTest
    @MethodSource("supported")
    void everyModelInEveryFormatComesBackWithEveryBitOrIsRefused(Path source) throws Exception {
        for (TargetFormat format : List.of(TargetFormat.HF, TargetFormat.OPEN_CLIP, TargetFormat.OPENAI)) {
            Path there = temp.resolve(format == TargetFormat.OPENAI ? "there.pt" : "there-" + format);
            try {
                convert(source, there, options(format).withExactTypes());
            } catch (InvalidInputException e) {
                assertThat(e).hasMessageContaining("cannot express").hasMessageContaining(source.toString());
                assertThat(temp).isEmptyDirectory();
                continue;
            }
            ModelDifference difference = difference(source, there);
            assertThat(difference.tensors()).isNotEmpty().allSatisfy(tensor -> {
                assertThat(tensor.kind()).isEqualTo(TensorDifference.Kind.EQUAL);
                assertThat(tensor.first()).isEqualTo(tensor.second());
            });
            assertThat(difference.towers())
                    .allSatisfy(setting -> assertThat(setting.name()).isIn(EQUIVALENT));
            deleteAll();
        }
    }

    private void deleteAll() throws Exception {
        try (Stream<Path> tree = Files.walk(temp)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(temp)) {
                    Files.delete(path);
                }
            }
        }
    }

    @Test
    void refusalsNameEveryOptionThatTheFormatLacks() {
        refused("openclip-layerscale", TargetFormat.HF, "ls_init_value");
        refused("openclip-no-ln-pre", TargetFormat.HF, "no_ln_pre");
        refused("openclip-clipa", TargetFormat.HF, "no_ln_pre", "pool_type avg", "no_causal_mask");
        refused("openclip-logit-bias", TargetFormat.HF, "init_logit_bias");
        refused("openclip-custom-text", TargetFormat.HF, "proj_bias");
        refused("openclip-text-first", TargetFormat.HF, "first position");
        refused("openclip-head80", TargetFormat.OPENAI, "heads: 80", "mlp_ratio");
        refused("hf-vit-gelu", TargetFormat.OPENAI, "QuickGELU");
        refused("hf-text-only", TargetFormat.OPEN_CLIP, "one tower");
    }

    private void refused(String model, TargetFormat format, String... reasons) {
        Path destination = temp.resolve("refused.pt");
        assertThatThrownBy(() -> convert(golden(model), destination, format))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll(reasons);
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void towersBecomeModelsOfTheirOwn() throws Exception {
        Path source = golden("hf-vit-quickgelu");
        convert(source, temp.resolve("image"), options(TargetFormat.HF).withTower(Tower.IMAGE));
        ConversionReport text =
                convert(source, temp.resolve("text"), options(TargetFormat.HF).withTower(Tower.TEXT));
        assertThat(Files.readString(temp.resolve("image/config.json"))).contains("CLIPVisionModelWithProjection");
        assertThat(Files.readString(temp.resolve("text/config.json"))).contains("CLIPTextModelWithProjection");
        assertThat(text.dropped())
                .extracting(Dropped::name)
                .contains("logit_scale", "visual_projection.weight")
                .doesNotContain("text_projection.weight");
        assertThat(difference(source, temp.resolve("text")).tensors())
                .filteredOn(tensor -> tensor.name().startsWith("text."))
                .isNotEmpty()
                .allMatch(tensor -> tensor.kind() == TensorDifference.Kind.EQUAL);
        assertThatThrownBy(() -> convert(
                        temp.resolve("text"),
                        temp.resolve("none"),
                        options(TargetFormat.HF).withTower(Tower.IMAGE)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("has no image tower");
    }

    @Test
    void resizedPositionsAreWrittenAsTheyWereLoaded() throws Exception {
        CheckpointOptions options = CheckpointOptions.NONE.withImageSize(40);
        Path source = golden("openclip-vit-gelu");
        try (Checkpoint checkpoint = Checkpoint.open(source, options)) {
            new Conversion(ModelSource.of(checkpoint), temp.resolve("hf"), options(TargetFormat.HF))
                    .run(ConversionListener.NONE);
        }
        assertThat(difference(source, options, temp.resolve("hf")).tensors())
                .allMatch(tensor -> tensor.kind() == TensorDifference.Kind.EQUAL);
        try (Checkpoint checkpoint = Checkpoint.open(temp.resolve("hf"))) {
            assertThat(checkpoint.spec().vision().orElseThrow().imageSize()).isEqualTo(40);
        }
    }

    @Test
    void shardsAreFoundByTheirIndex() throws Exception {
        Path source = golden("hf-vit-gelu");
        ConversionReport report =
                convert(source, temp.resolve("shards"), options(TargetFormat.HF).withFileBytes(600_000));
        assertThat(report.files())
                .extracting(ConversionReport.Written::name)
                .contains("model.safetensors.index.json", "model-00001-of-00006.safetensors");
        assertThat(difference(source, temp.resolve("shards")).isEmpty()).isTrue();
        try (Checkpoint checkpoint = Checkpoint.open(temp.resolve("shards"))) {
            assertThat(checkpoint.format()).isEqualTo("safetensors, 6 files");
        }
    }

    /** Types are mixed in OpenAI's files. One for all is what every version of transformers can run. */
    @Test
    void theDefaultForHuggingFaceIsExactAndOfOneType() throws Exception {
        Path source = golden("openai-vit-jit/model.pt");
        ConversionReport report = convert(source, temp.resolve("hf"), TargetFormat.HF);
        assertThat(report.notes()).anyMatch(note -> note.contains("mixed"));
        assertThat(report.rounded()).isFalse();
        assertThat(difference(source, temp.resolve("hf")).isEmpty()).isTrue();
        try (Checkpoint checkpoint = Checkpoint.open(temp.resolve("hf"))) {
            assertThat(checkpoint.spec().text().orElseThrow().pooling()).isEqualTo(TextPooling.HIGHEST_ID);
            assertThat(checkpoint.tensors()).extracting(StoredTensor::dtype).containsOnly(ElementType.F32);
        }
    }
}
