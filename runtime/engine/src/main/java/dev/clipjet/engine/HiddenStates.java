package dev.clipjet.engine;

import dev.clipjet.error.InvalidInputException;
import java.util.List;

/** What the text tower computes on the way, for callers that condition on it (diffusion models, for example). */
public final class HiddenStates {
    private final int tokens;
    private final int width;
    private final List<float[]> layers;
    private final float[] lastNormed;

    /**
     * @param tokens number of tokens T
     * @param width width D of the tower
     * @param layers [T, D] each: the input of the first block, then the output of every block
     * @param lastNormed [T, D]: the last layer after the final norm
     */
    public HiddenStates(int tokens, int width, List<float[]> layers, float[] lastNormed) {
        this.tokens = tokens;
        this.width = width;
        this.layers = List.copyOf(layers);
        this.lastNormed = lastNormed;
    }

    public int tokens() {
        return tokens;
    }

    public int width() {
        return width;
    }

    /** Number of layers: the tower's blocks and one. */
    public int layers() {
        return layers.size();
    }

    /** The input of the first block (0) or the output of block {@code index}; float32 [T, D], row-major. */
    public float[] layer(int index) {
        if (index < 0 || index >= layers.size()) {
            throw new InvalidInputException("layer " + index + " is asked for, there are 0 to " + (layers.size() - 1));
        }
        return layers.get(index).clone();
    }

    /** The last layer after the final norm; float32 [T, D], row-major. */
    public float[] lastNormed() {
        return lastNormed.clone();
    }
}
