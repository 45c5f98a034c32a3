package dev.clipjet.convert;

import static dev.clipjet.convert.OnnxGraph.integer;
import static dev.clipjet.convert.OnnxGraph.integers;
import static dev.clipjet.convert.OnnxGraph.number;

import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TransformerSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntFunction;

/** The parts that both towers share. Tokens of all sequences lie one after the other, [sequences * tokens, D]. */
final class OnnxTransformer {
    private static final double QUICK_GELU = 1.702;
    private static final double TANH_CUBIC = 0.044715;

    private final OnnxGraph graph;
    private final TransformerSpec spec;
    private final int tokens;

    /** @param tokens of a sequence */
    OnnxTransformer(OnnxGraph graph, TransformerSpec spec, int tokens) {
        this.graph = graph;
        this.spec = spec;
        this.tokens = tokens;
    }

    /** All blocks. */
    String blocks(String input, IntFunction<TensorNames.Block> names, boolean causal) {
        String mask = causal ? causalMask() : "";
        String x = input;
        for (int i = 0; i < spec.layers(); i++) {
            x = block(x, names.apply(i), mask);
        }
        return x;
    }

    private String block(String x, TensorNames.Block names, String mask) {
        int width = spec.width();
        String normed = norm(x, names.ln1Weight(), names.ln1Bias());
        String qkv = linear(normed, names.qkvWeight(), names.qkvBias(), 3 * width, width);
        String attended = linear(attention(qkv, mask), names.outWeight(), names.outBias(), width, width);
        String middle = add(x, spec.layerScale() ? scaled(attended, names.attentionScale()) : attended);
        String hidden = linear(
                norm(middle, names.ln2Weight(), names.ln2Bias()),
                names.fc1Weight(),
                names.fc1Bias(),
                spec.mlpWidth(),
                width);
        String result = linear(activated(hidden), names.fc2Weight(), names.fc2Bias(), width, spec.mlpWidth());
        return add(middle, spec.layerScale() ? scaled(result, names.mlpScale()) : result);
    }

    private String scaled(String x, CanonicalName factors) {
        return graph.node("Mul", List.of(x, graph.weight(factors, spec.width())));
    }

    private String add(String x, String y) {
        return graph.node("Add", List.of(x, y));
    }

    /** softmax(q k' / sqrt d + mask) v for every head. */
    private String attention(String qkv, String mask) {
        String heads = reshape(qkv, -1, tokens, 3, spec.heads(), spec.headDim());
        String parts = graph.node("Transpose", List.of(heads), integers("perm", 2, 0, 3, 1, 4));
        String query = part(parts, 0);
        String key = graph.node("Transpose", List.of(part(parts, 1)), integers("perm", 0, 1, 3, 2));
        String scale = graph.constant(1 / Math.sqrt(spec.headDim()));
        String scores = graph.node("MatMul", List.of(graph.node("Mul", List.of(query, scale)), key));
        String masked = mask.isEmpty() ? scores : add(scores, mask);
        String weights = graph.node("Softmax", List.of(masked), integer("axis", -1));
        String mixed = graph.node("MatMul", List.of(weights, part(parts, 2)));
        return reshape(graph.node("Transpose", List.of(mixed), integers("perm", 0, 2, 1, 3)), -1, spec.width());
    }

    private String part(String parts, int index) {
        return graph.node("Gather", List.of(parts, graph.scalar(index)), integer("axis", 0));
    }

    /** [tokens, tokens]: minus infinity where a token would see a later one. */
    private String causalMask() {
        ByteBuffer mask = ByteBuffer.allocate(tokens * tokens * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < tokens; row++) {
            for (int column = 0; column < tokens; column++) {
                mask.putFloat(column > row ? Float.NEGATIVE_INFINITY : 0);
            }
        }
        return graph.matrix(mask.array(), tokens, tokens);
    }

    private String activated(String x) {
        return switch (spec.activation()) {
            case NONE -> x;
            case RELU -> graph.node("Relu", List.of(x));
            case QUICK_GELU -> {
                String gate = graph.node("Sigmoid", List.of(graph.node("Mul", List.of(x, graph.constant(QUICK_GELU)))));
                yield graph.node("Mul", List.of(x, gate));
            }
            case GELU -> halfTimesOnePlus(x, graph.node("Erf", List.of(times(x, Math.sqrt(0.5)))));
            case GELU_TANH -> {
                String cube = graph.node("Mul", List.of(graph.node("Mul", List.of(x, x)), x));
                String inner = times(add(x, times(cube, TANH_CUBIC)), Math.sqrt(2 / Math.PI));
                yield halfTimesOnePlus(x, graph.node("Tanh", List.of(inner)));
            }
        };
    }

    private String halfTimesOnePlus(String x, String y) {
        return times(graph.node("Mul", List.of(x, add(y, graph.constant(1)))), 0.5);
    }

    private String times(String x, double factor) {
        return graph.node("Mul", List.of(x, graph.constant(factor)));
    }

    String norm(String x, CanonicalName weight, CanonicalName bias) {
        int width = spec.width();
        return graph.node(
                "LayerNormalization",
                List.of(x, graph.weight(weight, width), graph.weight(bias, width)),
                integer("axis", -1),
                number("epsilon", spec.layerNormEps()));
    }

    /** {@code x W' + b}; W is [out, in], as the canonical tensors lie. */
    private String linear(String x, CanonicalName weight, CanonicalName bias, int out, int in) {
        return graph.node(
                "Gemm", List.of(x, graph.weight(weight, out, in), graph.weight(bias, out)), integer("transB", 1));
    }

    /** {@code x W'}. */
    String projected(String x, CanonicalName weight, int out) {
        return graph.node("Gemm", List.of(x, graph.weight(weight, out, spec.width())), integer("transB", 1));
    }

    /** {@code x W' + b} with the tower's width as input. */
    String projected(String x, CanonicalName weight, CanonicalName bias, int out) {
        return linear(x, weight, bias, out, spec.width());
    }

    String reshape(String x, long... shape) {
        return graph.node("Reshape", List.of(x, graph.vector(shape)));
    }

    /** Token lists back to [sequences, tokens, D]. */
    String bySequence(String x) {
        return reshape(x, -1, tokens, spec.width());
    }
}
