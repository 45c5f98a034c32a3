package dev.clipjet.weights;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.error.ModelFormatException;
import dev.clipjet.error.ModelFormatException.Kind;
import dev.clipjet.model.ModifiedResNet;
import java.util.ArrayList;
import java.util.List;

/** A {@link ModifiedResNet} as the shapes of a state dict tell it, by the rules of OpenAI's {@code build_model}. */
final class ResNetShapes {
    /** The tensor that only a ResNet has, by which open_clip tells them as well. */
    static final String MARK = "visual.layer1.0.conv1.weight";

    /** The norm behind the first convolution, which OpenAI's mixture of types leaves in F32. */
    static final String FIRST_NORM = "visual.bn1.weight";

    /** Channels of one head of the attention pool in OpenAI's models. */
    private static final int HEAD_WIDTH = 64;

    private static final double EPS = 1e-5;
    private static final String POSITIONS = "visual.attnpool.positional_embedding";

    private final TensorShapes shapes;
    private final CheckpointOptions options;

    ResNetShapes(TensorShapes shapes, CheckpointOptions options) {
        this.shapes = shapes;
        this.options = options;
    }

    /** Whether heads of OpenAI's width divide the attention pool. */
    boolean hasOpenAiHeads() {
        return pooledWidth() % HEAD_WIDTH == 0;
    }

    /**
     * The tower.
     *
     * @throws ModelFormatException if shapes contradict each other, or do not tell the number of heads
     * @throws InvalidInputException if another image size is asked for: the original code resamples no positions of a
     *     ResNet
     */
    ModifiedResNet tower() {
        List<Integer> blocks = new ArrayList<>();
        for (int stage = 1; stage <= ModifiedResNet.STAGES; stage++) {
            blocks.add(shapes.count("visual.layer" + stage + ".", "stage " + stage + " of the image tower"));
        }
        int grid = shapes.gridBehindOne(
                POSITIONS,
                ModelLimits.IMAGE / ModifiedResNet.REDUCTION,
                "a mean and the square grid of the last stage");
        int projection = shapes.size("visual.attnpool.c_proj.weight", 0, 2, ModelLimits.WIDTH);
        ModifiedResNet tower =
                new ModifiedResNet(grid * ModifiedResNet.REDUCTION, width(), blocks, heads(), EPS, projection);
        return options.applyTo(tower);
    }

    private int width() {
        int width = shapes.size(MARK, 0, 4, ModelLimits.WIDTH / ModifiedResNet.REDUCTION);
        if (width % 2 != 0) {
            throw shapes.error(Kind.MALFORMED, MARK, "has " + width + " outputs, which the stem cannot halve");
        }
        return width;
    }

    private int pooledWidth() {
        return width() * ModifiedResNet.REDUCTION;
    }

    private int heads() {
        if (options.visionHeads().isPresent()) {
            return options.visionHeads().getAsInt();
        }
        if (!hasOpenAiHeads()) {
            throw shapes.error(
                    Kind.BAD_CONFIGURATION,
                    POSITIONS,
                    "has width " + pooledWidth() + ", which does not tell the number of heads of the attention pool; "
                            + "add --heads IMAGE,TEXT, or put the model's " + OpenClipConfig.FILE + " beside the file");
        }
        return pooledWidth() / HEAD_WIDTH;
    }
}
