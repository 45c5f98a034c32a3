package dev.clipjet.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.PreprocessSpec.Resize;
import dev.clipjet.model.PreprocessSpec.ResizeMode;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.PreprocessSpec.Size;
import dev.clipjet.model.Resampling;
import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The directories that transformers wrote: every field of the description, and every bit of every tensor. */
class HuggingFaceGoldenTest {
    private static Checkpoint open(String name) {
        return Checkpoint.open(Golden.folder().resolve(name));
    }

    static Stream<String> readable() throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> folders = Files.list(Golden.folder())) {
            folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> name.startsWith("hf-") && !name.startsWith("hf-bin") && !name.equals("hf-siglip"))
                    .sorted()
                    .forEach(names::add);
        }
        assertThat(names).hasSize(16);
        return names.stream();
    }

    /** What can be compared with {@code case.json} and the original outputs, for all directories. */
    @ParameterizedTest
    @MethodSource("readable")
    void describesWhatTheOriginalDescribes(String name) throws IOException {
        Path folder = Golden.folder().resolve(name);
        JsonNode golden = Golden.json(folder.resolve("case.json"));
        try (Checkpoint checkpoint = open(name);
                SafetensorsFile io = SafetensorsFile.open(folder.resolve("io.safetensors"))) {
            ModelSpec spec = checkpoint.spec();
            assertThat(checkpoint.source()).isEqualTo(folder);
            assertThat(spec.family()).isEqualTo(golden.get("class").textValue());
            assertThat(spec.scoring()).isEqualTo(ModelSpec.Scoring.SOFTMAX);
            assertThat(spec.vision().isPresent())
                    .isEqualTo(io.find("image_features").isPresent());
            assertThat(spec.text().isPresent())
                    .isEqualTo(io.find("text_features").isPresent());
            assertThat(spec.preprocess().isPresent()).isEqualTo(spec.vision().isPresent());
            assertThat(checkpoint.logitBias()).isEmpty();
            spec.vision().map(VisionTransformer.class::cast).ifPresent(vision -> {
                assertThat(vision.imageSize())
                        .isEqualTo(golden.get("image_size").intValue());
                assertThat(vision.outputDim()).isEqualTo(last(io, "image_features"));
                assertThat(vision.blocks().width()).isEqualTo(last(io, "hidden.vision_hidden_0"));
                assertThat(io.tensor("hidden.vision_hidden_0").shape().get(1)).isEqualTo(vision.tokens());
                assertThat(io.find("hidden.vision_hidden_" + vision.blocks().layers()))
                        .isPresent();
                assertThat(io.find("hidden.vision_hidden_" + (vision.blocks().layers() + 1)))
                        .isEmpty();
            });
            spec.text().map(TextTransformer.class::cast).ifPresent(text -> {
                assertThat(text.contextLength()).isEqualTo(golden.get("context").intValue());
                assertThat(text.outputDim()).isEqualTo(last(io, "text_features"));
                assertThat(text.blocks().width()).isEqualTo(last(io, "hidden.text_hidden_0"));
                assertThat(io.find("hidden.text_hidden_" + text.blocks().layers()))
                        .isPresent();
                assertThat(io.find("hidden.text_hidden_" + (text.blocks().layers() + 1)))
                        .isEmpty();
            });
            boolean five = golden.get("writer").textValue().startsWith("transformers 5");
            spec.preprocess().ifPresent(preprocess -> {
                assertThat(preprocess.profile().label())
                        .isEqualTo(golden.get("preprocessing").textValue());
                assertThat(preprocess.reason()).contains(five ? "5.23.0" : "4.46.3");
            });
            spec.tokenizer().ifPresent(tokenizer -> {
                assertThat(tokenizer.profile()).isEqualTo(five ? TokenizerProfile.HF_V5 : TokenizerProfile.HF_FAST);
                assertThat(tokenizer.directory()).contains(folder);
                assertThat(tokenizer.contextLength())
                        .isEqualTo(golden.get("context").intValue());
            });
            assertThat(spec.tokenizer().isPresent()).isEqualTo(spec.text().isPresent());
            ElementType stored = switch (golden.get("stored_dtype").textValue()) {
                case "float32" -> ElementType.F32;
                case "float16" -> ElementType.F16;
                default -> ElementType.BF16;
            };
            assertThat(checkpoint.canonicalTensors())
                    .flatExtracting(CanonicalTensor::segments)
                    .allMatch(segment -> ((StoredTensor) segment).dtype() == stored);
            if (!name.equals("hf-legacy-config")) {
                assertThat(spec.notes()).isEmpty();
            }
        }
    }

    private static int last(SafetensorsFile io, String name) {
        List<Long> shape = io.tensor(name).shape();
        return Math.toIntExact(shape.get(shape.size() - 1));
    }

    @Test
    void aVersion4FileLeavesOutTheDefaults() {
        try (Checkpoint checkpoint = open("hf-bpe-77")) {
            ModelSpec spec = checkpoint.spec();
            assertThat(spec.vision())
                    .contains(new VisionTransformer(
                            64, 16, new TransformerSpec(128, 2, 2, 384, Activation.QUICK_GELU, 1e-5), 64));
            assertThat(spec.text())
                    .contains(new TextTransformer(
                            49408,
                            77,
                            new TransformerSpec(64, 2, 1, 256, Activation.QUICK_GELU, 1e-5),
                            TextPooling.END_TOKEN,
                            49407,
                            64));
            PreprocessSpec preprocess = spec.preprocess().orElseThrow();
            assertThat(preprocess.profile()).isEqualTo(PreprocessProfile.HF_SLOW);
            assertThat(preprocess.resize()).contains(new Resize(ResizeMode.SHORTEST, Size.square(64)));
            assertThat(preprocess.crop()).contains(Size.square(64));
            assertThat(preprocess.resampling()).isEqualTo(Resampling.BICUBIC);
            assertThat(preprocess.rescaleFactor()).isEqualTo(1 / 255.0);
            assertThat(preprocess.mean()).isEqualTo(PreprocessSpec.OPENAI_MEAN);
            assertThat(preprocess.std()).isEqualTo(PreprocessSpec.OPENAI_STD);
        }
    }

    @Test
    void theDictsOfALegacyConfigurationWin() {
        try (Checkpoint checkpoint = open("hf-legacy-config")) {
            ModelSpec spec = checkpoint.spec();
            TextTransformer text = spec.text().map(TextTransformer.class::cast).orElseThrow();
            assertThat(text.blocks()).isEqualTo(new TransformerSpec(128, 2, 2, 256, Activation.QUICK_GELU, 1e-5));
            assertThat(text.pooling()).isEqualTo(TextPooling.HIGHEST_ID);
            assertThat(text.endTokenId()).isEqualTo(2);
            assertThat(spec.vision()
                            .map(VisionTransformer.class::cast)
                            .orElseThrow()
                            .blocks()
                            .heads())
                    .isEqualTo(2);
            assertThat(spec.notes())
                    .containsExactly(
                            "vision_config_dict overrides vision_config, with other values for num_attention_heads",
                            "text_config_dict overrides text_config, with other values for num_attention_heads, "
                                    + "hidden_act");
        }
    }

    @Test
    void activationFilterAndNormalizationAreTakenFromTheFiles() {
        try (Checkpoint checkpoint = open("hf-resample-bilinear")) {
            PreprocessSpec preprocess = checkpoint.spec().preprocess().orElseThrow();
            assertThat(preprocess.resampling()).isEqualTo(Resampling.BILINEAR);
            assertThat(preprocess.mean()).isEqualTo(new Rgb(0.5, 0.5, 0.5));
            assertThat(preprocess.std()).isEqualTo(new Rgb(0.5, 0.5, 0.5));
            assertThat(checkpoint
                            .spec()
                            .text()
                            .map(TextTransformer.class::cast)
                            .orElseThrow()
                            .blocks()
                            .activation())
                    .isEqualTo(Activation.GELU_TANH);
        }
        try (Checkpoint checkpoint = open("hf-vit-gelu")) {
            assertThat(checkpoint
                            .spec()
                            .vision()
                            .map(VisionTransformer.class::cast)
                            .orElseThrow()
                            .blocks()
                            .activation())
                    .isEqualTo(Activation.GELU);
        }
    }

    @ParameterizedTest
    @CsvSource({"hf-head80, 80, 64", "hf-head88-104, 88, 104", "hf-grid20, 64, 64"})
    void headsComeFromTheConfiguration(String name, int vision, int text) {
        try (Checkpoint checkpoint = open(name)) {
            assertThat(checkpoint
                            .spec()
                            .vision()
                            .map(VisionTransformer.class::cast)
                            .orElseThrow()
                            .blocks()
                            .headDim())
                    .isEqualTo(vision);
            assertThat(checkpoint
                            .spec()
                            .text()
                            .map(TextTransformer.class::cast)
                            .orElseThrow()
                            .blocks()
                            .headDim())
                    .isEqualTo(text);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "hf-text-only, 0",
        "hf-text-only-v5, 0",
        "hf-text-projection, 96",
        "hf-vision-only-v5, 0",
        "hf-vision-projection, 96"
    })
    void aSingleTowerHasAProjectionOnlyInItsClass(String name, int projection) {
        try (Checkpoint checkpoint = open(name)) {
            ModelSpec spec = checkpoint.spec();
            int actual = spec.vision().isPresent()
                    ? spec.vision().get().projectionDim()
                    : spec.text().orElseThrow().projectionDim();
            assertThat(actual).isEqualTo(projection);
            CanonicalName weight = spec.vision().isPresent()
                    ? TensorNames.vision().projectionWeight()
                    : TensorNames.text().projectionWeight();
            assertThat(checkpoint.find(weight).isPresent()).isEqualTo(projection > 0);
        }
    }

    @Test
    void whatIsNotSupportedIsNamed() {
        Path folder = Golden.folder().resolve("hf-siglip");
        ModelFormatException error = catchThrowableOfType(
                ModelFormatException.class, () -> Checkpoint.open(folder).close());
        assertThat(error.kind()).isEqualTo(Kind.UNSUPPORTED);
        assertThat(error).hasMessageContaining("SiglipModel").hasMessageContaining(folder.toString());
    }

    /** The file is read again here, by other means. */
    @ParameterizedTest
    @MethodSource("readable")
    void everyTensorHasTheBitsOfTheFile(String name) throws IOException {
        Map<String, byte[]> raw = new HashMap<>();
        try (Stream<Path> files = Files.list(Golden.folder().resolve(name))) {
            for (Path file : files.filter(path -> path.toString().matches(".*/model[^/]*\\.safetensors"))
                    .toList()) {
                readRaw(file, raw);
            }
        }
        try (Checkpoint checkpoint = open(name)) {
            assertThat(checkpoint.tensors()).extracting(StoredTensor::name).hasSameElementsAs(raw.keySet());
            checkpoint
                    .tensors()
                    .forEach(tensor -> assertThat(tensor.data())
                            .as(tensor.name())
                            .isEqualTo(ByteBuffer.wrap(raw.get(tensor.name()))));
            int used = 0;
            for (CanonicalTensor tensor : checkpoint.canonicalTensors()) {
                used += tensor.segments().size();
                assertThat(tensor.segments().stream()
                                .mapToLong(StoredTensor::elements)
                                .sum())
                        .as(tensor.name().value())
                        .isEqualTo(tensor.elements());
                assertThat(checkpoint.tensor(tensor.name())).isSameAs(tensor);
            }
            assertThat(used).isEqualTo(raw.size() - (raw.containsKey("logit_scale") ? 1 : 0));
        }
    }

    private static void readRaw(Path file, Map<String, byte[]> into) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode json = new JsonMapper().readTree(new String(bytes, 8, header, StandardCharsets.UTF_8));
        json.properties().forEach(entry -> {
            if (!entry.getKey().equals("__metadata__")) {
                JsonNode offsets = entry.getValue().get("data_offsets");
                int begin = 8 + header + offsets.get(0).intValue();
                int end = 8 + header + offsets.get(1).intValue();
                into.put(entry.getKey(), Arrays.copyOfRange(bytes, begin, end));
            }
        });
    }

    @Test
    void queriesKeysAndValuesAreTheSegmentsOfOneTensor() {
        try (Checkpoint checkpoint = open("hf-vit-quickgelu")) {
            CanonicalTensor weight =
                    checkpoint.tensor(TensorNames.vision().block(2).qkvWeight());
            assertThat(weight.name().value()).isEqualTo("vision.blocks.2.attn.qkv.weight");
            assertThat(weight.shape()).containsExactly(384L, 128L);
            assertThat(weight.rows()).isEqualTo(384);
            assertThat(weight.columns()).isEqualTo(128);
            String prefix = "vision_model.encoder.layers.2.self_attn.";
            assertThat(weight.segments())
                    .extracting(StoredTensor::name)
                    .containsExactly(prefix + "q_proj.weight", prefix + "k_proj.weight", prefix + "v_proj.weight");
            assertThat(weight.segmentRows(1)).isEqualTo(128);
            CanonicalTensor bias = checkpoint.tensor(TensorNames.text().block(0).qkvBias());
            assertThat(bias.shape()).containsExactly(384L);
            assertThat(bias.columns()).isEqualTo(1);
            assertThat(bias.segments()).hasSize(3);
            CanonicalTensor patch = checkpoint.tensor(TensorNames.vision().patchWeight());
            assertThat(patch.shape()).containsExactly(128L, 768L);
            assertThat(checkpoint.find(TensorNames.vision().block(3).ln1Bias())).isEqualTo(Optional.empty());
        }
    }

    @Test
    void theLogitScaleIsThatOfTheFile() throws IOException {
        try (Checkpoint checkpoint = open("hf-bf16")) {
            StoredTensor stored = checkpoint.tensors().stream()
                    .filter(tensor -> tensor.name().equals("logit_scale"))
                    .findFirst()
                    .orElseThrow();
            assertThat(checkpoint.logitScale())
                    .isEqualTo(FloatConversion.fromBfloat16(stored.data().getShort(0)))
                    .isNotEqualTo(2.6592f);
        }
        try (Checkpoint checkpoint = open("hf-text-only")) {
            assertThat(checkpoint.logitScale()).isEqualTo(2.6592f);
        }
    }
}
