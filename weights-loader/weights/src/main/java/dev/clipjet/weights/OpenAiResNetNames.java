package dev.clipjet.weights;

import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.ModifiedResNet.Bottleneck;
import dev.clipjet.model.TensorNames;
import java.util.ArrayList;
import java.util.List;

/** Tensor names of the ResNets in OpenAI's CLIP, which open_clip took over. */
final class OpenAiResNetNames {
    /** Ends the names of the integers in which batch norms count the batches of training. */
    static final String BATCH_COUNTER = ".num_batches_tracked";

    private static final int RGB = 3;
    private static final int STEM_SIDE = 3;

    /** Side of each convolution of a bottleneck. */
    private static final int[] SIDES = {1, 3, 1};

    private OpenAiResNetNames() {}

    static List<TensorRule> rules(ModifiedResNet tower) {
        TensorNames.ResNet names = TensorNames.resNet();
        List<TensorRule> rules = new ArrayList<>();
        int half = tower.width() / 2;
        add(rules, names.stem(0), half, RGB, STEM_SIDE, "visual.conv1", "visual.bn1");
        add(rules, names.stem(1), half, half, STEM_SIDE, "visual.conv2", "visual.bn2");
        add(rules, names.stem(2), tower.width(), half, STEM_SIDE, "visual.conv3", "visual.bn3");
        for (int stage = 0; stage < ModifiedResNet.STAGES; stage++) {
            for (int i = 0; i < tower.blocks().get(stage); i++) {
                addBottleneck(
                        rules,
                        names.bottleneck(stage, i),
                        tower.bottleneck(stage, i),
                        "visual.layer" + (stage + 1) + "." + i + ".");
            }
        }
        addPool(rules, names, tower);
        return rules;
    }

    private static void addBottleneck(
            List<TensorRule> rules, TensorNames.Bottleneck names, Bottleneck sizes, String prefix) {
        int[] channels = {sizes.inputs(), sizes.planes(), sizes.planes(), sizes.outputs()};
        for (int i = 0; i < SIDES.length; i++) {
            String number = Integer.toString(i + 1);
            add(
                    rules,
                    names.convolution(i),
                    channels[i + 1],
                    channels[i],
                    SIDES[i],
                    prefix + "conv" + number,
                    prefix + "bn" + number);
        }
        if (sizes.convolvedShortcut()) {
            // The pooling before it has the number -1.
            String shortcut = prefix + "downsample.";
            add(rules, names.shortcut(), sizes.outputs(), sizes.inputs(), 1, shortcut + "0", shortcut + "1");
        }
    }

    private static void add(
            List<TensorRule> rules,
            TensorNames.Convolution names,
            int outputs,
            int inputs,
            int side,
            String convolution,
            String norm) {
        rules.add(TensorRule.convolution(names.weight(), outputs, inputs, side, convolution + ".weight"));
        rules.add(TensorRule.vector(names.normWeight(), outputs, norm + ".weight"));
        rules.add(TensorRule.vector(names.normBias(), outputs, norm + ".bias"));
        rules.add(TensorRule.vector(names.normMean(), outputs, norm + ".running_mean"));
        rules.add(TensorRule.vector(names.normVariance(), outputs, norm + ".running_var"));
    }

    private static void addPool(List<TensorRule> rules, TensorNames.ResNet names, ModifiedResNet tower) {
        String pool = "visual.attnpool.";
        int width = tower.embeddingWidth();
        rules.add(TensorRule.matrix(names.poolPositions(), tower.tokens(), width, pool + "positional_embedding"));
        rules.add(TensorRule.stacked(
                names.poolQkvWeight(),
                3L * width,
                width,
                List.of(pool + "q_proj.weight", pool + "k_proj.weight", pool + "v_proj.weight")));
        rules.add(TensorRule.stacked(
                names.poolQkvBias(),
                3L * width,
                List.of(pool + "q_proj.bias", pool + "k_proj.bias", pool + "v_proj.bias")));
        rules.add(TensorRule.matrix(names.poolOutWeight(), tower.projectionDim(), width, pool + "c_proj.weight"));
        rules.add(TensorRule.vector(names.poolOutBias(), tower.projectionDim(), pool + "c_proj.bias"));
    }
}
