package dev.clipjet.graph;

import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.TensorNames;
import dev.clipjet.numeric.Activation;
import java.util.Optional;

/** Builds CLIP's ResNet: a stem of three convolutions, bottlenecks with average pooling for strides, and attention pooling. */
final class ModifiedResNetGraph {
    private static final int POOL = 2;

    private final ModifiedResNet tower;
    private final TensorNames.ResNet names = TensorNames.resNet();
    private final Draft draft;

    ModifiedResNetGraph(ModifiedResNet tower, GraphInput.Images input) {
        this.tower = tower;
        draft = new Draft("image", input);
    }

    /** Images to embeddings [images, E]. */
    Draft embeddings() {
        attentionPool(stages());
        return draft;
    }

    /** Images to the last feature map [images * g * g, 32 w]. */
    Draft hiddenStates() {
        stages();
        return draft;
    }

    private Value stages() {
        Value x = stem();
        for (int stage = 0; stage < ModifiedResNet.STAGES; stage++) {
            int blocks = tower.blocks().get(stage);
            for (int i = 0; i < blocks; i++) {
                Role[] roles = i == blocks - 1 ? new Role[] {Role.hidden(stage + 1)} : new Role[0];
                x = bottleneck(stage, i, x, roles);
            }
        }
        return x;
    }

    private Value stem() {
        int half = tower.width() / 2;
        Window first = Window.three(2);
        TensorNames.Convolution tensors = names.stem(0);
        Axis.FeatureMap image = new Axis.FeatureMap(tower.imageSize(), tower.imageSize());
        Value x = draft.value("vision.stem.1", first.over(image), half);
        draft.add(
                new Op.PixelConvolution(
                        Label.of("vision.stem.1"),
                        tower.imageSize(),
                        Optional.empty(),
                        new Weight.Matrix(tensors.weight(), half, PixelNormalization.CHANNELS * first.area()),
                        Optional.empty(),
                        first,
                        Activation.RELU,
                        x),
                norm(tensors, half));
        x = convolution(Label.of("vision.stem.2"), x, names.stem(1), half, Window.three(1));
        x = convolution(Label.of("vision.stem.3"), x, names.stem(2), tower.width(), Window.three(1));
        return pool(Label.of("vision.stem.pool", Role.hidden(0)), x);
    }

    private Value bottleneck(int stage, int index, Value x, Role... roles) {
        ModifiedResNet.Bottleneck sizes = tower.bottleneck(stage, index);
        TensorNames.Bottleneck tensors = names.bottleneck(stage, index);
        String prefix = "vision.layers." + (stage + 1) + "." + index + ".";
        Value inner = convolution(Label.of(prefix + "1"), x, tensors.convolution(0), sizes.planes(), Window.POINT);
        inner = convolution(Label.of(prefix + "2"), inner, tensors.convolution(1), sizes.planes(), Window.three(1));
        Value shortcut = x;
        if (sizes.stride() > 1) {
            inner = pool(Label.of(prefix + "pool"), inner);
            shortcut = pool(Label.of(prefix + "shortcut.pool"), x);
        }
        if (sizes.convolvedShortcut()) {
            shortcut = convolution(
                    Label.of(prefix + "shortcut"),
                    shortcut,
                    tensors.shortcut(),
                    sizes.outputs(),
                    Window.POINT,
                    Activation.NONE,
                    Optional.empty());
        }
        return convolution(
                Label.of(prefix + "3", roles),
                inner,
                tensors.convolution(2),
                sizes.outputs(),
                Window.POINT,
                Activation.RELU,
                Optional.of(shortcut));
    }

    private Value convolution(Label label, Value x, TensorNames.Convolution tensors, int channels, Window window) {
        return convolution(label, x, tensors, channels, window, Activation.RELU, Optional.empty());
    }

    private Value convolution(
            Label label,
            Value x,
            TensorNames.Convolution tensors,
            int channels,
            Window window,
            Activation activation,
            Optional<Value> residual) {
        Value out = draft.value(label.name(), window.over(x.map()), channels);
        draft.add(
                new Op.Convolution(
                        label,
                        x,
                        new Weight.Matrix(tensors.weight(), channels, x.columns() * window.area()),
                        Optional.empty(),
                        window,
                        activation,
                        residual,
                        out),
                norm(tensors, channels));
        return out;
    }

    private Affine norm(TensorNames.Convolution tensors, int channels) {
        return Affine.batchNorm(tensors, channels, tower.batchNormEps());
    }

    private Value pool(Label label, Value x) {
        Axis.FeatureMap in = x.map();
        Value out = draft.value(label.name(), new Axis.FeatureMap(in.height() / POOL, in.width() / POOL), x.columns());
        draft.add(new Op.AveragePool(label, x, POOL, out));
        return out;
    }

    /** The mean of all positions asks all of them and itself. */
    private void attentionPool(Value x) {
        int width = tower.embeddingWidth();
        Value tokens = draft.value("vision.pool.tokens", new Axis.Fixed("tokens", tower.tokens()), width);
        draft.add(new Op.AssembleMeanToken(
                Label.of("vision.pool.tokens"),
                x,
                new Weight.Matrix(names.poolPositions(), tower.tokens(), width),
                tokens));
        Weight.Vector bias = new Weight.Stored(names.poolQkvBias(), 3 * width);
        Value keyValue = draft.linear(
                Label.of("vision.pool.kv"),
                tokens,
                new Weight.Matrix(names.poolQkvWeight(), width, 2 * width, width),
                Optional.of(bias.range(width, 2 * width)),
                Activation.NONE);
        Value mean = draft.gather("vision.pool.mean", tokens);
        Value query = draft.linear(
                Label.of("vision.pool.q"),
                mean,
                new Weight.Matrix(names.poolQkvWeight(), 0, width, width),
                Optional.of(bias.range(0, width)),
                Activation.NONE);
        Value attended = draft.value("vision.pool.attn", Axis.ITEMS, width);
        draft.add(new Op.Attention(
                Label.of("vision.pool.attn"),
                query,
                0,
                keyValue,
                0,
                width,
                tower.heads(),
                tower.headDim(),
                false,
                attended));
        draft.linear(
                Label.of("vision.pool.out", Role.POOLED, Role.EMBEDDING),
                attended,
                new Weight.Matrix(names.poolOutWeight(), tower.projectionDim(), width),
                Optional.of(new Weight.Stored(names.poolOutBias(), tower.projectionDim())),
                Activation.NONE);
    }
}
