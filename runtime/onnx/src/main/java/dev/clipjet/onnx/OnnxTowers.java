package dev.clipjet.onnx;

import static dev.clipjet.onnx.OnnxGraph.integer;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.clipjet.convert.TensorContent;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.TextTower;
import dev.clipjet.numeric.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Both towers as ONNX graphs, with free batch sizes. Inputs and outputs have the names of Hugging Face's exports;
 * embeddings are not normalized.
 */
final class OnnxTowers {
    static final String PIXELS = "pixel_values";
    static final String IDS = "input_ids";
    static final String IMAGES = "image_embeds";
    static final String TEXTS = "text_embeds";

    private static final int BATCH = -1;

    private OnnxTowers() {}

    /** F32 {@code pixel_values} [batch, 3, S, S], normalized, to F32 {@code image_embeds} [batch, E]. */
    static OnnxGraph image(ImageTower tower, Map<CanonicalName, TensorContent> tensors, Optional<ElementType> type) {
        OnnxGraph onnx = new OnnxGraph("image", tensors, type);
        onnx.input(PIXELS, TensorProto.DataType.FLOAT, BATCH, 3, tower.imageSize(), tower.imageSize());
        Graph graph = TowerGraph.image(tower).build(1);
        String embedded = new OnnxOperations(onnx, PIXELS, OnnxPooling.FIRST, 0).of(graph);
        onnx.output(IMAGES, embedded, BATCH, tower.outputDim());
        return onnx;
    }

    /** I64 {@code input_ids} [batch, context], padded as the model's tokenizer does, to F32 {@code text_embeds} [batch, E]. */
    static OnnxGraph text(TextTower tower, Map<CanonicalName, TensorContent> tensors, Optional<ElementType> type) {
        OnnxGraph onnx = new OnnxGraph("text", tensors, type);
        onnx.input(IDS, TensorProto.DataType.INT64, BATCH, tower.contextLength());
        Graph graph = TowerGraph.text(tower).build(1, tower.contextLength());
        String embedded = new OnnxOperations(onnx, IDS, pooling(onnx, tower), tower.contextLength()).of(graph);
        onnx.output(TEXTS, embedded, BATCH, tower.outputDim());
        return onnx;
    }

    /** The position that the model reads out. A row without end token is read at its first position. */
    private static OnnxPooling pooling(OnnxGraph onnx, TextTower tower) {
        return switch (tower.pooling()) {
            case FIRST -> OnnxPooling.FIRST;
            case LAST -> new OnnxPooling(tower.contextLength() - 1, Optional.empty());
            case HIGHEST_ID -> firstHighest(onnx, IDS);
            case END_TOKEN -> firstHighest(onnx, onnx.node("Equal", List.of(IDS, onnx.scalar(tower.endTokenId()))));
        };
    }

    private static OnnxPooling firstHighest(OnnxGraph onnx, String values) {
        String position = onnx.node(
                "ArgMax",
                List.of(onnx.cast(values, TensorProto.DataType.INT32)),
                integer("axis", 1),
                integer("keepdims", 1));
        return new OnnxPooling(0, Optional.of(position));
    }
}
