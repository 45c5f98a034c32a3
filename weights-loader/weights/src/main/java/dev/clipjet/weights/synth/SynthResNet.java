package dev.clipjet.weights.synth;

import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.ModifiedResNet.Bottleneck;
import java.util.ArrayList;
import java.util.List;

/** The synthetic tensors of a {@link ModifiedResNet}, under open_clip's names. */
final class SynthResNet {
    private static final float POSITION_SCALE = 0.05f;
    private static final float NORM_SCALE = 0.2f;

    /** Of the norm that ends a bottleneck: small, so that activations keep their size along the shortcuts. */
    private static final float LAST_NORM_SCALE = 0.1f;

    private static final float LAST_NORM_OFFSET = 0.25f;
    private static final float SHIFT_SCALE = 0.1f;
    private static final float VARIANCE_SCALE = 0.3f;

    private SynthResNet() {}

    static List<SynthTensor> tensors(ModifiedResNet tower) {
        List<SynthTensor> tensors = new ArrayList<>();
        long half = tower.width() / 2;
        addConvolution(tensors, "visual.conv1", half, 3, 3);
        addNorm(tensors, "visual.bn1", half, NORM_SCALE, 1);
        addConvolution(tensors, "visual.conv2", half, half, 3);
        addNorm(tensors, "visual.bn2", half, NORM_SCALE, 1);
        addConvolution(tensors, "visual.conv3", tower.width(), half, 3);
        addNorm(tensors, "visual.bn3", tower.width(), NORM_SCALE, 1);
        for (int stage = 0; stage < ModifiedResNet.STAGES; stage++) {
            for (int i = 0; i < tower.blocks().get(stage); i++) {
                addBottleneck(tensors, tower.bottleneck(stage, i), "visual.layer" + (stage + 1) + "." + i + ".");
            }
        }
        addPool(tensors, tower);
        return tensors;
    }

    private static void addBottleneck(List<SynthTensor> tensors, Bottleneck sizes, String prefix) {
        addConvolution(tensors, prefix + "conv1", sizes.planes(), sizes.inputs(), 1);
        addNorm(tensors, prefix + "bn1", sizes.planes(), NORM_SCALE, 1);
        addConvolution(tensors, prefix + "conv2", sizes.planes(), sizes.planes(), 3);
        addNorm(tensors, prefix + "bn2", sizes.planes(), NORM_SCALE, 1);
        addConvolution(tensors, prefix + "conv3", sizes.outputs(), sizes.planes(), 1);
        addNorm(tensors, prefix + "bn3", sizes.outputs(), LAST_NORM_SCALE, LAST_NORM_OFFSET);
        if (sizes.convolvedShortcut()) {
            // No ReLU precedes it that would halve the variance, unlike the others.
            tensors.add(SynthTensor.weight(
                    prefix + "downsample.0.weight",
                    sizes.inputs(),
                    (long) sizes.outputs(),
                    (long) sizes.inputs(),
                    1L,
                    1L));
            addNorm(tensors, prefix + "downsample.1", sizes.outputs(), NORM_SCALE, 1);
        }
    }

    private static void addPool(List<SynthTensor> tensors, ModifiedResNet tower) {
        String pool = "visual.attnpool.";
        long width = tower.embeddingWidth();
        tensors.add(new SynthTensor(
                pool + "positional_embedding", List.of((long) tower.tokens(), width), POSITION_SCALE, 0));
        for (String projection : List.of("k_proj", "q_proj", "v_proj")) {
            tensors.add(SynthTensor.weight(pool + projection + ".weight", width, width, width));
            tensors.add(SynthTensor.bias(pool + projection + ".bias", width));
        }
        tensors.add(SynthTensor.weight(pool + "c_proj.weight", width, (long) tower.projectionDim(), width));
        tensors.add(SynthTensor.bias(pool + "c_proj.bias", tower.projectionDim()));
    }

    /** Variance 2 / inputs, since a ReLU follows (He et al., "Delving Deep into Rectifiers"). */
    private static void addConvolution(List<SynthTensor> tensors, String name, long outputs, long inputs, long side) {
        float scale = (float) Math.sqrt(6.0 / (inputs * side * side));
        tensors.add(new SynthTensor(name + ".weight", List.of(outputs, inputs, side, side), scale, 0));
    }

    private static void addNorm(List<SynthTensor> tensors, String name, long channels, float scale, float offset) {
        List<Long> shape = List.of(channels);
        tensors.add(new SynthTensor(name + ".weight", shape, scale, offset));
        tensors.add(new SynthTensor(name + ".bias", shape, SHIFT_SCALE, 0));
        tensors.add(new SynthTensor(name + ".running_mean", shape, SHIFT_SCALE, 0));
        tensors.add(new SynthTensor(name + ".running_var", shape, VARIANCE_SCALE, 1));
    }
}
