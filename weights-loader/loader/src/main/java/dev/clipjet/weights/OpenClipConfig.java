package dev.clipjet.weights;

import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.weights.json.JsonObject;
import java.util.Set;

/**
 * {@code open_clip_config.json}. The family is not supported yet, but its configurations are checked all the same: who
 * has a broken file learns that first, and not that conversion would help.
 */
final class OpenClipConfig {
    static final String FILE = "open_clip_config.json";

    private static final int MAX_WIDTH = 1 << 16;
    private static final int MAX_LAYERS = 1024;
    private static final int MAX_IMAGE = 1 << 14;
    private static final int MAX_VOCABULARY = 1 << 24;
    private static final int MAX_CONTEXT = 1 << 16;

    private static final Set<String> MODEL_KEYS = Set.of(
            "embed_dim", "quick_gelu", "custom_text", "init_logit_scale", "init_logit_bias", "vision_cfg", "text_cfg");

    /** Keys of a plain ViT. */
    private static final Set<String> VISION_KEYS = Set.of(
            "layers", "width", "head_width", "mlp_ratio", "patch_size", "image_size", "patch_dropout", "norm_kwargs");

    /** Keys of a plain text transformer. */
    private static final Set<String> TEXT_KEYS = Set.of(
            "context_length",
            "vocab_size",
            "width",
            "heads",
            "layers",
            "mlp_ratio",
            "tokenizer_kwargs",
            "hf_tokenizer_name",
            "norm_kwargs");

    private OpenClipConfig() {}

    /** Checks a configuration and returns the error that refuses it if nothing else is wrong. */
    static ModelFormatException refusal(JsonObject config) {
        JsonObject model = config.object("model_cfg");
        model.integer("embed_dim", 1, MAX_WIDTH);
        JsonObject vision = model.object("vision_cfg");
        JsonObject text = model.object("text_cfg");
        if (!vision.has("timm_model_name")) {
            checkVision(vision);
        }
        if (!text.has("hf_model_name")) {
            checkText(text);
        }
        refuseFeatures(model, MODEL_KEYS);
        refuseFeatures(vision, VISION_KEYS);
        refuseFeatures(text, TEXT_KEYS);
        return new ModelFormatException(
                Kind.UNSUPPORTED,
                config.file(),
                "",
                "open_clip directories are not supported; convert the model to transformers' CLIPModel (config.json and "
                        + "model.safetensors)");
    }

    private static void checkVision(JsonObject vision) {
        vision.optionalInteger("image_size", 1, MAX_IMAGE);
        int width = vision.optionalInteger("width", 1, MAX_WIDTH).orElse(768);
        if (vision.raw("layers").isArray()) {
            throw new ModelFormatException(
                    Kind.UNSUPPORTED, vision.file(), vision.pathOf("layers"), "ResNet towers are not supported");
        }
        vision.optionalInteger("layers", 1, MAX_LAYERS);
        vision.optionalInteger("patch_size", 1, MAX_IMAGE);
        int headWidth = vision.optionalInteger("head_width", 1, MAX_WIDTH).orElse(64);
        if (width % headWidth != 0) {
            throw vision.error("head_width", "is " + headWidth + ", which does not divide the width " + width);
        }
    }

    private static void checkText(JsonObject text) {
        text.optionalInteger("context_length", 1, MAX_CONTEXT);
        text.optionalInteger("vocab_size", 1, MAX_VOCABULARY);
        text.optionalInteger("layers", 1, MAX_LAYERS);
        int width = text.optionalInteger("width", 1, MAX_WIDTH).orElse(512);
        int heads = text.optionalInteger("heads", 1, MAX_WIDTH).orElse(8);
        if (width % heads != 0) {
            throw text.error("heads", "is " + heads + ", which does not divide the width " + width);
        }
    }

    private static void refuseFeatures(JsonObject object, Set<String> plain) {
        for (String key : object.keys()) {
            if (object.has(key) && !plain.contains(key)) {
                throw new ModelFormatException(
                        Kind.UNSUPPORTED,
                        object.file(),
                        object.pathOf(key),
                        "is " + object.raw(key)
                                + "; open_clip directories are not supported, and this feature not even "
                                + "after conversion to transformers' CLIPModel");
            }
        }
    }
}
