package dev.clipjet.weights;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clipjet.json.JsonObject;
import dev.clipjet.model.ModifiedResNet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The {@code vision_cfg} of a ResNet in {@code open_clip_config.json}: one whose {@code layers} is a list. */
final class OpenClipResNetConfig {
    /** PyTorch's default, which open_clip does not change. */
    private static final double BATCH_NORM_EPS = 1e-5;

    /** Keys that open_clip reads; others that are set do nothing there. */
    private static final Set<String> READ = Set.of("layers", "width", "head_width", "image_size");

    private final JsonObject vision;
    private final int embeddingDim;
    private final List<String> notes;

    /** @param notes receives what the user should know */
    OpenClipResNetConfig(JsonObject vision, int embeddingDim, List<String> notes) {
        this.vision = vision;
        this.embeddingDim = embeddingDim;
        this.notes = notes;
    }

    ModifiedResNet tower() {
        int imageSize =
                vision.optionalInteger("image_size", 1, ModelLimits.IMAGE).orElse(224);
        int width = vision.optionalInteger("width", 1, ModelLimits.WIDTH / ModifiedResNet.REDUCTION)
                .orElse(768);
        if (width % 2 != 0) {
            throw vision.error("width", "is " + width + ", which the stem cannot halve");
        }
        checkImageSize(imageSize);
        List<Integer> blocks = blocks();
        int pooled = width * ModifiedResNet.REDUCTION;
        int headWidth =
                vision.optionalInteger("head_width", 1, ModelLimits.WIDTH).orElse(64);
        int heads = pooled / headWidth;
        if (heads == 0 || pooled % heads != 0) {
            throw vision.error(
                    "head_width",
                    "is " + headWidth + ", which does not give heads that divide the pooled width " + pooled);
        }
        List<String> idle = vision.keys().stream()
                .filter(key -> vision.has(key) && !READ.contains(key))
                .toList();
        if (!idle.isEmpty()) {
            notes.add("vision_cfg." + String.join(", vision_cfg.", idle)
                    + ": no effect on a ResNet in open_clip, and so none here");
        }
        return new ModifiedResNet(imageSize, width, blocks, heads, BATCH_NORM_EPS, embeddingDim);
    }

    /** What the stem and the stages leave of an image must be the grid that positions are counted for. */
    private void checkImageSize(int imageSize) {
        int left = (imageSize + 1) / 2;
        for (int halved = 0; halved < ModifiedResNet.STAGES; halved++) {
            left /= 2;
        }
        if (left == 0 || left != imageSize / ModifiedResNet.REDUCTION) {
            throw vision.error(
                    "image_size",
                    "is " + imageSize + ", of which the stages leave a grid of " + left + ", but the positions count "
                            + imageSize / ModifiedResNet.REDUCTION);
        }
    }

    private List<Integer> blocks() {
        JsonNode layers = vision.raw("layers");
        if (layers.size() != ModifiedResNet.STAGES) {
            throw vision.error(
                    "layers",
                    "has " + layers.size() + " numbers, expected one for each of the " + ModifiedResNet.STAGES
                            + " stages");
        }
        List<Integer> blocks = new ArrayList<>();
        for (JsonNode number : layers) {
            if (!number.isInt() || number.intValue() < 1 || number.intValue() > ModelLimits.LAYERS) {
                throw vision.error(
                        "layers", "has the number " + number + ", expected integers from 1 to " + ModelLimits.LAYERS);
            }
            blocks.add(number.intValue());
        }
        return blocks;
    }
}
