package dev.clipjet.conformance;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A CLIP model with the widths of ViT-B/32 and two blocks in each tower, so that every launch of a B/32 occurs in it. */
final class BlocksModel {
    private static final int LAYERS = 2;
    private static final int VOCABULARY = 64;
    private static final int CONTEXT = 77;
    private static final int EMBEDDING = 512;
    private static final int IMAGE = 224;
    private static final int PATCH = 32;

    private final List<SafetensorsWriter.Declaration> tensors = new ArrayList<>();

    private BlocksModel() {
        put("logit_scale");
        put("text_projection.weight", EMBEDDING, 512);
        put("visual_projection.weight", EMBEDDING, 768);
        put("text_model.embeddings.token_embedding.weight", VOCABULARY, 512);
        put("text_model.embeddings.position_embedding.weight", CONTEXT, 512);
        norm("text_model.final_layer_norm", 512);
        blocks("text_model.", 512);
        put("vision_model.embeddings.class_embedding", 768);
        put("vision_model.embeddings.patch_embedding.weight", 768, 3, PATCH, PATCH);
        put("vision_model.embeddings.position_embedding.weight", 50, 768);
        norm("vision_model.pre_layrnorm", 768);
        norm("vision_model.post_layernorm", 768);
        blocks("vision_model.", 768);
    }

    private void blocks(String tower, int width) {
        for (int i = 0; i < LAYERS; i++) {
            String prefix = tower + "encoder.layers." + i + ".";
            norm(prefix + "layer_norm1", width);
            norm(prefix + "layer_norm2", width);
            for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                linear(prefix + "self_attn." + name, width, width);
            }
            linear(prefix + "mlp.fc1", 4L * width, width);
            linear(prefix + "mlp.fc2", width, 4L * width);
        }
    }

    private void norm(String name, long width) {
        put(name + ".weight", width);
        put(name + ".bias", width);
    }

    private void linear(String name, long out, long in) {
        put(name + ".weight", out, in);
        put(name + ".bias", out);
    }

    private void put(String name, long... shape) {
        List<Long> sizes = new ArrayList<>();
        for (long size : shape) {
            sizes.add(size);
        }
        tensors.add(new SafetensorsWriter.Declaration(name, ElementType.F16, sizes));
    }

    /** Writes the model in F16; its values are small and alternate. */
    static void write(Path directory) throws IOException {
        JsonMapper json = new JsonMapper();
        ObjectNode config = json.createObjectNode();
        config.putArray("architectures").add("CLIPModel");
        config.put("model_type", "clip").put("projection_dim", EMBEDDING).put("transformers_version", "4.46.3");
        tower(config.putObject("text_config"), 512, 8)
                .put("vocab_size", VOCABULARY)
                .put("max_position_embeddings", CONTEXT)
                .put("eos_token_id", VOCABULARY - 1);
        tower(config.putObject("vision_config"), 768, 12)
                .put("image_size", IMAGE)
                .put("patch_size", PATCH);
        Files.createDirectories(directory);
        json.writeValue(directory.resolve("config.json").toFile(), config);
        json.writeValue(
                directory.resolve("preprocessor_config.json").toFile(),
                json.readTree("{\"size\":{\"shortest_edge\":224},\"crop_size\":{\"height\":224,\"width\":224}}"));
        List<SafetensorsWriter.Declaration> tensors = new BlocksModel().tensors;
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(directory.resolve("model.safetensors"), Map.of(), tensors)) {
            for (SafetensorsWriter.Declaration tensor : tensors) {
                ByteBuffer bytes = ByteBuffer.allocate((int) tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; bytes.hasRemaining(); i++) {
                    bytes.putShort(FloatConversion.toHalf((i % 7 - 3) * 0.01f));
                }
                writer.write(tensor.name(), 0, bytes.flip());
            }
            writer.finish();
        }
    }

    private static ObjectNode tower(ObjectNode config, int width, int heads) {
        return config.put("hidden_size", width)
                .put("intermediate_size", 4 * width)
                .put("num_hidden_layers", LAYERS)
                .put("num_attention_heads", heads);
    }
}
