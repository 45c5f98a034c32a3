package dev.clipjet.convert;

import static dev.clipjet.convert.OnnxGraph.integer;
import static dev.clipjet.convert.OnnxGraph.integers;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.VisionTransformer;
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

    /** F32 {@code pixel_values} [batch, 3, S, S], normalised, to F32 {@code image_embeds} [batch, E]. */
    static OnnxGraph image(
            VisionTransformer spec, Map<CanonicalName, TensorContent> tensors, Optional<ElementType> type) {
        OnnxGraph graph = new OnnxGraph("image", tensors, type);
        TensorNames.Vision names = TensorNames.vision();
        OnnxTransformer transformer = new OnnxTransformer(graph, spec.blocks(), spec.tokens());
        graph.input(PIXELS, TensorProto.DataType.FLOAT, BATCH, 3, spec.imageSize(), spec.imageSize());
        String x = transformer.reshape(
                imageTokens(graph, transformer, spec), -1, spec.blocks().width());
        if (spec.normBeforeBlocks()) {
            x = transformer.norm(x, names.lnPreWeight(), names.lnPreBias());
        }
        x = transformer.blocks(x, names::block, false);
        String pooled = imagePooled(graph, transformer, spec, x);
        String embedded = spec.projectionDim() > 0
                ? transformer.projected(pooled, names.projectionWeight(), spec.projectionDim())
                : pooled;
        graph.output(IMAGES, embedded, BATCH, spec.outputDim());
        return graph;
    }

    /** Patches behind the class token, with their positions: [batch, tokens, D]. */
    private static String imageTokens(OnnxGraph graph, OnnxTransformer transformer, VisionTransformer spec) {
        TensorNames.Vision names = TensorNames.vision();
        int width = spec.blocks().width();
        int patch = spec.patchSize();
        String convolved = graph.node(
                "Conv",
                List.of(PIXELS, graph.weight(names.patchWeight(), width, 3, patch, patch)),
                integers("kernel_shape", patch, patch),
                integers("strides", patch, patch));
        String columns = transformer.reshape(convolved, 0, width, (long) spec.grid() * spec.grid());
        String patches = graph.node("Transpose", List.of(columns), integers("perm", 0, 2, 1));
        String batch = graph.node("Shape", List.of(PIXELS), integer("start", 0), integer("end", 1));
        String shape = graph.node("Concat", List.of(batch, graph.vector(1, width)), integer("axis", 0));
        String classes = graph.node("Expand", List.of(graph.weight(names.classEmbedding(), width), shape));
        String tokens = graph.node("Concat", List.of(classes, patches), integer("axis", 1));
        return graph.node("Add", List.of(tokens, graph.weight(names.positions(), spec.tokens(), width)));
    }

    private static String imagePooled(OnnxGraph graph, OnnxTransformer transformer, VisionTransformer spec, String x) {
        TensorNames.Vision names = TensorNames.vision();
        if (spec.pooling() == ImagePooling.CLASS_TOKEN) {
            String first =
                    graph.node("Gather", List.of(transformer.bySequence(x), graph.scalar(0)), integer("axis", 1));
            return transformer.norm(first, names.lnPostWeight(), names.lnPostBias());
        }
        boolean normFirst = spec.pooling() == ImagePooling.MEAN_OF_NORMED;
        String normed = normFirst ? transformer.norm(x, names.lnPostWeight(), names.lnPostBias()) : x;
        String patches = graph.node(
                "Slice",
                List.of(transformer.bySequence(normed), graph.vector(1), graph.vector(spec.tokens()), graph.vector(1)));
        String mean = graph.node("ReduceMean", List.of(patches), integers("axes", 1), integer("keepdims", 0));
        return normFirst ? mean : transformer.norm(mean, names.lnPostWeight(), names.lnPostBias());
    }

    /** I64 {@code input_ids} [batch, context], padded as the model's tokenizer does, to F32 {@code text_embeds} [batch, E]. */
    static OnnxGraph text(TextTransformer spec, Map<CanonicalName, TensorContent> tensors, Optional<ElementType> type) {
        OnnxGraph graph = new OnnxGraph("text", tensors, type);
        TensorNames.Text names = TensorNames.text();
        int width = spec.blocks().width();
        OnnxTransformer transformer = new OnnxTransformer(graph, spec.blocks(), spec.contextLength());
        graph.input(IDS, TensorProto.DataType.INT64, BATCH, spec.contextLength());
        // Only the rows that are looked up are converted, not the whole table.
        String rows = graph.node(
                "Gather", List.of(graph.stored(names.tokens(), spec.vocabSize(), width), IDS), integer("axis", 0));
        String embedded = graph.node(
                "Add",
                List.of(
                        graph.toFloat(rows, graph.dtype(names.tokens())),
                        graph.weight(names.positions(), spec.contextLength(), width)));
        String x = transformer.blocks(transformer.reshape(embedded, -1, width), names::block, spec.causal());
        String pooled = transformer.norm(
                textPooled(graph, spec, transformer.bySequence(x)), names.lnFinalWeight(), names.lnFinalBias());
        graph.output(TEXTS, projected(transformer, spec, pooled), BATCH, spec.outputDim());
        return graph;
    }

    private static String projected(OnnxTransformer transformer, TextTransformer spec, String pooled) {
        TensorNames.Text names = TensorNames.text();
        if (spec.projectionDim() == 0) {
            return pooled;
        }
        return spec.projectionBias()
                ? transformer.projected(pooled, names.projectionWeight(), names.projectionBias(), spec.projectionDim())
                : transformer.projected(pooled, names.projectionWeight(), spec.projectionDim());
    }

    /** The position that the model reads out, [batch, D]. A row without end token is read at its first position. */
    private static String textPooled(OnnxGraph graph, TextTransformer spec, String x) {
        return switch (spec.pooling()) {
            case FIRST -> graph.node("Gather", List.of(x, graph.scalar(0)), integer("axis", 1));
            case LAST -> graph.node("Gather", List.of(x, graph.scalar(spec.contextLength() - 1)), integer("axis", 1));
            case HIGHEST_ID -> atFirstHighest(graph, x, IDS);
            case END_TOKEN ->
                atFirstHighest(graph, x, graph.node("Equal", List.of(IDS, graph.scalar(spec.endTokenId()))));
        };
    }

    private static String atFirstHighest(OnnxGraph graph, String x, String values) {
        String position = graph.node(
                "ArgMax",
                List.of(graph.cast(values, TensorProto.DataType.INT32)),
                integer("axis", 1),
                integer("keepdims", 1));
        return graph.node("GatherND", List.of(x, position), integer("batch_dims", 1));
    }
}
