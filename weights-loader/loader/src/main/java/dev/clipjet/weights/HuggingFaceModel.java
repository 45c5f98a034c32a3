package dev.clipjet.weights;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.json.JsonObject;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TokenizerSpec;
import dev.clipjet.model.VisionTransformer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A directory in Hugging Face's layout, as a {@link Checkpoint}. */
final class HuggingFaceModel {
    static final String CONFIG = "config.json";
    private static final String LOGIT_SCALE = "logit_scale";

    private HuggingFaceModel() {}

    /**
     * Reads the description and maps the tensors.
     *
     * @param source what the caller asked for: the directory, or one of its weight files
     * @param directory where the configuration files are
     * @param files the weights; stay the caller's if this fails
     */
    static Checkpoint read(
            Path source,
            Path directory,
            JsonObject config,
            HuggingFaceFamily family,
            WeightFiles files,
            CheckpointOptions options) {
        if (options.resizes()) {
            throw new InvalidInputException(source + ": position embeddings are resampled on load only for models of "
                    + "OpenAI and open_clip; transformers has no such option");
        }
        HuggingFaceConfig reader =
                new HuggingFaceConfig(config, family, files.tensors().keySet());
        Optional<VisionTransformer> vision = reader.vision().map(options::applyTo);
        Optional<TextTransformer> text = reader.text().map(options::applyTo);
        List<String> notes = new ArrayList<>(reader.notes());
        Optional<PreprocessSpec> preprocess =
                vision.map(spec -> HuggingFacePreprocess.read(directory, config, spec.imageSize(), notes));
        Optional<TokenizerSpec> tokenizer =
                text.flatMap(spec -> HuggingFaceTokenizer.read(directory, config, spec, notes));

        HuggingFaceNames names = new HuggingFaceNames(prefix(files, "vision_model."), prefix(files, "text_model."));
        TensorMapper tensors = new TensorMapper(files);
        vision.ifPresent(spec -> tensors.expect(spec).add(names.vision(spec)));
        text.ifPresent(spec -> tensors.expect(spec).add(names.text(spec)));
        Map<CanonicalName, CanonicalTensor> mapped = tensors.mapped();
        // The index buffers that old versions saved carry nothing.
        notes.addAll(tensors.notes(name -> name.equals(LOGIT_SCALE) || name.endsWith("embeddings.position_ids")));

        Optional<Float> stored = StoredScalar.find(files, LOGIT_SCALE);
        float logitScale = stored.orElse((float) reader.initialLogitScale());
        if (stored.isEmpty() && family == HuggingFaceFamily.CLIP_MODEL) {
            notes.add("the weights have no logit_scale; logit_scale_init_value " + logitScale + " counts");
        }
        ModelSpec spec = new ModelSpec(
                family.className(),
                vision.map(tower -> tower),
                text.map(tower -> tower),
                ModelSpec.Scoring.SOFTMAX,
                preprocess,
                tokenizer,
                List.copyOf(notes));
        return new Checkpoint(source, spec, files, mapped, logitScale, OptionalDouble.empty());
    }

    /** Whether tensors are named as this family names them. */
    static boolean hasNamesOf(WeightFiles files) {
        return files.tensors().keySet().stream()
                .anyMatch(name -> name.contains("encoder.layers.0.self_attn.q_proj.weight"));
    }

    /** Version 5 drops the level of the tower's name from files of a single tower. */
    private static String prefix(WeightFiles files, String level) {
        return files.tensors().keySet().stream().anyMatch(name -> name.startsWith(level)) ? level : "";
    }
}
