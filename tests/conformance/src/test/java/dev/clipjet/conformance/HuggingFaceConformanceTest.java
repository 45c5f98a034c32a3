package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.Clip;
import dev.clipjet.ImageSource;
import dev.clipjet.Scaling;
import dev.clipjet.Similarity;
import dev.clipjet.engine.HiddenStates;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.preprocess.PreprocessedImage;
import dev.clipjet.preprocess.Preprocessor;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.tokenizer.Encoding;
import dev.clipjet.tokenizer.Framing;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From image files and strings to features and logits, against what the original library answers. */
class HuggingFaceConformanceTest {
    private static final double FEATURES = 2e-5;
    private static final double LOGITS = 1e-4;

    static List<String> supported() {
        List<String> names = new ArrayList<>();
        for (String name : Golden.folders("hf-", "case.json")) {
            if (!caseOf(name).get("later").booleanValue()) {
                names.add(name);
            }
        }
        return names;
    }

    static List<String> notYet() {
        List<String> names = new ArrayList<>(Golden.folders("hf-", "case.json"));
        names.removeAll(supported());
        return names;
    }

    private static JsonNode caseOf(String name) {
        return Golden.json(Golden.folder(name).resolve("case.json"));
    }

    @ParameterizedTest
    @MethodSource("supported")
    void the_same_answers_as_the_original(String name) {
        Path directory = Golden.folder(name);
        JsonNode info = caseOf(name);
        try (Clip clip = Clip.load(directory);
                SafetensorsFile io = SafetensorsFile.open(directory.resolve("io.safetensors"))) {
            Reference reference = new Reference(io);
            float[][] images = clip.spec().vision().isPresent() ? images(clip, directory, info, reference) : null;
            float[][] texts = clip.spec().text().isPresent() ? texts(clip, info, reference) : null;
            assertThat(images != null || texts != null).isTrue();
            if (images != null && texts != null) {
                Similarity similarity = clip.similarity(images, texts);
                assertThat(reference.errorOfLargest("logits_per_image", similarity.logits()))
                        .isLessThan(LOGITS);
                for (float[] row : similarity.probabilities()) {
                    double sum = 0;
                    for (float probability : row) {
                        sum += probability;
                    }
                    assertThat(sum).isBetween(1 - 1e-6, 1 + 1e-6);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("supported")
    void a_weight_file_is_described_by_the_configuration_beside_it(String name) {
        Path directory = Golden.folder(name);
        for (String file : List.of("model.safetensors", "pytorch_model.bin")) {
            if (Files.exists(directory.resolve(file))) {
                try (Checkpoint whole = Checkpoint.open(directory);
                        Checkpoint single = Checkpoint.open(directory.resolve(file))) {
                    assertThat(single.spec()).isEqualTo(whole.spec());
                    assertThat(single.canonicalTensors()).hasSameSizeAs(whole.canonicalTensors());
                }
                try (Clip clip = Clip.load(directory.resolve(file));
                        SafetensorsFile io = SafetensorsFile.open(directory.resolve("io.safetensors"))) {
                    Reference reference = new Reference(io);
                    if (clip.spec().vision().isPresent()) {
                        images(clip, directory, caseOf(name), reference);
                    }
                    if (clip.spec().text().isPresent()) {
                        texts(clip, caseOf(name), reference);
                    }
                }
            }
        }
    }

    private static float[][] images(Clip clip, Path directory, JsonNode info, Reference reference) {
        assertThat(clip.spec().preprocess().orElseThrow().profile().label())
                .isEqualTo(info.get("preprocessing").textValue());
        VisionTransformer vision =
                clip.spec().vision().map(VisionTransformer.class::cast).orElseThrow();
        Preprocessor preprocessor = Preprocessor.of(clip.spec().preprocess().orElseThrow());
        List<ImageSource> sources = new ArrayList<>();
        info.get("images")
                .forEach(file ->
                        sources.add(ImageSource.of(directory.resolve("images").resolve(file.textValue()))));
        int imageFloats = 3 * vision.imageSize() * vision.imageSize();
        float[] pixels = new float[sources.size() * imageFloats];
        for (int i = 0; i < sources.size(); i++) {
            PreprocessedImage image = clip.preprocess(sources.get(i));
            preprocessor.normalize(image.rgb(), pixels, i * imageFloats);
        }
        assertThat(pixels).isEqualTo(reference.floats("pixel_values"));
        float[][] features = clip.embedImages(sources, Scaling.RAW);
        assertThat(reference.error("image_features", features)).isLessThan(FEATURES);
        return features;
    }

    private static float[][] texts(Clip clip, JsonNode info, Reference reference) {
        List<String> texts = new ArrayList<>();
        info.get("texts").forEach(text -> texts.add(text.textValue()));
        int context = clip.spec().text().orElseThrow().contextLength();
        List<Encoding> encodings = clip.tokenizer().encodeAll(texts, Framing.fixed(context));
        int[][] expected = reference.ids("input_ids");
        assertThat(encodings.stream().map(Encoding::ids).toArray(int[][]::new)).isDeepEqualTo(expected);
        if (reference.has("attention_mask")) {
            assertThat(encodings.stream().map(Encoding::attentionMask).toArray(int[][]::new))
                    .isDeepEqualTo(reference.ids("attention_mask"));
        }
        float[][] features = clip.embedTexts(texts, Scaling.RAW);
        assertThat(reference.error("text_features", features)).isLessThan(FEATURES);
        assertThat(clip.embedTokenIds(Arrays.asList(expected), Scaling.RAW)).isDeepEqualTo(features);
        hiddenStates(clip, expected, reference);
        return features;
    }

    private static void hiddenStates(Clip clip, int[][] ids, Reference reference) {
        List<HiddenStates> all = Arrays.stream(ids).map(clip::textHiddenStates).toList();
        int layers = clip.spec()
                        .text()
                        .map(TextTransformer.class::cast)
                        .orElseThrow()
                        .blocks()
                        .layers()
                + 1;
        for (int layer = 0; layer < layers; layer++) {
            int index = layer;
            assertThat(all).allMatch(states -> states.layers() == layers);
            float[][] rows = all.stream().map(states -> states.layer(index)).toArray(float[][]::new);
            assertThat(reference.error("hidden.text_hidden_" + layer, rows))
                    .as("layer %d", layer)
                    .isLessThan(FEATURES);
        }
        float[][] last = all.stream().map(HiddenStates::lastNormed).toArray(float[][]::new);
        assertThat(reference.error("hidden.text_last_hidden_state", last)).isLessThan(FEATURES);
    }

    @ParameterizedTest
    @MethodSource("notYet")
    void what_is_not_supported_yet_is_refused_by_name(String name) {
        assertThatThrownBy(() -> Clip.load(Golden.folder(name)))
                .isInstanceOfSatisfying(ModelFormatException.class, e -> {
                    assertThat(e.kind()).isEqualTo(ModelFormatException.Kind.UNSUPPORTED);
                    assertThat(e).hasMessageContaining(name).hasMessageContaining("support");
                });
    }
}
