package dev.clipjet.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.numeric.Activation;
import dev.clipjet.tests.support.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** ResNets that OpenAI's code and open_clip wrote, in every container: description and tensors. */
class ResNetGoldenTest {
    static Stream<Path> sources() {
        List<Path> sources = new ArrayList<>();
        for (String file : List.of(
                "openai-rn-jit/model.pt",
                "openai-rn-state/model.pt",
                "openai-rn-state/legacy.pt",
                "openai-rn-odd/model.pt",
                "openclip-rn",
                "openclip-rn/open_clip_model.safetensors")) {
            sources.add(Golden.folder().resolve(file));
        }
        return sources.stream();
    }

    private static JsonNode architecture(Path source) {
        Path folder = source.getFileName().toString().contains(".") ? source.getParent() : source;
        return Golden.json(folder.resolve("case.json"));
    }

    @ParameterizedTest
    @MethodSource("sources")
    void isDescribedAsTheOriginalDescribesIt(Path source) {
        JsonNode info = architecture(source);
        JsonNode vision = info.at("/architecture/vision");
        List<Integer> blocks = new ArrayList<>();
        vision.get("layers").forEach(count -> blocks.add(count.intValue()));
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            ModifiedResNet tower =
                    checkpoint.spec().vision().map(ModifiedResNet.class::cast).orElseThrow();
            assertThat(tower)
                    .isEqualTo(new ModifiedResNet(
                            info.get("image_size").intValue(),
                            vision.get("width").intValue(),
                            blocks,
                            vision.get("heads").intValue(),
                            vision.get("batch_norm_eps").doubleValue(),
                            info.at("/architecture/embed_dim").intValue()));
            assertThat(tower.grid()).isEqualTo(vision.get("grid").intValue());
            TextTransformer text =
                    checkpoint.spec().text().map(TextTransformer.class::cast).orElseThrow();
            assertThat(text.blocks().activation().name())
                    .isEqualToIgnoringCase(
                            info.at("/architecture/text/activation").textValue());
            assertThat(checkpoint.logitScale())
                    .isEqualTo(info.get("logit_scale").floatValue());
            assertThat(checkpoint
                            .spec()
                            .preprocess()
                            .orElseThrow()
                            .crop()
                            .orElseThrow()
                            .height())
                    .isEqualTo(tower.imageSize());
            // What batch norms counted in training is neither used nor missed.
            assertThat(checkpoint.spec().notes()).noneMatch(note -> note.contains("not used"));
        }
    }

    /** Each canonical tensor is what the stored ones hold, in their own types, one after the other. */
    @ParameterizedTest
    @MethodSource("sources")
    void tensorsAreThoseOfTheFile(Path source) {
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            ModifiedResNet tower =
                    checkpoint.spec().vision().map(ModifiedResNet.class::cast).orElseThrow();
            TensorNames.ResNet names = TensorNames.resNet();
            check(checkpoint, names.stem(0).weight(), "visual.conv1.weight");
            check(checkpoint, names.stem(2).normVariance(), "visual.bn3.running_var");
            check(checkpoint, names.stem(1).normMean(), "visual.bn2.running_mean");
            for (int stage = 0; stage < ModifiedResNet.STAGES; stage++) {
                for (int i = 0; i < tower.blocks().get(stage); i++) {
                    TensorNames.Bottleneck block = names.bottleneck(stage, i);
                    String prefix = "visual.layer" + (stage + 1) + "." + i + ".";
                    check(checkpoint, block.convolution(1).weight(), prefix + "conv2.weight");
                    check(checkpoint, block.convolution(2).normBias(), prefix + "bn3.bias");
                    if (i == 0) {
                        check(checkpoint, block.shortcut().weight(), prefix + "downsample.0.weight");
                        check(checkpoint, block.shortcut().normWeight(), prefix + "downsample.1.weight");
                    } else {
                        assertThat(checkpoint.find(block.shortcut().weight())).isEmpty();
                    }
                }
            }
            check(
                    checkpoint,
                    names.poolQkvWeight(),
                    "visual.attnpool.q_proj.weight",
                    "visual.attnpool.k_proj.weight",
                    "visual.attnpool.v_proj.weight");
            check(checkpoint, names.poolOutBias(), "visual.attnpool.c_proj.bias");
            check(checkpoint, names.poolPositions(), "visual.attnpool.positional_embedding");
        }
    }

    private static void check(Checkpoint checkpoint, CanonicalName name, String... stored) {
        CanonicalTensor tensor = checkpoint.tensor(name);
        assertThat(tensor.segments()).extracting(StoredTensor::name).containsExactly(stored);
        long elements = 0;
        for (StoredTensor segment : tensor.segments()) {
            StoredTensor original = checkpoint.tensors().stream()
                    .filter(other -> other.name().equals(segment.name()))
                    .findFirst()
                    .orElseThrow();
            assertThat(segment.dtype()).isEqualTo(original.dtype());
            assertThat(Rearranged.floats(segment)).containsExactly(Rearranged.floats(original));
            elements += segment.elements();
        }
        assertThat(tensor.elements()).isEqualTo(elements);
    }

    @Test
    void positionsOfAResNetAreNotResampled() {
        Path file = Golden.folder("openai-rn-odd").resolve("model.pt");
        assertThatThrownBy(() -> Checkpoint.open(file, CheckpointOptions.NONE.withImageSize(64)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("not resampled");
        try (Checkpoint same = Checkpoint.open(file, CheckpointOptions.NONE.withImageSize(96))) {
            assertThat(same.spec().vision().orElseThrow().imageSize()).isEqualTo(96);
        }
    }

    @Test
    void headsOfTheAttentionPoolCanBeGiven() {
        Path file = Golden.folder("openclip-rn").resolve("open_clip_model.safetensors");
        CheckpointOptions options =
                CheckpointOptions.NONE.withActivation(Activation.GELU).withVisionHeads(4);
        try (Checkpoint checkpoint = Checkpoint.open(file, options)) {
            ModifiedResNet tower =
                    checkpoint.spec().vision().map(ModifiedResNet.class::cast).orElseThrow();
            assertThat(tower.heads()).isEqualTo(4);
        }
    }

    /** Parameters of the image towers in millions, as published; the statistics of batch norms are no parameters. */
    @ParameterizedTest
    @CsvSource({
        "RN50,     224,  64, 3, 4, 6, 3,    1024, 38.32",
        "RN101,    224,  64, 3, 4, 23, 3,    512, 56.26",
        "RN50x4,   288,  80, 4, 6, 10, 6,    640, 87.14",
        "RN50x16,  384,  96, 6, 8, 18, 8,    768, 167.33",
        "RN50x64,  448, 128, 3, 15, 36, 10, 1024, 420.38",
    })
    void publishedTowersHaveTheirParameters(
            String name, int imageSize, int width, int b1, int b2, int b3, int b4, int embedding, double millions) {
        ModifiedResNet tower =
                new ModifiedResNet(imageSize, width, List.of(b1, b2, b3, b4), width / 2, 1e-5, embedding);
        long parameters = OpenAiNames.CLIP.vision(tower).stream()
                .filter(rule -> !rule.stored().get(0).contains("running_"))
                .mapToLong(rule -> rule.shape().stream().reduce(1L, Math::multiplyExact))
                .sum();
        assertThat(parameters / 1e6).as(name).isCloseTo(millions, within(0.005));
    }
}
