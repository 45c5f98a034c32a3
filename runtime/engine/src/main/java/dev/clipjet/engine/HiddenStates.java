package dev.clipjet.engine;

import dev.clipjet.error.InvalidInputException;
import java.util.List;
import java.util.Optional;

/**
 * What a tower computes on the way, for callers that condition on it (diffusion models, for example). Of a transformer, layers are the
 * input of the first block and the output of every block, one row per token. Of a ResNet, they are the feature maps behind the stem and
 * behind every stage, one row per pixel (NHWC).
 */
public final class HiddenStates {
    private final List<Layer> layers;
    private final Optional<Layer> lastNormed;

    /**
     * A layer.
     *
     * @param rows tokens, or pixels of the feature map row by row
     * @param width columns of a row
     * @param values [rows, width], row-major
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier within this package, compared by nobody
    record Layer(int rows, int width, float[] values) {}

    /**
     * @param layers in order, at least one
     * @param lastNormed the last layer after the final norm, of towers that have one
     */
    HiddenStates(List<Layer> layers, Optional<Layer> lastNormed) {
        this.layers = List.copyOf(layers);
        this.lastNormed = lastNormed;
    }

    /** Number of tokens T of a transformer; rows of the first layer. */
    public int tokens() {
        return layers.get(0).rows();
    }

    /** Width D of a transformer; that of the first layer. */
    public int width() {
        return layers.get(0).width();
    }

    /** Number of layers: the tower's blocks or stages and one. */
    public int layers() {
        return layers.size();
    }

    /** Rows of a layer. */
    public int rows(int index) {
        return get(index).rows();
    }

    /** Width of a layer. */
    public int width(int index) {
        return get(index).width();
    }

    /** The input of the first block or stage (0) or the output of block or stage {@code index}; float32 [rows, width], row-major. */
    public float[] layer(int index) {
        return get(index).values().clone();
    }

    /**
     * The last layer after the final norm; float32 [T, D], row-major.
     *
     * @throws InvalidInputException if the tower has no final norm, as a ResNet
     */
    public float[] lastNormed() {
        return lastNormed
                .orElseThrow(() -> new InvalidInputException("the tower has no norm behind its last layer"))
                .values()
                .clone();
    }

    private Layer get(int index) {
        if (index < 0 || index >= layers.size()) {
            throw new InvalidInputException("layer " + index + " is asked for, there are 0 to " + (layers.size() - 1));
        }
        return layers.get(index);
    }
}
