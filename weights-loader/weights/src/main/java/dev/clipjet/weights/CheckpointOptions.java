package dev.clipjet.weights;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a caller says about a model whose files do not say it, or where something else is wanted than they say. Immutable;
 * start from {@link #NONE}.
 *
 * @param visionHeads attention heads of the image tower
 * @param textHeads attention heads of the text tower
 * @param activation activation of both towers
 * @param imageSize side of the input in pixels; position embeddings are resampled to it
 * @param contextLength most tokens of a text; position embeddings are resampled to it
 */
public record CheckpointOptions(
        OptionalInt visionHeads,
        OptionalInt textHeads,
        Optional<Activation> activation,
        OptionalInt imageSize,
        OptionalInt contextLength) {

    /** Everything as the files say. */
    public static final CheckpointOptions NONE = new CheckpointOptions(
            OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());

    /** @throws InvalidInputException if a number is not positive, or larger than any model's */
    public CheckpointOptions {
        check("heads of the image tower", visionHeads, ModelLimits.WIDTH);
        check("heads of the text tower", textHeads, ModelLimits.WIDTH);
        check("image size", imageSize, ModelLimits.IMAGE);
        check("context length", contextLength, ModelLimits.CONTEXT);
    }

    private static void check(String what, OptionalInt value, int most) {
        if (value.isPresent() && (value.getAsInt() < 1 || value.getAsInt() > most)) {
            throw new InvalidInputException(what + " is " + value.getAsInt() + ", expected 1 to " + most);
        }
    }

    public CheckpointOptions withVisionHeads(int heads) {
        return new CheckpointOptions(OptionalInt.of(heads), textHeads, activation, imageSize, contextLength);
    }

    public CheckpointOptions withTextHeads(int heads) {
        return new CheckpointOptions(visionHeads, OptionalInt.of(heads), activation, imageSize, contextLength);
    }

    public CheckpointOptions withActivation(Activation value) {
        return new CheckpointOptions(visionHeads, textHeads, Optional.of(value), imageSize, contextLength);
    }

    public CheckpointOptions withImageSize(int pixels) {
        return new CheckpointOptions(visionHeads, textHeads, activation, OptionalInt.of(pixels), contextLength);
    }

    public CheckpointOptions withContextLength(int tokens) {
        return new CheckpointOptions(visionHeads, textHeads, activation, imageSize, OptionalInt.of(tokens));
    }

    /** Whether position embeddings are to be resampled, which only OpenAI's and open_clip's models allow. */
    boolean resizes() {
        return imageSize.isPresent() || contextLength.isPresent();
    }

    /** A tower with the caller's heads and activation in place of its own. */
    VisionTransformer applyTo(VisionTransformer own) {
        return new VisionTransformer(
                own.imageSize(),
                own.patchSize(),
                blocks(own.blocks(), visionHeads, "image"),
                own.classToken(),
                own.normBeforeBlocks(),
                own.pooling(),
                own.projectionDim());
    }

    /**
     * A tower with the caller's heads in place of its own.
     *
     * @throws InvalidInputException if the heads do not fit, or another image size is asked for
     */
    ModifiedResNet applyTo(ModifiedResNet own) {
        if (imageSize.isPresent() && imageSize.getAsInt() != own.imageSize()) {
            throw new InvalidInputException(
                    "images of " + imageSize.getAsInt() + " pixels are asked for, but positions of "
                            + "a ResNet are not resampled, which takes images of " + own.imageSize());
        }
        checkHeads(visionHeads, own.embeddingWidth(), "image");
        return new ModifiedResNet(
                own.imageSize(),
                own.width(),
                own.blocks(),
                visionHeads.orElse(own.heads()),
                own.batchNormEps(),
                own.projectionDim());
    }

    /** A tower with the caller's heads and activation in place of its own. */
    TextTransformer applyTo(TextTransformer own) {
        return new TextTransformer(
                own.vocabSize(),
                own.contextLength(),
                blocks(own.blocks(), textHeads, "text"),
                own.causal(),
                own.pooling(),
                own.endTokenId(),
                own.projectionDim(),
                own.projectionBias());
    }

    private static void checkHeads(OptionalInt heads, int width, String tower) {
        if (heads.isPresent() && width % heads.getAsInt() != 0) {
            throw new InvalidInputException(heads.getAsInt() + " heads are asked for, which do not divide the width "
                    + width + " of the " + tower + " tower");
        }
    }

    private TransformerSpec blocks(TransformerSpec own, OptionalInt heads, String tower) {
        checkHeads(heads, own.width(), tower);
        return new TransformerSpec(
                own.width(),
                own.layers(),
                heads.orElse(own.heads()),
                own.mlpWidth(),
                activation.orElse(own.activation()),
                own.layerNormEps(),
                own.layerScale());
    }
}
