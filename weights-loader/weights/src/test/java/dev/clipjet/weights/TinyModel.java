package dev.clipjet.weights;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clipjet.files.Existing;
import dev.clipjet.files.ProtectedFiles;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A CLIPModel of a few kilobytes, to be spoilt in one place and written. */
final class TinyModel {
    static final JsonMapper JSON = new JsonMapper();
    static final int WIDTH = 8;
    static final int MLP = 12;

    final ObjectNode config;
    final ObjectNode preprocessor;

    /** Shapes by name. */
    final Map<String, List<Long>> tensors = new LinkedHashMap<>();

    /** Types that are not F32. */
    final Map<String, ElementType> dtypes = new LinkedHashMap<>();

    TinyModel() throws IOException {
        config = (ObjectNode) JSON.readTree("{'architectures':['CLIPModel'],'model_type':'clip','projection_dim':4,"
                .concat("'transformers_version':'4.46.3',"
                        + "'text_config':{'hidden_size':8,'intermediate_size':12,'num_hidden_layers':1,"
                        + "'num_attention_heads':2,'vocab_size':20,'max_position_embeddings':6,'eos_token_id':19},"
                        + "'vision_config':{'hidden_size':8,'intermediate_size':12,'num_hidden_layers':1,"
                        + "'num_attention_heads':2,'image_size':6,'patch_size':3}}")
                .replace('\'', '"'));
        preprocessor = (ObjectNode)
                JSON.readTree("{'size':{'shortest_edge':6},'crop_size':{'height':6,'width':6}}".replace('\'', '"'));
        put("logit_scale");
        put("text_projection.weight", 4, WIDTH);
        put("visual_projection.weight", 4, WIDTH);
        put("text_model.embeddings.token_embedding.weight", 20, WIDTH);
        put("text_model.embeddings.position_embedding.weight", 6, WIDTH);
        norm("text_model.final_layer_norm");
        block("text_model.");
        put("vision_model.embeddings.class_embedding", WIDTH);
        put("vision_model.embeddings.patch_embedding.weight", WIDTH, 3, 3, 3);
        put("vision_model.embeddings.position_embedding.weight", 5, WIDTH);
        norm("vision_model.pre_layrnorm");
        norm("vision_model.post_layernorm");
        block("vision_model.");
    }

    private void block(String tower) {
        String prefix = tower + "encoder.layers.0.";
        norm(prefix + "layer_norm1");
        norm(prefix + "layer_norm2");
        for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
            linear(prefix + "self_attn." + name, WIDTH, WIDTH);
        }
        linear(prefix + "mlp.fc1", MLP, WIDTH);
        linear(prefix + "mlp.fc2", WIDTH, MLP);
    }

    private void norm(String name) {
        put(name + ".weight", WIDTH);
        put(name + ".bias", WIDTH);
    }

    private void linear(String name, long out, long in) {
        put(name + ".weight", out, in);
        put(name + ".bias", out);
    }

    void put(String name, long... shape) {
        List<Long> sizes = new ArrayList<>();
        for (long size : shape) {
            sizes.add(size);
        }
        tensors.put(name, sizes);
    }

    ObjectNode vision() {
        return (ObjectNode) config.get("vision_config");
    }

    ObjectNode text() {
        return (ObjectNode) config.get("text_config");
    }

    /** Writes config.json, preprocessor_config.json and model.safetensors. */
    Path write(Path directory) throws IOException {
        writeConfigs(directory);
        writeTensors(directory.resolve("model.safetensors"), List.copyOf(tensors.keySet()));
        return directory;
    }

    void writeConfigs(Path directory) throws IOException {
        Files.createDirectories(directory);
        JSON.writeValue(directory.resolve("config.json").toFile(), config);
        JSON.writeValue(directory.resolve("preprocessor_config.json").toFile(), preprocessor);
    }

    /** Every element is 0.5 (F32, F64), or whatever its bytes mean. */
    void writeTensors(Path file, List<String> names) throws IOException {
        List<SafetensorsWriter.Declaration> declarations = names.stream()
                .map(name -> new SafetensorsWriter.Declaration(
                        name, dtypes.getOrDefault(name, ElementType.F32), tensors.get(name)))
                .toList();
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, Map.of(), declarations, Existing.REPLACE, ProtectedFiles.none())) {
            for (SafetensorsWriter.Declaration declaration : declarations) {
                ByteBuffer bytes =
                        ByteBuffer.allocate((int) declaration.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                while (bytes.remaining() >= 4 && declaration.dtype() == ElementType.F32) {
                    bytes.putFloat(0.5f);
                }
                writer.write(declaration.name(), 0, bytes.clear());
            }
            writer.finish();
        }
    }
}
