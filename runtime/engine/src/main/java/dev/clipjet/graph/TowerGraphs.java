package dev.clipjet.graph;

import dev.clipjet.model.Activation;
import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Builds the graphs of both towers. The last block computes queries, attention output and MLP for the pooled token
 * only, which is exact: nothing else of it is read.
 */
public final class TowerGraphs {
    private final String name;
    private final TransformerSpec spec;
    private final boolean causal;
    private final List<Op> ops = new ArrayList<>();
    private final List<Value> values = new ArrayList<>();

    private TowerGraphs(String name, TransformerSpec spec, boolean causal) {
        this.name = name;
        this.spec = spec;
        this.causal = causal;
    }

    /** The image tower: normalised pixels to embeddings [images, E]. */
    public static Graph image(VisionTransformer vision, int images) {
        int width = vision.blocks().width();
        int grid = vision.grid();
        TowerGraphs tower = new TowerGraphs("vision", vision.blocks(), false);
        Value patches = tower.value("patches", Rows.PATCHES, 3 * vision.patchSize() * vision.patchSize());
        tower.ops.add(new Op.UnfoldPatches("vision.unfold", vision.imageSize(), vision.patchSize(), patches));
        Value embedded = tower.linear("vision.patch", patches, "vision.patch.weight", false, Rows.PATCHES, width);
        Value tokens = tower.value("embeddings", Rows.TOKENS, width);
        tower.ops.add(new Op.AssembleImageTokens(
                "vision.embeddings", embedded, "vision.class_embedding", "vision.positions", tokens));
        if (vision.normBeforeBlocks()) {
            tower.normInPlace("vision.ln_pre", tokens);
        }
        Value pooled = tower.imagePooled(vision.pooling(), tokens);
        tower.project(pooled, vision.projectionDim(), false);
        return tower.build(new Capacity(images, images * vision.tokens(), images * grid * grid));
    }

    /**
     * The text tower: packed token ids to embeddings [texts, E]. With a causal mask, each text must end at the token that
     * is pooled.
     */
    public static Graph text(TextTransformer text, int texts, int tokens) {
        TowerGraphs tower = new TowerGraphs("text", text.blocks(), text.causal());
        Value pooled = tower.blocksToPooled(tower.embedTokens());
        tower.normInPlace("text.ln_final", pooled);
        tower.project(pooled, text.projectionDim(), text.projectionBias());
        return tower.build(new Capacity(texts, tokens, 0));
    }

    /** The text tower for callers who want every position: token ids to the final norm's output [tokens, D]. */
    public static Graph textAllPositions(TextTransformer text, int texts, int tokens) {
        TowerGraphs tower = new TowerGraphs("text", text.blocks(), text.causal());
        Value x = tower.embedTokens();
        tower.allBlocks(x);
        tower.normInPlace("text.ln_final", x);
        return tower.build(new Capacity(texts, tokens, 0));
    }

    private Graph build(Capacity capacity) {
        return new Graph(name, ops, values, capacity);
    }

    private Value embedTokens() {
        Value tokens = value("embeddings", Rows.TOKENS, spec.width());
        ops.add(new Op.EmbedTokens("text.embeddings", "text.tokens", "text.positions", tokens));
        return tokens;
    }

    private Value imagePooled(ImagePooling pooling, Value x) {
        if (pooling == ImagePooling.CLASS_TOKEN) {
            Value pooled = blocksToPooled(x);
            normInPlace("vision.ln_post", pooled);
            return pooled;
        }
        allBlocks(x);
        if (pooling == ImagePooling.MEAN_OF_NORMED) {
            normInPlace("vision.ln_post", x);
        }
        Value pooled = value("vision.pooled", Rows.SEQUENCES, spec.width());
        ops.add(new Op.AveragePatches("vision.pooled", x, pooled));
        if (pooling == ImagePooling.NORM_OF_MEAN) {
            normInPlace("vision.ln_post", pooled);
        }
        return pooled;
    }

    private void allBlocks(Value x) {
        for (int i = 0; i < spec.layers(); i++) {
            block(i, x);
        }
    }

    private Value blocksToPooled(Value x) {
        for (int i = 0; i < spec.layers() - 1; i++) {
            block(i, x);
        }
        return lastBlock(spec.layers() - 1, x);
    }

    private void block(int index, Value x) {
        String prefix = name + ".blocks." + index + ".";
        int width = spec.width();
        Value normed = norm(prefix + "ln_1", x);
        Value qkv = linear(prefix + "attn.qkv", normed, prefix + "attn.qkv.weight", true, Rows.TOKENS, 3 * width);
        Value attended = value(prefix + "attn", Rows.TOKENS, width);
        ops.add(new Op.Attention(
                prefix + "attn", qkv, 0, qkv, width, 2 * width, spec.heads(), spec.headDim(), causal, attended));
        residual(prefix + "attn.out", prefix + "attn.scale", attended, x);
        mlp(prefix, x);
    }

    private Value lastBlock(int index, Value x) {
        String prefix = name + ".blocks." + index + ".";
        int width = spec.width();
        String qkvWeight = prefix + "attn.qkv.weight";
        Optional<String> qkvBias = Optional.of(prefix + "attn.qkv.bias");
        Value normed = norm(prefix + "ln_1", x);
        Value keyValue = value(prefix + "attn.kv", Rows.TOKENS, 2 * width);
        ops.add(new Op.Linear(
                prefix + "attn.kv",
                normed,
                qkvWeight,
                qkvBias,
                width,
                Optional.empty(),
                false,
                Optional.empty(),
                keyValue));
        Value pooledNormed = gather(prefix + "ln_1.pooled", normed);
        Value pooled = gather(prefix + "pooled", x);
        Value query = value(prefix + "attn.q", Rows.SEQUENCES, width);
        ops.add(new Op.Linear(
                prefix + "attn.q",
                pooledNormed,
                qkvWeight,
                qkvBias,
                0,
                Optional.empty(),
                false,
                Optional.empty(),
                query));
        Value attended = value(prefix + "attn", Rows.SEQUENCES, width);
        ops.add(new Op.Attention(
                prefix + "attn", query, 0, keyValue, 0, width, spec.heads(), spec.headDim(), causal, attended));
        residual(prefix + "attn.out", prefix + "attn.scale", attended, pooled);
        mlp(prefix, pooled);
        return pooled;
    }

    private void mlp(String prefix, Value x) {
        Value normed = norm(prefix + "ln_2", x);
        Value hidden = value(prefix + "mlp.fc1", x.rows(), spec.mlpWidth());
        Activation activation = spec.activation();
        ops.add(new Op.Linear(
                prefix + "mlp.fc1",
                normed,
                prefix + "mlp.fc1.weight",
                Optional.of(prefix + "mlp.fc1.bias"),
                0,
                Optional.of(activation),
                false,
                Optional.empty(),
                hidden));
        residual(prefix + "mlp.fc2", prefix + "mlp.scale", hidden, x);
    }

    private void project(Value pooled, int projectionDim, boolean bias) {
        if (projectionDim > 0) {
            linear(name + ".projection", pooled, name + ".projection.weight", bias, Rows.SEQUENCES, projectionDim);
        }
    }

    private Value linear(String opName, Value input, String weight, boolean bias, Rows rows, int columns) {
        Value output = value(opName, rows, columns);
        Optional<String> biasName = bias ? Optional.of(opName + ".bias") : Optional.empty();
        ops.add(new Op.Linear(opName, input, weight, biasName, 0, Optional.empty(), false, Optional.empty(), output));
        return output;
    }

    private void residual(String layer, String scale, Value input, Value target) {
        ops.add(new Op.Linear(
                layer,
                input,
                layer + ".weight",
                Optional.of(layer + ".bias"),
                0,
                Optional.empty(),
                true,
                spec.layerScale() ? Optional.of(scale) : Optional.empty(),
                target));
    }

    private Value norm(String layer, Value input) {
        Value output = value(layer, input.rows(), input.columns());
        ops.add(new Op.LayerNorm(layer, input, layer + ".weight", layer + ".bias", eps(), output));
        return output;
    }

    private void normInPlace(String layer, Value x) {
        ops.add(new Op.LayerNorm(layer, x, layer + ".weight", layer + ".bias", eps(), x));
    }

    private float eps() {
        return (float) spec.layerNormEps();
    }

    private Value gather(String opName, Value input) {
        Value output = value(opName, Rows.SEQUENCES, input.columns());
        ops.add(new Op.GatherPooled(opName, input, output));
        return output;
    }

    private Value value(String valueName, Rows rows, int columns) {
        Value value = new Value(values.size(), valueName, rows, columns);
        values.add(value);
        return value;
    }
}
