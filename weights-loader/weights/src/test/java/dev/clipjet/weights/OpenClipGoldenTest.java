package dev.clipjet.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.model.ModelSpec.Scoring;
import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.numeric.Activation;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.TensorRule.Layout;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What open_clip wrote: every tensor by the naming rules in both directions, resampled positions, single files. */
class OpenClipGoldenTest {
    private static final String WEIGHTS = "open_clip_model.safetensors";

    @TempDir
    Path temp;

    static Stream<String> models() {
        List<String> names = new ArrayList<>();
        for (String name : Golden.folders("openclip-", WEIGHTS)) {
            var info = Golden.json(Golden.folder(name).resolve("case.json"));
            String type = info.at("/architecture/vision/type").textValue();
            if ((type.equals("vit") || type.equals("resnet"))
                    && !info.get("later").booleanValue()
                    && info.path("load_options").isNull()) {
                names.add(name);
            }
        }
        assertThat(names).hasSizeGreaterThanOrEqualTo(16).contains("openclip-rn");
        return names.stream();
    }

    @ParameterizedTest
    @MethodSource("models")
    void theRulesOfNamesHoldInBothDirections(String name) {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(name))) {
            Set<String> unwritten = new HashSet<>();
            checkpoint.tensors().forEach(tensor -> unwritten.add(tensor.name()));
            boolean custom = unwritten.stream().anyMatch(tensor -> tensor.startsWith("text."));
            OpenAiNames names = custom ? OpenAiNames.CUSTOM_TEXT_CLIP : OpenAiNames.CLIP;
            List<TensorRule> rules =
                    new ArrayList<>(names.vision(checkpoint.spec().vision().orElseThrow()));
            rules.addAll(names.text(checkpoint.spec().text().orElseThrow()));
            assertThat(rules).hasSameSizeAs(checkpoint.canonicalTensors());
            for (TensorRule rule : rules) {
                CanonicalTensor canonical = checkpoint.tensor(rule.name());
                assertThat(canonical.shape()).isEqualTo(rule.shape());
                assertThat(canonical.segments()).hasSameSizeAs(rule.stored());
                for (int i = 0; i < rule.stored().size(); i++) {
                    String storedName = rule.stored().get(i);
                    StoredTensor stored = checkpoint.tensors().stream()
                            .filter(tensor -> tensor.name().equals(storedName))
                            .findFirst()
                            .orElseThrow();
                    assertThat(stored.shape()).isEqualTo(rule.storedShape());
                    StoredTensor segment = canonical.segments().get(i);
                    StoredTensor written =
                            rule.layout() == Layout.TRANSPOSED ? Rearranged.transposed(segment) : segment;
                    assertThat(bytes(written)).as(storedName).isEqualTo(bytes(stored));
                }
                unwritten.removeAll(rule.stored());
            }
            unwritten.removeIf(tensor -> tensor.endsWith(".num_batches_tracked"));
            assertThat(unwritten).isSubsetOf("logit_scale", "logit_bias");
            assertThat(checkpoint.spec().notes()).noneMatch(note -> note.contains("not used"));
        }
    }

    private static byte[] bytes(StoredTensor tensor) {
        ByteBuffer data = tensor.data();
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({"openclip-resize-up,64,16", "openclip-resize-down,32,11"})
    void positionsAreResampledAsTheOriginalDoes(String name, int imageSize, int context) {
        CheckpointOptions options =
                CheckpointOptions.NONE.withImageSize(imageSize).withContextLength(context);
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(name), options);
                SafetensorsFile io = SafetensorsFile.open(Golden.folder(name).resolve("io.safetensors"))) {
            assertClose(
                    checkpoint.tensor(TensorNames.vision().positions()),
                    io.tensor("resized.visual.positional_embedding"));
            assertClose(checkpoint.tensor(TensorNames.text().positions()), io.tensor("resized.positional_embedding"));
            assertThat(checkpoint.spec().notes()).anyMatch(note -> note.contains("resampled"));
        }
    }

    private static void assertClose(CanonicalTensor actual, StoredTensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        float[] values = Rearranged.floats(actual.segments().get(0));
        for (int i = 0; i < values.length; i++) {
            double truth = expected.data().getDouble(8 * i);
            // Rounded to the nearest float, and the original's own rounding in double precision.
            assertThat((double) values[i]).isCloseTo(truth, within(Math.ulp((float) truth) / 2 + 1e-14));
        }
    }

    @Test
    void aTableIsNotBlownUpWithoutBounds() {
        CheckpointOptions large = CheckpointOptions.NONE.withImageSize(1 << 14);
        assertThatThrownBy(() -> Checkpoint.open(Golden.folder("openclip-vit-gelu"), large))
                .isInstanceOfSatisfying(
                        ModelFormatException.class,
                        error -> assertThat(error.kind()).isEqualTo(Kind.LIMIT))
                .hasMessageContaining("10 positions");
    }

    @Test
    void aModelOfTransformersIsNotResized() {
        CheckpointOptions options = CheckpointOptions.NONE.withContextLength(9);
        assertThatThrownBy(() -> Checkpoint.open(Golden.folder("hf-vit-gelu"), options))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("transformers");
    }

    @Test
    void aBiasOfTheLogitsMeansTheSigmoidLoss() {
        try (Checkpoint with = Checkpoint.open(Golden.folder("openclip-logit-bias"));
                Checkpoint missing = Checkpoint.open(Golden.folder("openclip-logit-bias-missing"));
                Checkpoint without = Checkpoint.open(Golden.folder("openclip-vit-gelu"))) {
            assertThat(with.logitBias()).hasValue(-8.078125);
            assertThat(with.spec().scoring()).isEqualTo(Scoring.SIGMOID);
            assertThat(missing.logitBias()).hasValue(0);
            assertThat(missing.spec().notes()).anyMatch(note -> note.contains("logit_bias"));
            assertThat(without.logitBias()).isEmpty();
            assertThat(without.spec().scoring()).isEqualTo(Scoring.SOFTMAX);
        }
    }

    @Test
    void ofTwoConfigurationsTheOneWithWeightsCounts() throws IOException {
        Path openClip = Golden.folder("openclip-vit-gelu");
        Path huggingFace = Golden.folder("hf-vit-quickgelu");
        Files.copy(openClip.resolve(OpenClipConfig.FILE), temp.resolve(OpenClipConfig.FILE));
        Files.copy(huggingFace.resolve("config.json"), temp.resolve("config.json"));
        Path ours = Files.copy(openClip.resolve(WEIGHTS), temp.resolve(WEIGHTS));
        assertThat(family(temp)).isEqualTo("open_clip CLIP");
        Path theirs = Files.copy(huggingFace.resolve("model.safetensors"), temp.resolve("model.safetensors"));
        assertThat(family(temp)).isEqualTo("CLIPModel");
        assertThat(family(theirs)).isEqualTo("CLIPModel");
        assertThat(family(ours)).isEqualTo("open_clip CLIP");
        // open_clip's own description of a timm model has another config.json, which names no class.
        Files.writeString(temp.resolve("config.json"), "{\"architecture\": \"vit_base_patch32_clip_224\"}");
        assertThat(family(temp)).isEqualTo("open_clip CLIP");
    }

    private static String family(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            return checkpoint.spec().family();
        }
    }

    private Path bare(String model, String name) throws IOException {
        return Files.copy(Golden.folder(model).resolve(WEIGHTS), temp.resolve(name));
    }

    private static ModelFormatException refusal(Path file, CheckpointOptions options) {
        try (Checkpoint checkpoint = Checkpoint.open(file, options)) {
            throw new AssertionError("no error for " + checkpoint.spec());
        } catch (ModelFormatException error) {
            return error;
        }
    }

    @Test
    void aFileWithoutConfigurationNeedsItsActivation() throws IOException {
        Path file = bare("openclip-vit-gelu", "weights.safetensors");
        ModelFormatException error = refusal(file, CheckpointOptions.NONE);
        assertThat(error.kind()).isEqualTo(Kind.BAD_CONFIGURATION);
        assertThat(error).hasMessageContaining("--activation").hasMessageContaining("open_clip_config.json");
        CheckpointOptions gelu = CheckpointOptions.NONE.withActivation(Activation.GELU);
        try (Checkpoint checkpoint = Checkpoint.open(file, gelu);
                Checkpoint configured = Checkpoint.open(Golden.folder("openclip-vit-gelu"))) {
            assertThat(checkpoint.spec().vision()).isEqualTo(configured.spec().vision());
            assertThat(checkpoint
                            .spec()
                            .text()
                            .map(TextTransformer.class::cast)
                            .orElseThrow()
                            .blocks())
                    .isEqualTo(configured
                            .spec()
                            .text()
                            .map(TextTransformer.class::cast)
                            .orElseThrow()
                            .blocks());
            assertThat(checkpoint.logitScale()).isEqualTo(configured.logitScale());
        }
    }

    @Test
    void headsThatShapesDoNotTellMustBeGiven() throws IOException {
        Path file = bare("openclip-head80", "weights.safetensors");
        CheckpointOptions gelu = CheckpointOptions.NONE.withActivation(Activation.GELU);
        ModelFormatException error = refusal(file, gelu);
        assertThat(error.kind()).isEqualTo(Kind.BAD_CONFIGURATION);
        assertThat(error).hasMessageContaining("width 160").hasMessageContaining("--heads");
        try (Checkpoint checkpoint =
                        Checkpoint.open(file, gelu.withVisionHeads(2).withTextHeads(2));
                Checkpoint configured = Checkpoint.open(Golden.folder("openclip-head80"))) {
            assertThat(checkpoint.spec().vision()).isEqualTo(configured.spec().vision());
        }
        assertThatThrownBy(() -> Checkpoint.open(file, gelu.withVisionHeads(3)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("3 heads");
    }

    @ParameterizedTest
    @CsvSource({
        "openclip-siglip,UNSUPPORTED,timm library",
        "openclip-eva02,UNSUPPORTED,timm library",
        "openclip-coca,UNSUPPORTED,CoCa",
        "openclip-attnpool,UNSUPPORTED,attentional pooling",
        "openclip-custom-block,UNSUPPORTED,norms and scales",
        "openclip-no-ln-pre,BAD_CONFIGURATION,visual.ln_pre.weight",
    })
    void familiesThatAreNotSupportedAreRecognizedByTheirTensors(String model, Kind kind, String words)
            throws IOException {
        ModelFormatException error =
                refusal(bare(model, "w.safetensors"), CheckpointOptions.NONE.withActivation(Activation.GELU));
        assertThat(error).hasMessageContaining(words);
        assertThat(error.kind()).isEqualTo(kind);
    }

    @Test
    void aFileOfAnotherFamilyNeedsItsConfigurationOrIsRefused() throws IOException {
        Path model = Golden.folder("hf-vit-gelu").resolve("model.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            assertThat(checkpoint.spec().family()).isEqualTo("CLIPModel");
        }
        Path alone = Files.copy(model, temp.resolve("model.safetensors"));
        assertThat(refusal(alone, CheckpointOptions.NONE).kind()).isEqualTo(Kind.MISSING);
        Path other = Files.copy(
                Golden.folder("openclip-vit-gelu").resolve("io.safetensors"), temp.resolve("io.safetensors"));
        ModelFormatException error = refusal(other, CheckpointOptions.NONE);
        assertThat(error.kind()).isEqualTo(Kind.UNSUPPORTED);
        assertThat(error).hasMessageContaining("holds no CLIP model");
    }

    @ParameterizedTest
    @CsvSource({
        "vit_b_32-quickgelu-laion400m_e32-46683a32.pt,32,768,QUICK_GELU",
        "vit_b_16-laion400m_e32-55e67d44.pt,16,768,GELU",
        "ViT-B-32-laion2B-s34B-b79K.bin,32,768,GELU",
        "DFN2B-CLIP-ViT-B-16.bin,16,768,QUICK_GELU",
        "ViT-L-14-dfn2b_s39b.bin,14,1024,GELU",
        "b32-metaclip_fullcc.pt,32,768,QUICK_GELU",
        "ViT-L-14-datacomp_xl_s13b_b90k.bin,14,1024,GELU",
    })
    void aPublishedTagTellsTheActivation(Path file, int patch, int width, Activation activation) {
        PublishedTag tag = PublishedTag.of(file);
        assertThat(tag.isKnown()).isTrue();
        assertThat(tag.activation(patch == 32 && width == 768)).isEqualTo(activation);
        assertThat(PublishedTag.of(Path.of("model.pt")).isKnown()).isFalse();
    }
}
