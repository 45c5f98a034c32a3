package dev.clipjet.model;

import dev.clipjet.error.InvalidInputException;
import java.util.List;

/**
 * The ResNet of CLIP (Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", section
 * 2.4): a stem of three convolutions, bottleneck blocks in which average pooling stands for strides, and attention pooling
 * in which the mean of all positions asks. Convolutions have no bias; each is followed by a batch norm with stored
 * statistics.
 *
 * <p>The stem halves the image twice, and so does each stage but the first once, so that {@link #grid} is S / 32.
 *
 * @param imageSize side S of the square input in pixels
 * @param width w: channels behind the stem and of the inner convolutions of the first stage; they double with each stage
 * @param blocks bottlenecks of each of the {@value #STAGES} stages
 * @param heads heads of the attention pool; 32 w is a multiple of it
 * @param batchNormEps epsilon added to the variance of every batch norm
 * @param projectionDim width E of the embedding, which the output layer of the attention pool gives
 */
public record ModifiedResNet(
        int imageSize, int width, List<Integer> blocks, int heads, double batchNormEps, int projectionDim)
        implements ImageTower {
    /** Stages of bottlenecks. */
    public static final int STAGES = 4;

    /** Convolutions of the stem. */
    public static final int STEM_CONVOLUTIONS = 3;

    /** Channels that leave a bottleneck for each of its inner ones. */
    public static final int EXPANSION = 4;

    /** Pixels of the image for each position of the last stage, along either axis. */
    public static final int REDUCTION = 32;

    /** @throws InvalidInputException if there are not as many numbers of blocks as stages */
    public ModifiedResNet {
        blocks = List.copyOf(blocks);
        if (blocks.size() != STAGES) {
            throw new InvalidInputException("a ResNet has " + STAGES + " stages, not " + blocks.size());
        }
    }

    /** Positions of the last stage along either axis. */
    public int grid() {
        return imageSize / REDUCTION;
    }

    /** Channels of the last stage, which is the width of the attention pool: 32 w. */
    public int embeddingWidth() {
        return outputs(STAGES - 1);
    }

    /** Tokens of the attention pool: the mean, and one for each position of the last stage. */
    public int tokens() {
        return 1 + grid() * grid();
    }

    /** Width of one head of the attention pool. */
    public int headDim() {
        return embeddingWidth() / heads;
    }

    /**
     * Channels of the inner convolutions of a stage's bottlenecks.
     *
     * @param stage from 0 on
     */
    public int planes(int stage) {
        return width << stage;
    }

    /**
     * Channels that leave a stage.
     *
     * @param stage from 0 on
     */
    public int outputs(int stage) {
        return EXPANSION * planes(stage);
    }

    /**
     * One bottleneck.
     *
     * @param stage from 0 on
     * @param index within the stage, from 0 on
     */
    public Bottleneck bottleneck(int stage, int index) {
        boolean first = index == 0;
        int inputs = first ? (stage == 0 ? width : outputs(stage - 1)) : outputs(stage);
        int stride = first && stage > 0 ? 2 : 1;
        return new Bottleneck(inputs, planes(stage), outputs(stage), stride, stride > 1 || inputs != outputs(stage));
    }

    @Override
    public int outputDim() {
        return projectionDim;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.visit(this);
    }

    /**
     * Sizes of a bottleneck: 1x1, 3x3, average pooling by the stride, 1x1, and the shortcut beside them.
     *
     * @param inputs channels that enter
     * @param planes channels between its convolutions
     * @param outputs channels that leave
     * @param stride side of the window that is averaged, behind the second convolution and before that of the shortcut; 1 for
     *     none
     * @param convolvedShortcut whether the shortcut has a convolution of 1x1; if not, it is the input
     */
    public record Bottleneck(int inputs, int planes, int outputs, int stride, boolean convolvedShortcut) {}
}
