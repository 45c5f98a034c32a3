package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.json.JsonObject;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The hyperparameters in a {@code config.json} of transformers' CLIP classes.
 *
 * <p>What the library does, and so this does: an absent key has the default of its class. Where {@code text_config_dict}
 * or {@code vision_config_dict} is present, an object of the class is made of it, defaults included, and all its values
 * overwrite those of {@code text_config} or {@code vision_config}; so only the {@code _dict} counts. Of several
 * {@code projection_dim} the one at the top counts for {@code CLIPModel}. An {@code eos_token_id} of 2 marks
 * configurations from before 4.32 and means pooling at the highest id.
 */
final class HuggingFaceConfig {
    /** The class default of {@code logit_scale_init_value}. */
    private static final double DEFAULT_LOGIT_SCALE = 2.6592;

    private static final int DEFAULT_PROJECTION = 512;
    private static final int LEGACY_EOS = 2;

    /** Keys of the whole model that are read, or that change nothing at inference. */
    private static final Set<String> MODEL_KEYS = Set.of(
            "projection_dim",
            "logit_scale_init_value",
            "text_config",
            "vision_config",
            "text_config_dict",
            "vision_config_dict");

    /** Keys of a tower that are read, or that change nothing at inference. */
    private static final Set<String> TOWER_KEYS = Set.of(
            "hidden_size",
            "num_hidden_layers",
            "num_attention_heads",
            "intermediate_size",
            "hidden_act",
            "layer_norm_eps",
            "projection_dim",
            "attention_dropout",
            "dropout");

    private static final Set<String> TEXT_KEYS =
            Set.of("vocab_size", "max_position_embeddings", "eos_token_id", "bos_token_id", "pad_token_id");
    private static final Set<String> VISION_KEYS = Set.of("image_size", "patch_size", "num_channels");

    /**
     * What every configuration of the library may carry, for all model classes, and what CLIP's code does not look at:
     * bookkeeping, training, and text generation.
     */
    private static final Set<String> GENERAL_KEYS = Set.of(
            "_attn_implementation",
            "_attn_implementation_autoset",
            "_commit_hash",
            "_name_or_path",
            "add_cross_attention",
            "architectures",
            "attn_implementation",
            "bad_words_ids",
            "begin_suppress_tokens",
            "bos_token_id",
            "chunk_size_feed_forward",
            "cross_attention_hidden_size",
            "decoder_start_token_id",
            "diversity_penalty",
            "do_sample",
            "dtype",
            "early_stopping",
            "encoder_no_repeat_ngram_size",
            "eos_token_id",
            "exponential_decay_length_penalty",
            "finetuning_task",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "gradient_checkpointing",
            "id2label",
            "initializer_factor",
            "initializer_range",
            "is_decoder",
            "is_encoder_decoder",
            "label2id",
            "length_penalty",
            "max_length",
            "min_length",
            "model_type",
            "no_repeat_ngram_size",
            "num_beam_groups",
            "num_beams",
            "num_return_sequences",
            "output_attentions",
            "output_hidden_states",
            "output_scores",
            "pad_token_id",
            "prefix",
            "problem_type",
            "remove_invalid_values",
            "repetition_penalty",
            "return_dict",
            "return_dict_in_generate",
            "sep_token_id",
            "suppress_tokens",
            "task_specific_params",
            "temperature",
            "tf_legacy_loss",
            "tie_encoder_decoder",
            "tie_word_embeddings",
            "tokenizer_class",
            "top_k",
            "top_p",
            "torch_dtype",
            "torchscript",
            "transformers_version",
            "typical_p",
            "use_bfloat16",
            "use_cache");

    /** Keys that stand for something that would change the result. */
    private static final List<String> REFUSED_KEYS = List.of("quantization_config", "pruned_heads", "auto_map");

    private final JsonObject root;
    private final TransformersClass modelClass;
    private final Set<String> storedNames;
    private final List<String> notes = new ArrayList<>();

    /**
     * @param root content of {@code config.json}
     * @param storedNames names of the tensors in the weight files; they tell whether a single tower without
     *     {@code architectures} has a projection
     */
    HuggingFaceConfig(JsonObject root, TransformersClass modelClass, Set<String> storedNames) {
        this.root = root;
        this.modelClass = modelClass;
        this.storedNames = storedNames;
        refuse(root);
        if (modelClass == TransformersClass.CLIP_MODEL) {
            noteUnknown(root, MODEL_KEYS);
        }
    }

    /** What was noticed while reading. */
    List<String> notes() {
        return notes;
    }

    /** The image tower, if the class has one. */
    Optional<VisionTransformer> vision() {
        if (!modelClass.hasVision()) {
            return Optional.empty();
        }
        JsonObject tower = tower("vision_config", VISION_KEYS);
        int imageSize =
                tower.optionalInteger("image_size", 1, ModelLimits.IMAGE).orElse(224);
        int patchSize =
                tower.optionalInteger("patch_size", 1, ModelLimits.IMAGE).orElse(32);
        if (patchSize > imageSize) {
            throw tower.error("patch_size", "is " + patchSize + ", larger than the image_size " + imageSize);
        }
        int channels =
                tower.optionalInteger("num_channels", 1, Integer.MAX_VALUE).orElse(3);
        if (channels != 3) {
            throw new ModelFormatException(
                    Kind.UNSUPPORTED,
                    tower.file(),
                    tower.pathOf("num_channels"),
                    "is " + channels + ", only 3 are supported");
        }
        TransformerSpec blocks = blocks(tower, 768, 12, 12, 3072);
        return Optional.of(new VisionTransformer(
                imageSize, patchSize, blocks, projectionDim(tower, "vision_config", "visual_projection.weight")));
    }

    /** The text tower, if the class has one. */
    Optional<TextTransformer> text() {
        if (!modelClass.hasText()) {
            return Optional.empty();
        }
        JsonObject tower = tower("text_config", TEXT_KEYS);
        int vocabulary =
                tower.optionalInteger("vocab_size", 1, ModelLimits.VOCABULARY).orElse(OpenAiVocabulary.SIZE);
        int context = tower.optionalInteger("max_position_embeddings", 1, ModelLimits.CONTEXT)
                .orElse(OpenAiVocabulary.CONTEXT);
        int eos = tower.optionalInteger("eos_token_id", 0, vocabulary - 1).orElse(OpenAiVocabulary.END_TOKEN);
        if (eos >= vocabulary) {
            throw tower.error(
                    "eos_token_id",
                    "is missing and " + eos + " by default, which the vocabulary of " + vocabulary + " does not have");
        }
        TransformerSpec blocks = blocks(tower, 512, 12, 8, 2048);
        return Optional.of(new TextTransformer(
                vocabulary,
                context,
                blocks,
                eos == LEGACY_EOS ? TextPooling.HIGHEST_ID : TextPooling.END_TOKEN,
                eos,
                projectionDim(tower, "text_config", "text_projection.weight")));
    }

    /** Logarithm of the logit scale that the library would start from when the weights have none. */
    double initialLogitScale() {
        return root.optionalNumber("logit_scale_init_value").orElse(DEFAULT_LOGIT_SCALE);
    }

    /** The object that describes a tower: the whole file for a single tower, else the nested one that counts. */
    private JsonObject tower(String key, Set<String> keys) {
        JsonObject tower = root;
        boolean nested = modelClass == TransformersClass.CLIP_MODEL || root.has(key) || root.has(key + "_dict");
        if (nested) {
            JsonObject stale = root.optionalObject(key).orElseGet(() -> root.empty(key));
            tower = root.optionalObject(key + "_dict").orElse(stale);
            if (root.has(key + "_dict")) {
                noteStale(key, stale, tower);
            }
        }
        refuse(tower);
        noteUnknown(tower, TOWER_KEYS, keys, nested ? Set.of() : MODEL_KEYS);
        return tower;
    }

    private void noteStale(String key, JsonObject stale, JsonObject tower) {
        List<String> differing = stale.keys().stream()
                .filter(name -> tower.has(name) && !stale.raw(name).equals(tower.raw(name)))
                .toList();
        if (!differing.isEmpty()) {
            notes.add(key + "_dict overrides " + key + ", with other values for " + String.join(", ", differing));
        }
    }

    private TransformerSpec blocks(
            JsonObject tower, int defaultWidth, int defaultLayers, int defaultHeads, int defaultMlp) {
        int width = tower.optionalInteger("hidden_size", 1, ModelLimits.WIDTH).orElse(defaultWidth);
        int layers = tower.optionalInteger("num_hidden_layers", 1, ModelLimits.LAYERS)
                .orElse(defaultLayers);
        int heads = tower.optionalInteger("num_attention_heads", 1, ModelLimits.WIDTH)
                .orElse(defaultHeads);
        if (width % heads != 0) {
            throw tower.error(
                    "num_attention_heads", "is " + heads + ", which does not divide the hidden_size " + width);
        }
        int mlp = tower.optionalInteger("intermediate_size", 1, ModelLimits.MLP).orElse(defaultMlp);
        double eps = tower.optionalNumber("layer_norm_eps").orElse(1e-5);
        if (!(eps > 0 && eps <= 1)) {
            throw tower.error("layer_norm_eps", "is " + eps + ", expected a number above 0 and up to 1");
        }
        return new TransformerSpec(width, layers, heads, mlp, activation(tower), eps);
    }

    private static Activation activation(JsonObject tower) {
        String name = tower.optionalString("hidden_act").orElse("quick_gelu");
        return switch (name) {
            case "quick_gelu" -> Activation.QUICK_GELU;
            case "gelu", "gelu_python" -> Activation.GELU;
            // Different codes of one formula.
            case "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_new", "gelu_fast", "gelu_accurate" ->
                Activation.GELU_TANH;
            default ->
                throw new ModelFormatException(
                        Kind.UNSUPPORTED,
                        tower.file(),
                        tower.pathOf("hidden_act"),
                        "the activation \"" + name + "\" is not supported; supported are quick_gelu, gelu and "
                                + "gelu_pytorch_tanh");
        };
    }

    private int projectionDim(JsonObject tower, String key, String weight) {
        boolean projects = modelClass.hasProjection() || (!root.has("architectures") && storedNames.contains(weight));
        if (!projects) {
            return 0;
        }
        JsonObject counts = modelClass == TransformersClass.CLIP_MODEL ? root : tower;
        int dim = counts.optionalInteger("projection_dim", 1, ModelLimits.WIDTH).orElse(DEFAULT_PROJECTION);
        if (counts != tower
                && tower.optionalInteger("projection_dim", 0, ModelLimits.WIDTH).orElse(dim) != dim) {
            notes.add(key + ".projection_dim is " + tower.raw("projection_dim") + " and has no effect; projection_dim "
                    + dim + " counts");
        }
        return dim;
    }

    private static void refuse(JsonObject object) {
        for (String key : REFUSED_KEYS) {
            if (object.has(key) && !object.raw(key).isEmpty()) {
                throw new ModelFormatException(
                        Kind.UNSUPPORTED,
                        object.file(),
                        object.pathOf(key),
                        "changes what the model computes, and is not supported");
            }
        }
    }

    @SafeVarargs
    private void noteUnknown(JsonObject object, Set<String>... known) {
        for (String key : object.keys()) {
            if (object.has(key)
                    && !GENERAL_KEYS.contains(key)
                    && List.of(known).stream().noneMatch(set -> set.contains(key))) {
                notes.add(object.file().getFileName() + ": unknown key " + object.pathOf(key) + " was ignored");
            }
        }
    }
}
