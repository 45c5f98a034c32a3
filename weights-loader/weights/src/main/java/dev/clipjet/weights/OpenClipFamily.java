package dev.clipjet.weights;

import dev.clipjet.json.JsonObject;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.ModelSpec.Scoring;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TokenizerProfile;
import dev.clipjet.model.TokenizerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Models of open_clip that an {@code open_clip_config.json} describes; weights under the names of OpenAI's code. */
final class OpenClipFamily implements ModelFamily {
    private static final String LOGIT_SCALE = "logit_scale";
    private static final String LOGIT_BIAS = "logit_bias";

    @Override
    public String name() {
        return "open_clip";
    }

    @Override
    public boolean matches(ModelFiles files) {
        return files.has(OpenClipConfig.FILE);
    }

    /** Reads the description, then the weights: of a broken configuration the error is about the configuration. */
    @Override
    public Checkpoint read(ModelFiles source, CheckpointOptions options) {
        JsonObject root = source.configuration(OpenClipConfig.FILE);
        OpenClipConfig config = new OpenClipConfig(root);
        ImageTower vision = config.vision(options);
        TextTransformer text = config.text(options);
        List<String> notes = new ArrayList<>(config.notes());
        PreprocessSpec preprocess = OpenClipPreprocess.read(root, vision.imageSize(), notes);
        Optional<TokenizerSpec> tokenizer = tokenizer(config.textObject(), text, notes);
        return source.handOver(OpenClipWeights::open, files -> {
            OpenAiNames names = OpenAiNames.of(files);
            TensorMapper tensors = new TensorMapper(files);
            tensors.expect(vision).add(names.vision(vision));
            tensors.expect(text).add(names.text(text));
            Map<CanonicalName, CanonicalTensor> mapped = tensors.mapped();
            notes.addAll(tensors.notes(
                    name -> name.equals(LOGIT_SCALE) || name.equals(LOGIT_BIAS) || OpenAiNames.isNoWeight(name)));
            OptionalDouble bias = logitBias(config, files, notes);
            Optional<Float> scale = StoredScalar.find(files, LOGIT_SCALE);
            if (scale.isEmpty()) {
                notes.add("the weights have no logit_scale; the value that training starts from counts");
            }
            ModelSpec spec = new ModelSpec(
                    "open_clip " + config.className(),
                    Optional.of(vision),
                    Optional.of(text),
                    // A bias shifts all logits of an image alike: only the sigmoid loss has a use for it.
                    bias.isPresent() ? Scoring.SIGMOID : Scoring.SOFTMAX,
                    Optional.of(preprocess),
                    tokenizer,
                    List.copyOf(notes));
            return new Checkpoint(
                    this, source.source(), spec, files, mapped, scale.orElse((float) config.initialLogitScale()), bias);
        });
    }

    private static OptionalDouble logitBias(OpenClipConfig config, WeightFiles files, List<String> notes) {
        Optional<Float> stored = StoredScalar.find(files, LOGIT_BIAS);
        if (stored.isPresent()) {
            if (config.initialLogitBias().isEmpty()) {
                notes.add("the weights have a logit_bias that the configuration does not mention; it counts");
            }
            return OptionalDouble.of(stored.get());
        }
        if (config.initialLogitBias().isPresent()) {
            notes.add("the weights have no logit_bias; it is 0, as in open_clip");
            return OptionalDouble.of(0);
        }
        return OptionalDouble.empty();
    }

    private static Optional<TokenizerSpec> tokenizer(JsonObject config, TextTransformer text, List<String> notes) {
        for (String key : List.of("hf_tokenizer_name", "tokenizer_kwargs")) {
            boolean set = config.has(key)
                    && !(config.raw(key).isObject() && config.raw(key).isEmpty());
            if (set) {
                notes.add(config.pathOf(key) + " is " + config.raw(key)
                        + ": that tokenizer is not supported, so texts can only be given as token ids");
                return Optional.empty();
            }
        }
        if (text.vocabSize() != OpenAiVocabulary.SIZE) {
            notes.add("the vocabulary of " + text.vocabSize() + " is not OpenAI's, and the files bring none: texts can "
                    + "only be given as token ids");
            return Optional.empty();
        }
        return Optional.of(new TokenizerSpec(
                TokenizerProfile.OPEN_CLIP,
                "open_clip's default for the vocabulary of OpenAI",
                Optional.empty(),
                text.contextLength()));
    }
}
