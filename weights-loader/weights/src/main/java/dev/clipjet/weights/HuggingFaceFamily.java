package dev.clipjet.weights;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
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

/**
 * CLIP as the transformers library writes it: {@code config.json}, {@code preprocessor_config.json}, its tokenizer files, and weights
 * under its names.
 */
final class HuggingFaceFamily implements ModelFamily {
    static final String CONFIG = "config.json";
    private static final String LOGIT_SCALE = "logit_scale";

    @Override
    public String name() {
        return "Hugging Face CLIP";
    }

    @Override
    public boolean isOfTransformers() {
        return true;
    }

    /**
     * In a directory, the configuration decides; some directories have open_clip's as well, and weights for both or for one of them.
     * Of a weight file, the names of its tensors say which of the configurations beside it is about it.
     */
    @Override
    public boolean matches(ModelFiles files) {
        if (!files.isDirectory()) {
            return hasNamesOf(files.weights());
        }
        if (!files.has(CONFIG)) {
            return false;
        }
        return !files.has(OpenClipConfig.FILE)
                || TransformersClass.isNamedIn(files.configuration(CONFIG)) && WeightFiles.isIn(files.directory());
    }

    @Override
    public Checkpoint read(ModelFiles files, CheckpointOptions options) {
        if (!files.has(CONFIG)) {
            throw new ModelFormatException(
                    Kind.MISSING,
                    files.directory().resolve(CONFIG),
                    "",
                    "no such file, which " + files.source()
                            + " needs: its tensors are named as transformers names them");
        }
        JsonObject config = files.configuration(CONFIG);
        TransformersClass modelClass = TransformersClass.of(config);
        return files.handOver(
                WeightFiles::open,
                weights -> read(files.source(), files.directory(), config, modelClass, weights, options));
    }

    /**
     * Reads the description and maps the tensors.
     *
     * @param source what the caller asked for: the directory, or one of its weight files
     * @param directory where the configuration files are
     * @param files the weights; stay the caller's if this fails
     */
    private Checkpoint read(
            Path source,
            Path directory,
            JsonObject config,
            TransformersClass modelClass,
            WeightFiles files,
            CheckpointOptions options) {
        if (options.resizes()) {
            throw new InvalidInputException(source + ": position embeddings are resampled on load only for models of "
                    + "OpenAI and open_clip; transformers has no such option");
        }
        HuggingFaceConfig reader =
                new HuggingFaceConfig(config, modelClass, files.tensors().keySet());
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
        if (stored.isEmpty() && modelClass == TransformersClass.CLIP_MODEL) {
            notes.add("the weights have no logit_scale; logit_scale_init_value " + logitScale + " counts");
        }
        ModelSpec spec = new ModelSpec(
                modelClass.className(),
                vision.map(tower -> tower),
                text.map(tower -> tower),
                ModelSpec.Scoring.SOFTMAX,
                preprocess,
                tokenizer,
                List.copyOf(notes));
        return new Checkpoint(this, source, spec, files, mapped, logitScale, OptionalDouble.empty());
    }

    /** Whether tensors are named as the library names them. */
    private static boolean hasNamesOf(WeightFiles files) {
        return files.tensors().keySet().stream()
                .anyMatch(name -> name.contains("encoder.layers.0.self_attn.q_proj.weight"));
    }

    /** Version 5 drops the level of the tower's name from files of a single tower. */
    private static String prefix(WeightFiles files, String level) {
        return files.tensors().keySet().stream().anyMatch(name -> name.startsWith(level)) ? level : "";
    }
}
