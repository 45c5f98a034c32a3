package dev.clipjet.onnx;

import static dev.clipjet.onnx.OnnxGraph.integer;
import static dev.clipjet.onnx.OnnxGraph.integers;
import static dev.clipjet.onnx.OnnxGraph.number;

import dev.clipjet.graph.Axis;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.OpVisitor;
import dev.clipjet.graph.Value;
import dev.clipjet.graph.Weight;
import dev.clipjet.graph.Window;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The operations of a graph as nodes of ONNX. Rows of all items lie one after the other, [batch * rows, columns], as in the graph;
 * feature maps are [batch, channels, height, width], as ONNX wants them. Texts are not packed: each has all its positions.
 */
final class OnnxOperations implements OpVisitor<String> {
    private final OnnxGraph onnx;
    private final OnnxActivation activations;
    private final String input;
    private final OnnxPooling pooling;
    private final int positions;
    private final Map<Integer, String> values = new HashMap<>();
    private String causalMask = "";

    /**
     * Nodes of a graph.
     *
     * @param input of the ONNX graph: pixels [batch, 3, S, S] or ids [batch, positions]
     * @param pooling which row of an item is pooled
     * @param positions of a text; of no meaning for images
     */
    OnnxOperations(OnnxGraph onnx, String input, OnnxPooling pooling, int positions) {
        this.onnx = onnx;
        this.input = input;
        this.pooling = pooling;
        this.positions = positions;
        activations = new OnnxActivation(onnx);
    }

    /** All operations of a graph; the name of its result. */
    String of(Graph graph) {
        for (Op op : graph.ops()) {
            values.put(op.output().id(), op.accept(this));
        }
        return values.get(graph.result().id());
    }

    private String value(Value value) {
        return values.get(value.id());
    }

    private int perItem(Axis axis) {
        return axis.isPacked() ? positions : axis.perItem();
    }

    private String reshape(String x, long... shape) {
        return onnx.node("Reshape", List.of(x, onnx.vector(shape)));
    }

    /** [batch, rows, columns]. */
    private String byItem(Value value) {
        return reshape(value(value), -1, perItem(value.axis()), value.columns());
    }

    private String slice(String x, long from, long to, int axis) {
        return onnx.node("Slice", List.of(x, onnx.vector(from), onnx.vector(to), onnx.vector(axis)));
    }

    @Override
    public String unfoldPatches(Op.UnfoldPatches op) {
        int patch = op.patchSize();
        int grid = op.imageSize() / patch;
        String whole = input;
        if (grid * patch < op.imageSize()) {
            whole = slice(slice(input, 0, (long) grid * patch, 2), 0, (long) grid * patch, 3);
        }
        String split = reshape(whole, -1, 3, grid, patch, grid, patch);
        String ordered = onnx.node("Transpose", List.of(split), integers("perm", 0, 2, 4, 1, 3, 5));
        return reshape(ordered, -1, op.output().columns());
    }

    @Override
    public String assembleTokens(Op.AssembleTokens op) {
        int width = op.output().columns();
        String tokens = byItem(op.patches());
        if (op.classToken().isPresent()) {
            String batch = onnx.node("Shape", List.of(input), integer("start", 0), integer("end", 1));
            String shape = onnx.node("Concat", List.of(batch, onnx.vector(1, width)), integer("axis", 0));
            String classes =
                    onnx.node("Expand", List.of(onnx.vector(op.classToken().get()), shape));
            tokens = onnx.node("Concat", List.of(classes, tokens), integer("axis", 1));
        }
        return reshape(add(tokens, matrix(op.positions())), -1, width);
    }

    @Override
    public String assembleMeanToken(Op.AssembleMeanToken op) {
        int channels = op.input().columns();
        String columns =
                reshape(value(op.input()), 0, channels, op.input().axis().perItem());
        String rows = onnx.node("Transpose", List.of(columns), integers("perm", 0, 2, 1));
        String mean = onnx.node("ReduceMean", List.of(rows), integers("axes", 1), integer("keepdims", 1));
        String tokens = onnx.node("Concat", List.of(mean, rows), integer("axis", 1));
        return reshape(add(tokens, matrix(op.positions())), -1, channels);
    }

    /** Only the rows that are looked up are converted, not the whole table. */
    @Override
    public String embedTokens(Op.EmbedTokens op) {
        Weight.Matrix table = op.table();
        String rows = table.isPlain()
                ? onnx.toFloat(
                        onnx.node(
                                "Gather",
                                List.of(onnx.stored(table.source(), table.rows(), table.columns()), input),
                                integer("axis", 0)),
                        onnx.dtype(table.source()))
                : onnx.node("Gather", List.of(matrix(table), input), integer("axis", 0));
        return reshape(add(rows, matrix(op.positions())), -1, table.columns());
    }

    @Override
    public String layerNorm(Op.LayerNorm op) {
        return onnx.node(
                "LayerNormalization",
                List.of(value(op.input()), onnx.vector(op.weight()), onnx.vector(op.bias())),
                integer("axis", -1),
                number("epsilon", op.eps()));
    }

    /** W is [out, in], as the canonical tensors lie. */
    @Override
    public String linear(Op.Linear op) {
        String x = value(op.input());
        String weight = matrix(op.weight());
        String product = onnx.node(
                "Gemm",
                op.bias().map(bias -> List.of(x, weight, onnx.vector(bias))).orElse(List.of(x, weight)),
                integer("transB", 1));
        return op.residual() ? add(value(op.output()), product) : activations.of(op.activation(), product);
    }

    /** softmax(q k' / sqrt d + mask) v for every head. */
    @Override
    public String attention(Op.Attention op) {
        int tokens = perItem(op.keys().axis());
        int width = op.heads() * op.headDim();
        String query = heads(op, op.query(), op.queryColumn(), 0, 2, 1, 3);
        String key = heads(op, op.keys(), op.keyColumn(), 0, 2, 3, 1);
        String mixedIn = heads(op, op.keys(), op.valueColumn(), 0, 2, 1, 3);
        String scaled = onnx.node("Mul", List.of(query, onnx.constant(1 / Math.sqrt(op.headDim()))));
        String scores = onnx.node("MatMul", List.of(scaled, key));
        if (op.causal()) {
            scores = add(scores, op.isPooled() ? pooledMask(tokens) : causalMask(tokens));
        }
        String weights = onnx.node("Softmax", List.of(scores), integer("axis", -1));
        String mixed = onnx.node("MatMul", List.of(weights, mixedIn));
        return reshape(onnx.node("Transpose", List.of(mixed), integers("perm", 0, 2, 1, 3)), -1, width);
    }

    private String heads(Op.Attention op, Value value, int column, long... order) {
        int width = op.heads() * op.headDim();
        String part = value.columns() == width ? value(value) : slice(value(value), column, column + width, 1);
        String split = reshape(part, -1, perItem(value.axis()), op.heads(), op.headDim());
        return onnx.node("Transpose", List.of(split), integers("perm", order));
    }

    /** [tokens, tokens]: minus infinity where a token would see a later one. */
    private String causalMask(int tokens) {
        if (causalMask.isEmpty()) {
            ByteBuffer mask = ByteBuffer.allocate(tokens * tokens * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int row = 0; row < tokens; row++) {
                for (int column = 0; column < tokens; column++) {
                    mask.putFloat(column > row ? Float.NEGATIVE_INFINITY : 0);
                }
            }
            causalMask = onnx.floats(mask.array(), tokens, tokens);
        }
        return causalMask;
    }

    /** [batch or 1, 1, 1, tokens]: minus infinity behind the pooled row, which is where the graph's texts end. */
    private String pooledMask(int tokens) {
        long[] indices = new long[tokens];
        for (int i = 0; i < tokens; i++) {
            indices[i] = i;
        }
        String position = pooling.computed().orElseGet(() -> onnx.vector(pooling.fixed()));
        String later = onnx.node("Greater", List.of(onnx.vector(indices), position));
        String mask = onnx.node("Where", List.of(later, onnx.constant(Double.NEGATIVE_INFINITY), onnx.constant(0)));
        return reshape(mask, -1, 1, 1, tokens);
    }

    @Override
    public String averageTokens(Op.AverageTokens op) {
        String tokens = byItem(op.input());
        String counted = op.first() == 0
                ? tokens
                : slice(tokens, op.first(), perItem(op.input().axis()), 1);
        return onnx.node("ReduceMean", List.of(counted), integers("axes", 1), integer("keepdims", 0));
    }

    @Override
    public String gatherPooled(Op.GatherPooled op) {
        String tokens = byItem(op.input());
        return pooling.computed()
                .map(position -> onnx.node("GatherND", List.of(tokens, position), integer("batch_dims", 1)))
                .orElseGet(
                        () -> onnx.node("Gather", List.of(tokens, onnx.scalar(pooling.fixed())), integer("axis", 1)));
    }

    @Override
    public String pixelConvolution(Op.PixelConvolution op) {
        return activations.of(op.activation(), convolved(input, op.weight(), op.bias(), op.window()));
    }

    @Override
    public String convolution(Op.Convolution op) {
        String convolved = convolved(value(op.input()), op.weight(), op.bias(), op.window());
        String sum =
                op.residual().map(shortcut -> add(convolved, value(shortcut))).orElse(convolved);
        return activations.of(op.activation(), sum);
    }

    private String convolved(String x, Weight.Matrix weight, Optional<Weight.Vector> bias, Window window) {
        int channels = weight.columns() / window.area();
        String filter = onnx.matrix(weight, weight.rows(), channels, window.height(), window.width());
        int padding = window.padding();
        return onnx.node(
                "Conv",
                bias.map(added -> List.of(x, filter, onnx.vector(added))).orElse(List.of(x, filter)),
                integers("kernel_shape", window.height(), window.width()),
                integers("strides", window.stride(), window.stride()),
                integers("pads", padding, padding, padding, padding));
    }

    @Override
    public String averagePool(Op.AveragePool op) {
        return onnx.node(
                "AveragePool",
                List.of(value(op.input())),
                integers("kernel_shape", op.size(), op.size()),
                integers("strides", op.size(), op.size()));
    }

    private String matrix(Weight.Matrix matrix) {
        return onnx.matrix(matrix, matrix.rows(), matrix.columns());
    }

    private String add(String x, String y) {
        return onnx.node("Add", List.of(x, y));
    }
}
