package dev.clipjet.graph;

import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.numeric.Activation;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The blocks that image and text transformers share. The last block computes queries, attention output and MLP for the pooled token
 * only, if nothing else of it is read; that is exact.
 */
final class TransformerLayers {
    private final Draft draft;
    private final String prefix;
    private final TransformerSpec spec;
    private final boolean causal;
    private final IntFunction<TensorNames.Block> names;

    /**
     * Layers of a tower.
     *
     * @param prefix of the operations' names
     * @param names of the tensors of a block
     */
    TransformerLayers(
            Draft draft, String prefix, TransformerSpec spec, boolean causal, IntFunction<TensorNames.Block> names) {
        this.draft = draft;
        this.prefix = prefix;
        this.spec = spec;
        this.causal = causal;
        this.names = names;
    }

    /** All blocks for all rows, in place. */
    void all(Value x) {
        for (int i = 0; i < spec.layers(); i++) {
            block(i, x);
        }
    }

    /** All blocks, the last of them for the pooled row of every item, which is returned: [items, D]. */
    Value toPooled(Value x) {
        for (int i = 0; i < spec.layers() - 1; i++) {
            block(i, x);
        }
        return lastBlock(spec.layers() - 1, x);
    }

    private String name(int index, String part) {
        return prefix + ".blocks." + index + "." + part;
    }

    private void block(int index, Value x) {
        TensorNames.Block tensors = names.apply(index);
        int width = spec.width();
        Value normed = norm(Label.of(name(index, "ln_1")), x, tensors.ln1Weight(), tensors.ln1Bias());
        Value qkv = draft.linear(
                Label.of(name(index, "attn.qkv")),
                normed,
                new Weight.Matrix(tensors.qkvWeight(), 3 * width, width),
                Optional.of(new Weight.Stored(tensors.qkvBias(), 3 * width)),
                Activation.NONE);
        Value attended = draft.value(name(index, "attn"), x.axis(), width);
        draft.add(new Op.Attention(
                Label.of(name(index, "attn")),
                qkv,
                0,
                qkv,
                width,
                2 * width,
                spec.heads(),
                spec.headDim(),
                causal,
                attended));
        closeAttention(index, attended, x);
        mlp(index, x, Label.of(name(index, "mlp.fc2"), Role.hidden(index + 1)));
    }

    private Value lastBlock(int index, Value x) {
        TensorNames.Block tensors = names.apply(index);
        int width = spec.width();
        Weight.Vector bias = new Weight.Stored(tensors.qkvBias(), 3 * width);
        Value normed = norm(Label.of(name(index, "ln_1")), x, tensors.ln1Weight(), tensors.ln1Bias());
        Value keyValue = draft.linear(
                Label.of(name(index, "attn.kv")),
                normed,
                new Weight.Matrix(tensors.qkvWeight(), width, 2 * width, width),
                Optional.of(bias.range(width, 2 * width)),
                Activation.NONE);
        Value pooledNormed = draft.gather(name(index, "ln_1.pooled"), normed);
        Value pooled = draft.gather(name(index, "pooled"), x);
        Value query = draft.linear(
                Label.of(name(index, "attn.q")),
                pooledNormed,
                new Weight.Matrix(tensors.qkvWeight(), 0, width, width),
                Optional.of(bias.range(0, width)),
                Activation.NONE);
        Value attended = draft.value(name(index, "attn"), Axis.ITEMS, width);
        draft.add(new Op.Attention(
                Label.of(name(index, "attn")),
                query,
                0,
                keyValue,
                0,
                width,
                spec.heads(),
                spec.headDim(),
                causal,
                attended));
        closeAttention(index, attended, pooled);
        mlp(index, pooled, Label.of(name(index, "mlp.fc2")));
        return pooled;
    }

    private void closeAttention(int index, Value attended, Value x) {
        TensorNames.Block tensors = names.apply(index);
        residual(
                Label.of(name(index, "attn.out")),
                attended,
                new Weight.Matrix(tensors.outWeight(), spec.width(), spec.width()),
                tensors.outBias(),
                tensors.attentionScale(),
                x);
    }

    private void mlp(int index, Value x, Label closing) {
        TensorNames.Block tensors = names.apply(index);
        Value normed = norm(Label.of(name(index, "ln_2")), x, tensors.ln2Weight(), tensors.ln2Bias());
        Value hidden = draft.linear(
                Label.of(name(index, "mlp.fc1")),
                normed,
                new Weight.Matrix(tensors.fc1Weight(), spec.mlpWidth(), spec.width()),
                Optional.of(new Weight.Stored(tensors.fc1Bias(), spec.mlpWidth())),
                spec.activation());
        residual(
                closing,
                hidden,
                new Weight.Matrix(tensors.fc2Weight(), spec.width(), spec.mlpWidth()),
                tensors.fc2Bias(),
                tensors.mlpScale(),
                x);
    }

    private void residual(
            Label label, Value in, Weight.Matrix weight, CanonicalName bias, CanonicalName scale, Value target) {
        Op.Linear layer = new Op.Linear(
                label, in, weight, Optional.of(new Weight.Stored(bias, weight.rows())), Activation.NONE, true, target);
        if (spec.layerScale()) {
            draft.add(layer, Affine.layerScale(new Weight.Stored(scale, weight.rows())));
        } else {
            draft.add(layer);
        }
    }

    /** A norm into a new value. */
    private Value norm(Label label, Value in, CanonicalName weight, CanonicalName bias) {
        Value out = draft.value(label.name(), in.axis(), in.columns());
        norm(label, in, weight, bias, out);
        return out;
    }

    /** A norm in place. */
    void normInPlace(Label label, Value x, CanonicalName weight, CanonicalName bias) {
        norm(label, x, weight, bias, x);
    }

    private void norm(Label label, Value in, CanonicalName weight, CanonicalName bias, Value out) {
        draft.add(new Op.LayerNorm(
                label,
                in,
                new Weight.Stored(weight, in.columns()),
                new Weight.Stored(bias, in.columns()),
                (float) spec.layerNormEps(),
                out));
    }

    /** {@code x W^T + bias} without an activation. */
    Value project(Label label, Value x, CanonicalName weight, int columns, Optional<CanonicalName> bias) {
        return draft.linear(
                label,
                x,
                new Weight.Matrix(weight, columns, x.columns()),
                bias.map(name -> new Weight.Stored(name, columns)),
                Activation.NONE);
    }
}
