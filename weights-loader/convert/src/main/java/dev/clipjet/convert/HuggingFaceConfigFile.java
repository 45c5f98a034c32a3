package dev.clipjet.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.Transformers;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.ElementType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code config.json} of transformers' CLIP classes. */
final class HuggingFaceConfigFile {
    private static final double LOGIT_SCALE_INIT = 2.6592;
    private static final int OPENAI_VOCABULARY = 49408;

    private final ModelSource source;
    private final List<PlannedTensor> tensors;

    HuggingFaceConfigFile(ModelSource source, List<PlannedTensor> tensors) {
        this.source = source;
        this.tensors = tensors;
    }

    ObjectNode document() {
        ModelSpec spec = source.spec();
        ObjectNode config = JsonText.object();
        if (spec.vision().isPresent() && spec.text().isPresent()) {
            config.putArray("architectures").add("CLIPModel");
            config.put("model_type", "clip");
            config.put("projection_dim", spec.vision().get().projectionDim());
            config.put("logit_scale_init_value", LOGIT_SCALE_INIT);
            text(config.putObject("text_config"), Transformers.text(spec.text().get()));
            vision(
                    config.putObject("vision_config"),
                    Transformers.image(spec.vision().get(), "conversion"));
        } else if (spec.vision().isPresent()) {
            VisionTransformer vision = Transformers.image(spec.vision().get(), "conversion");
            config.putArray("architectures")
                    .add(vision.projectionDim() > 0 ? "CLIPVisionModelWithProjection" : "CLIPVisionModel");
            vision(config, vision);
        } else {
            TextTransformer text = Transformers.text(spec.text().orElseThrow());
            config.putArray("architectures")
                    .add(text.projectionDim() > 0 ? "CLIPTextModelWithProjection" : "CLIPTextModel");
            text(config, text);
        }
        config.put("torch_dtype", torchType());
        carryVersion(config);
        return config;
    }

    /** What transformers loads the weights as; F32 where they differ, which is exact. */
    private String torchType() {
        Set<ElementType> types = tensors.stream()
                .filter(tensor -> !tensor.declaration().shape().isEmpty())
                .map(tensor -> tensor.declaration().dtype())
                .collect(Collectors.toSet());
        ElementType type = types.size() == 1 ? types.iterator().next() : ElementType.F32;
        return switch (type) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> "float32";
        };
    }

    /** Version 5 prepares images and texts in other ways than version 4, and this is the only mark of it. */
    private void carryVersion(ObjectNode config) {
        JsonNode version = original().path("transformers_version");
        if (version.isTextual()) {
            config.set("transformers_version", version);
        }
    }

    private JsonNode original() {
        if (source.huggingFaceDirectory().isEmpty()) {
            return JsonText.object();
        }
        Path file = source.huggingFaceDirectory().get().resolve("config.json");
        try {
            return JsonText.read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    private void vision(ObjectNode node, VisionTransformer vision) {
        node.put("model_type", "clip_vision_model");
        blocks(node, vision.blocks());
        node.put("image_size", vision.imageSize()).put("patch_size", vision.patchSize());
        node.put("num_channels", 3);
        projection(node, vision.projectionDim());
    }

    private void text(ObjectNode node, TextTransformer text) {
        node.put("model_type", "clip_text_model");
        blocks(node, text.blocks());
        node.put("vocab_size", text.vocabSize()).put("max_position_embeddings", text.contextLength());
        projection(node, text.projectionDim());
        if (text.pooling() == TextPooling.HIGHEST_ID) {
            // The ids of OpenAI's own directories.
            node.put("eos_token_id", HuggingFaceTarget.POOL_AT_HIGHEST_ID);
            node.put("bos_token_id", 0).put("pad_token_id", 1);
            return;
        }
        node.put("eos_token_id", text.endTokenId());
        JsonNode original = original();
        JsonNode tower = original.has("text_config") ? original.path("text_config") : original;
        boolean known = text.vocabSize() == OPENAI_VOCABULARY;
        id(node, "bos_token_id", tower, known ? text.endTokenId() - 1 : -1);
        id(node, "pad_token_id", tower, known ? text.endTokenId() : -1);
    }

    private static void id(ObjectNode node, String key, JsonNode original, int otherwise) {
        if (original.path(key).isInt()) {
            node.set(key, original.path(key));
        } else if (otherwise >= 0) {
            node.put(key, otherwise);
        }
    }

    private static void projection(ObjectNode node, int dim) {
        if (dim > 0) {
            node.put("projection_dim", dim);
        }
    }

    private static void blocks(ObjectNode node, TransformerSpec blocks) {
        node.put("hidden_size", blocks.width())
                .put("num_hidden_layers", blocks.layers())
                .put("num_attention_heads", blocks.heads())
                .put("intermediate_size", blocks.mlpWidth())
                .put(
                        "hidden_act",
                        switch (blocks.activation()) {
                            case NONE -> "linear";
                            case RELU -> "relu";
                            case QUICK_GELU -> "quick_gelu";
                            case GELU -> "gelu";
                            case GELU_TANH -> "gelu_pytorch_tanh";
                        })
                .put("layer_norm_eps", blocks.layerNormEps());
    }
}
