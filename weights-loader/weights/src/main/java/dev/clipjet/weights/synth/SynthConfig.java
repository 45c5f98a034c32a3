package dev.clipjet.weights.synth;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import java.util.LinkedHashMap;
import java.util.Map;

/** The small files beside synthetic weights. */
final class SynthConfig {
    private static final JsonMapper JSON = new JsonMapper();

    private SynthConfig() {}

    /** The files by name, as the library writes them that has the architecture. */
    static Map<String, ObjectNode> files(SynthArchitecture architecture, ElementType dtype) {
        return architecture.vision().accept(new ImageTower.Visitor<>() {
            @Override
            public Map<String, ObjectNode> visit(VisionTransformer tower) {
                Map<String, ObjectNode> files = new LinkedHashMap<>();
                files.put("preprocessor_config.json", preprocessor(tower.imageSize()));
                files.put("config.json", huggingFace(architecture, tower, dtype));
                return files;
            }

            @Override
            public Map<String, ObjectNode> visit(ModifiedResNet tower) {
                return Map.of("open_clip_config.json", openClip(architecture, tower));
            }
        });
    }

    private static ObjectNode huggingFace(SynthArchitecture architecture, VisionTransformer image, ElementType dtype) {
        ObjectNode config = JSON.createObjectNode();
        config.putArray("architectures").add("CLIPModel");
        config.put("model_type", "clip");
        config.put("projection_dim", architecture.embeddingDim());
        config.put(
                "torch_dtype",
                switch (dtype) {
                    case F16 -> "float16";
                    case BF16 -> "bfloat16";
                    default -> "float32";
                });
        ObjectNode text = tower(
                config.putObject("text_config"),
                "clip_text_model",
                architecture.text().blocks(),
                architecture);
        text.put("vocab_size", SynthArchitecture.VOCABULARY);
        text.put("max_position_embeddings", SynthArchitecture.CONTEXT);
        text.put("eos_token_id", SynthArchitecture.VOCABULARY - 1);
        ObjectNode vision = tower(config.putObject("vision_config"), "clip_vision_model", image.blocks(), architecture);
        vision.put("image_size", image.imageSize());
        vision.put("patch_size", image.patchSize());
        return config;
    }

    private static ObjectNode tower(
            ObjectNode node, String type, TransformerSpec blocks, SynthArchitecture architecture) {
        return node.put("model_type", type)
                .put("hidden_size", blocks.width())
                .put("num_hidden_layers", blocks.layers())
                .put("num_attention_heads", blocks.heads())
                .put("intermediate_size", blocks.mlpWidth())
                .put("hidden_act", blocks.activation() == Activation.QUICK_GELU ? "quick_gelu" : "gelu")
                .put("layer_norm_eps", blocks.layerNormEps())
                .put("projection_dim", architecture.embeddingDim());
    }

    private static ObjectNode preprocessor(int side) {
        ObjectNode node = JSON.createObjectNode().put("image_processor_type", "CLIPImageProcessor");
        node.putObject("size").put("shortest_edge", side);
        node.putObject("crop_size").put("height", side).put("width", side);
        put(node.putArray("image_mean"), PreprocessSpec.OPENAI_MEAN);
        put(node.putArray("image_std"), PreprocessSpec.OPENAI_STD);
        return node;
    }

    private static void put(ArrayNode array, PreprocessSpec.Rgb values) {
        array.add(values.r()).add(values.g()).add(values.b());
    }

    private static ObjectNode openClip(SynthArchitecture architecture, ModifiedResNet image) {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode model = root.putObject("model_cfg");
        model.put("embed_dim", architecture.embeddingDim());
        model.put("quick_gelu", architecture.activation() == Activation.QUICK_GELU);
        ObjectNode vision = model.putObject("vision_cfg").put("image_size", image.imageSize());
        ArrayNode layers = vision.putArray("layers");
        image.blocks().forEach(layers::add);
        vision.put("width", image.width()).putNull("patch_size");
        TextTransformer text = architecture.text();
        model.putObject("text_cfg")
                .put("context_length", text.contextLength())
                .put("vocab_size", text.vocabSize())
                .put("width", text.blocks().width())
                .put("heads", text.blocks().heads())
                .put("layers", text.blocks().layers());
        ObjectNode preprocess = root.putObject("preprocess_cfg");
        put(preprocess.putArray("mean"), PreprocessSpec.OPENAI_MEAN);
        put(preprocess.putArray("std"), PreprocessSpec.OPENAI_STD);
        preprocess.put("interpolation", "bicubic").put("resize_mode", "shortest");
        return root;
    }
}
