package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.json.JsonObject;
import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The hyperparameters in {@code open_clip_config.json}, as open_clip 3.3 reads them: an absent key has the default of
 * {@code CLIPVisionCfg} or {@code CLIPTextCfg}, widths of MLPs are cut to integers, and both towers have QuickGELU or
 * neither has. What is known and not supported is refused by its key, and so is every key of a tower that is not known,
 * since it may change the result.
 */
final class OpenClipConfig {
    static final String FILE = "open_clip_config.json";

    private static final double DEFAULT_EPS = 1e-5;
    private static final int DEFAULT_END_TOKEN = 2;
    private static final int MAX_SHOWN = 60;

    private static final Set<String> MODEL_KEYS = Set.of(
            "embed_dim",
            "quick_gelu",
            "custom_text",
            "init_logit_scale",
            "init_logit_bias",
            "nonscalar_logit_scale",
            "vision_cfg",
            "text_cfg");

    /** Keys of the image tower that are read, or that change nothing at inference. */
    private static final Set<String> VISION_KEYS = Set.of(
            "layers",
            "width",
            "head_width",
            "mlp_ratio",
            "patch_size",
            "image_size",
            "ls_init_value",
            "patch_dropout",
            "no_ln_pre",
            "pos_embed_type",
            "final_ln_after_pool",
            "pool_type",
            "output_tokens",
            "attn_pooler_queries",
            "attn_pooler_heads",
            "act_kwargs",
            "norm_kwargs",
            "timm_model_pretrained",
            "timm_pool",
            "timm_proj",
            "timm_proj_bias",
            "timm_drop",
            "timm_drop_path");

    /** Keys of the text tower that are read, or that change nothing at inference. */
    private static final Set<String> TEXT_KEYS = Set.of(
            "context_length",
            "vocab_size",
            "width",
            "heads",
            "layers",
            "mlp_ratio",
            "ls_init_value",
            "tokenizer_kwargs",
            "hf_tokenizer_name",
            "hf_model_pretrained",
            "hf_pooler_type",
            "hf_proj_type",
            "pad_id",
            "eos_id",
            "no_causal_mask",
            "final_ln_after_pool",
            "pool_type",
            "proj_type",
            "proj_bias",
            "output_tokens",
            "act_kwargs",
            "norm_kwargs");

    /** Known options that are not supported, with what they are; off when false, null or absent. */
    private static final Map<String, String> MISSING_FEATURES = Map.ofEntries(
            Map.entry("multimodal_cfg", "models with a text decoder (CoCa)"),
            Map.entry("timm_model_name", "image towers of the timm library (SigLIP, EVA02 and others)"),
            Map.entry("hf_model_name", "text towers of the transformers library"),
            Map.entry("attentional_pool", "towers with attentional pooling"),
            Map.entry("embed_cls", "class tokens in the text tower (CoCa)"),
            Map.entry("qk_norm", "norms of queries and keys"),
            Map.entry("scaled_cosine_attn", "cosine attention"),
            Map.entry("scale_heads", "scales of attention heads"),
            Map.entry("scale_attn_inner", "norms inside the attention"),
            Map.entry("scale_attn", "norms after the attention"),
            Map.entry("scale_fc", "norms inside the MLP"));

    private final JsonObject model;
    private final JsonObject vision;
    private final JsonObject text;
    private final int embeddingDim;
    private final boolean quickGelu;
    private final List<String> notes = new ArrayList<>();

    /** @param root content of {@code open_clip_config.json} */
    OpenClipConfig(JsonObject root) {
        model = root.object("model_cfg");
        embeddingDim = model.integer("embed_dim", 1, ModelLimits.WIDTH);
        quickGelu = model.bool("quick_gelu", false);
        vision = model.object("vision_cfg");
        text = model.object("text_cfg");
        refuseMissingFeatures(model);
        refuseMissingFeatures(vision);
        refuseMissingFeatures(text);
    }

    /** What was noticed while reading. */
    List<String> notes() {
        return notes;
    }

    /** open_clip's class for the model. */
    String className() {
        return model.bool("custom_text", false) ? "CustomTextCLIP" : "CLIP";
    }

    /** What the logit bias starts from in training, if the model has one. */
    OptionalDouble initialLogitBias() {
        return model.optionalNumber("init_logit_bias");
    }

    /** Logarithm of the logit scale that training starts from. */
    double initialLogitScale() {
        return model.optionalNumber("init_logit_scale").orElse(Math.log(1 / 0.07));
    }

    /** The object that describes the text tower, for what its tokenizer is. */
    JsonObject textObject() {
        return text;
    }

    /**
     * The image tower.
     *
     * @param options whose image size replaces the configured one
     */
    ImageTower vision(CheckpointOptions options) {
        if (vision.raw("layers").isArray()) {
            refuseUnknown(vision, VISION_KEYS);
            return options.applyTo(new OpenClipResNetConfig(vision, embeddingDim, notes).tower());
        }
        return transformer(options);
    }

    private VisionTransformer transformer(CheckpointOptions options) {
        int configured =
                vision.optionalInteger("image_size", 1, ModelLimits.IMAGE).orElse(224);
        int imageSize = options.imageSize().orElse(configured);
        int width = vision.optionalInteger("width", 1, ModelLimits.WIDTH).orElse(768);
        int patchSize =
                vision.optionalInteger("patch_size", 1, ModelLimits.IMAGE).orElse(16);
        int headWidth =
                vision.optionalInteger("head_width", 1, ModelLimits.WIDTH).orElse(64);
        int heads = width / headWidth;
        if (heads == 0 || width % heads != 0) {
            throw vision.error(
                    "head_width", "is " + headWidth + ", which does not give heads that divide the width " + width);
        }
        TransformerSpec blocks = blocks(vision, width, heads);
        if (patchSize > imageSize) {
            throw vision.error("patch_size", "is " + patchSize + ", larger than the image size " + imageSize);
        }
        String table = vision.optionalString("pos_embed_type").orElse("learnable");
        if (!table.equals("learnable") && !table.equals("sin_cos_2d")) {
            throw unsupported(vision, "pos_embed_type", "position embeddings \"" + table + "\" are not supported");
        }
        refuseUnknown(vision, VISION_KEYS);
        return options.applyTo(new VisionTransformer(
                imageSize, patchSize, blocks, true, !vision.bool("no_ln_pre", false), imagePooling(), embeddingDim));
    }

    private ImagePooling imagePooling() {
        boolean normAfter = vision.bool("final_ln_after_pool", false);
        String pooling = vision.optionalString("pool_type").orElse("tok");
        return switch (pooling) {
            // The norm works on each row by itself, so its place makes no difference to a single token.
            case "tok" -> ImagePooling.CLASS_TOKEN;
            case "avg" -> normAfter ? ImagePooling.NORM_OF_MEAN : ImagePooling.MEAN_OF_NORMED;
            default ->
                throw unsupported(
                        vision, "pool_type", "pooling \"" + pooling + "\" is not supported; supported are tok and avg");
        };
    }

    /**
     * The text tower.
     *
     * @param options whose context length replaces the configured one
     */
    TextTransformer text(CheckpointOptions options) {
        int configured =
                text.optionalInteger("context_length", 1, ModelLimits.CONTEXT).orElse(OpenAiVocabulary.CONTEXT);
        int context = options.contextLength().orElse(configured);
        int vocabulary =
                text.optionalInteger("vocab_size", 1, ModelLimits.VOCABULARY).orElse(OpenAiVocabulary.SIZE);
        int width = text.optionalInteger("width", 1, ModelLimits.WIDTH).orElse(512);
        int heads = text.optionalInteger("heads", 1, ModelLimits.WIDTH).orElse(8);
        if (width % heads != 0) {
            throw text.error("heads", "is " + heads + ", which does not divide the width " + width);
        }
        TransformerSpec blocks = blocks(text, width, heads);
        TextPooling pooling = textPooling();
        int end = text.optionalInteger("eos_id", 0, vocabulary - 1)
                .orElse(pooling == TextPooling.END_TOKEN ? DEFAULT_END_TOKEN : vocabulary - 1);
        if (end >= vocabulary) {
            throw text.error(
                    "eos_id",
                    "is missing and " + end + " by default, which the vocabulary of " + vocabulary + " does not have");
        }
        boolean projects = projects();
        boolean bias = projects && text.bool("proj_bias", false);
        if (text.bool("final_ln_after_pool", false)) {
            notes.add("text_cfg.final_ln_after_pool has no effect in open_clip, and so none here");
        }
        refuseUnknown(text, TEXT_KEYS);
        refuseUnknown(model, MODEL_KEYS);
        return options.applyTo(new TextTransformer(
                vocabulary,
                context,
                blocks,
                !text.bool("no_causal_mask", false),
                pooling,
                end,
                projects ? embeddingDim : 0,
                bias));
    }

    private TextPooling textPooling() {
        String pooling = text.optionalString("pool_type").orElse("argmax");
        return switch (pooling) {
            case "argmax" -> TextPooling.HIGHEST_ID;
            case "first" -> TextPooling.FIRST;
            case "last" -> TextPooling.LAST;
            case "eos" -> TextPooling.END_TOKEN;
            default ->
                throw unsupported(
                        text,
                        "pool_type",
                        "pooling \"" + pooling + "\" is not supported; supported are argmax, first, last and eos");
        };
    }

    private boolean projects() {
        String type = text.optionalString("proj_type").orElse("linear");
        return switch (type) {
            case "linear" -> true;
            case "none" -> {
                int width = text.optionalInteger("width", 1, ModelLimits.WIDTH).orElse(512);
                if (width != embeddingDim) {
                    throw text.error(
                            "proj_type",
                            "is \"none\", but the width " + width + " is not the embed_dim " + embeddingDim);
                }
                yield false;
            }
            default ->
                throw unsupported(
                        text,
                        "proj_type",
                        "the projection \"" + type + "\" is not supported; supported are linear and none");
        };
    }

    private TransformerSpec blocks(JsonObject tower, int width, int heads) {
        int layers = tower.optionalInteger("layers", 1, ModelLimits.LAYERS).orElse(12);
        double ratio = tower.optionalNumber("mlp_ratio").orElse(4);
        double mlp = Math.floor(width * ratio);
        if (!(mlp >= 1 && mlp <= ModelLimits.MLP)) {
            throw tower.error(
                    "mlp_ratio",
                    "is " + ratio + ", which gives an MLP of width " + mlp + ", expected 1 to " + ModelLimits.MLP);
        }
        return new TransformerSpec(
                width, layers, heads, (int) mlp, activation(tower), eps(tower), tower.has("ls_init_value"));
    }

    private double eps(JsonObject tower) {
        JsonObject norm = tower.optionalObject("norm_kwargs").orElseGet(() -> tower.empty("norm_kwargs"));
        refuseUnknown(norm, Set.of("eps"));
        double eps = norm.optionalNumber("eps").orElse(DEFAULT_EPS);
        if (!(eps > 0 && eps <= 1)) {
            throw norm.error("eps", "is " + eps + ", expected a number above 0 and up to 1");
        }
        return eps;
    }

    private Activation activation(JsonObject tower) {
        JsonObject arguments = tower.optionalObject("act_kwargs").orElseGet(() -> tower.empty("act_kwargs"));
        refuseUnknown(arguments, Set.of("approximate"));
        String approximate = arguments.optionalString("approximate").orElse("none");
        if (quickGelu && arguments.has("approximate")) {
            throw arguments.error("approximate", "is \"" + approximate + "\", but quick_gelu is true");
        }
        return switch (approximate) {
            case "none" -> quickGelu ? Activation.QUICK_GELU : Activation.GELU;
            case "tanh" -> Activation.GELU_TANH;
            default -> throw arguments.error("approximate", "is \"" + approximate + "\", expected none or tanh");
        };
    }

    private void refuseMissingFeatures(JsonObject object) {
        for (String key : object.keys()) {
            String feature = MISSING_FEATURES.get(key);
            if (feature != null && object.has(key) && !isOff(object, key)) {
                throw unsupported(object, key, "is " + shown(object, key) + ": " + feature + " are not supported");
            }
        }
        object.optionalString("block_type")
                .filter(type -> !type.equals("default"))
                .ifPresent(type -> {
                    throw unsupported(object, "block_type", "blocks of the type \"" + type + "\" are not supported");
                });
    }

    private static void refuseUnknown(JsonObject object, Set<String> known) {
        for (String key : object.keys()) {
            boolean handled = known.contains(key) || MISSING_FEATURES.containsKey(key) || key.equals("block_type");
            if (object.has(key) && !handled && !isOff(object, key)) {
                throw unsupported(
                        object, key, "is " + shown(object, key) + ": the option is not known, and so not supported");
            }
        }
    }

    private static boolean isOff(JsonObject object, String key) {
        return object.raw(key).isBoolean() && !object.raw(key).booleanValue();
    }

    private static String shown(JsonObject object, String key) {
        String value = object.raw(key).toString();
        return value.length() <= MAX_SHOWN ? value : value.substring(0, MAX_SHOWN) + "...";
    }

    private static ModelFormatException unsupported(JsonObject object, String key, String problem) {
        return new ModelFormatException(Kind.UNSUPPORTED, object.file(), object.pathOf(key), problem);
    }
}
