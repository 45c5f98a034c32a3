package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.Clip;
import dev.clipjet.ClipOptions;
import dev.clipjet.Scaling;
import dev.clipjet.cpu.CpuExecutor;
import dev.clipjet.engine.HiddenStates;
import dev.clipjet.engine.PreparedTower;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.preprocess.PreprocessedImage;
import dev.clipjet.preprocess.Preprocessor;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Compares what Clipjet answers for a checkpoint with what the code that wrote it answers. */
final class CheckpointAnswers {
    private static final double FEATURES = 2e-5;
    private static final double LOGITS = 1e-4;
    private static final double SCALE = 1e-6;

    private final CheckpointCase original;
    private final Path source;
    private final Reference reference;

    private CheckpointAnswers(CheckpointCase original, Path source, Reference reference) {
        this.original = original;
        this.source = source;
        this.reference = reference;
    }

    /** Fails unless features, logits and hidden states of a source agree with those of the original. */
    static void check(CheckpointCase original, Path source) {
        ClipOptions options = ClipOptions.DEFAULT.withCheckpoint(original.options());
        try (SafetensorsFile io = SafetensorsFile.open(original.directory().resolve("io.safetensors"));
                Clip clip = Clip.load(source, options)) {
            CheckpointAnswers answers = new CheckpointAnswers(original, source, new Reference(io));
            answers.checkModel(clip);
            answers.checkImageTower();
            answers.checkImageLayers(clip);
            answers.checkTextTower(clip);
            float[][] images = answers.images(clip);
            float[][] texts = answers.texts(clip);
            assertThat(answers.reference.errorOfLargest(
                            "logits_per_image", clip.similarity(images, texts).logits()))
                    .isLessThan(LOGITS);
        }
    }

    private void checkModel(Clip clip) {
        JsonNode info = original.info();
        assertThat(clip.logitScale() / info.get("logit_scale_exp").doubleValue())
                .isBetween(1 - SCALE, 1 + SCALE);
        assertThat(clip.spec().vision().orElseThrow().imageSize())
                .isEqualTo(info.get("image_size").intValue());
        assertThat(clip.spec().text().orElseThrow().contextLength())
                .isEqualTo(info.get("context").intValue());
        assertThat(clip.source()).isEqualTo(source);
    }

    private List<PreprocessedImage> preprocessed(Clip clip) {
        int side = clip.spec().vision().orElseThrow().imageSize();
        byte[] pixels = reference.bytes("pixels_uint8");
        int size = 3 * side * side;
        List<PreprocessedImage> images = new ArrayList<>();
        for (int i = 0; i * size < pixels.length; i++) {
            images.add(new PreprocessedImage(side, side, Arrays.copyOfRange(pixels, i * size, (i + 1) * size)));
        }
        return images;
    }

    private float[][] images(Clip clip) {
        List<PreprocessedImage> images = preprocessed(clip);
        Preprocessor preprocessor = Preprocessor.of(clip.spec().preprocess().orElseThrow());
        int size = images.get(0).rgb().length;
        float[] normalized = new float[images.size() * size];
        for (int i = 0; i < images.size(); i++) {
            preprocessor.normalize(images.get(i).rgb(), normalized, i * size);
        }
        assertThat(normalized).isEqualTo(reference.floats("pixel_values"));
        float[][] features = clip.embedPreprocessed(images, Scaling.RAW);
        assertThat(reference.error("image_features", features)).isLessThan(FEATURES);
        return features;
    }

    private float[][] texts(Clip clip) {
        List<int[]> ids = Arrays.asList(reference.ids("input_ids"));
        float[][] features = clip.embedTokenIds(ids, Scaling.RAW);
        assertThat(reference.error("text_features", features)).isLessThan(FEATURES);
        JsonNode strings = original.info().path("texts");
        if (strings.isArray()) {
            List<String> texts = new ArrayList<>();
            strings.forEach(text -> texts.add(text.textValue()));
            assertThat(clip.embedTexts(texts, Scaling.RAW)).isDeepEqualTo(features);
        }
        return features;
    }

    private void checkImageTower() {
        try (Checkpoint checkpoint = Checkpoint.open(source, original.options());
                WorkerPool pool = new WorkerPool(1);
                CpuExecutor executor = new CpuExecutor(checkpoint, pool, Optional.empty())) {
            ImageTower tower = checkpoint.spec().vision().orElseThrow();
            int images = reference.rows("pixel_values");
            PreparedTower prepared = executor.prepare(TowerGraph.image(tower), images, 1);
            float[] pixels = reference.floats("pixel_values");
            prepared.input().begin();
            for (int i = 0; i < images; i++) {
                prepared.input().image(pixels, i * (pixels.length / images));
            }
            prepared.input().end();
            List<String> compared = new ArrayList<>();
            executor.run(prepared, op -> {
                for (String name : HiddenNames.of(op, tower)) {
                    float[] values = HiddenNames.asStored(
                            tower,
                            executor.read(op.output()),
                            prepared.rows(op.output()) / images,
                            op.output().columns());
                    assertThat(reference.error("hidden." + name, rows(values, images)))
                            .as(name)
                            .isLessThan(FEATURES);
                    compared.add(name);
                }
                return true;
            });
            assertThat(compared).containsExactlyInAnyOrderElementsOf(HiddenNames.expected(tower));
        }
    }

    /** Every layer at every position, as callers get them. */
    private void checkImageLayers(Clip clip) {
        ImageTower tower = clip.spec().vision().orElseThrow();
        List<HiddenStates> states =
                preprocessed(clip).stream().map(clip::imageHiddenStates).toList();
        List<String> names = HiddenNames.layers(tower);
        for (int layer = 0; layer < names.size(); layer++) {
            int index = layer;
            float[][] rows = states.stream()
                    .map(state ->
                            HiddenNames.asStored(tower, state.layer(index), state.rows(index), state.width(index)))
                    .toArray(float[][]::new);
            assertThat(reference.error("hidden." + names.get(layer), rows))
                    .as(names.get(layer))
                    .isLessThan(FEATURES);
        }
        assertThat(states).allMatch(state -> state.layers() == names.size());
    }

    private void checkTextTower(Clip clip) {
        List<HiddenStates> states = Arrays.stream(reference.ids("input_ids"))
                .map(clip::textHiddenStates)
                .toList();
        int layers = clip.spec()
                .text()
                .map(TextTransformer.class::cast)
                .orElseThrow()
                .blocks()
                .layers();
        for (int layer = 0; layer <= layers; layer++) {
            int index = layer;
            float[][] rows = states.stream().map(state -> state.layer(index)).toArray(float[][]::new);
            assertThat(reference.error("hidden.text_hidden_" + layer, rows))
                    .as("layer %d", layer)
                    .isLessThan(FEATURES);
        }
        float[][] last = states.stream().map(HiddenStates::lastNormed).toArray(float[][]::new);
        assertThat(reference.error("hidden.text_last_hidden_state", last)).isLessThan(FEATURES);
    }

    private static float[][] rows(float[] values, int count) {
        int columns = values.length / count;
        float[][] rows = new float[count][];
        for (int i = 0; i < count; i++) {
            rows[i] = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
        }
        return rows;
    }
}
