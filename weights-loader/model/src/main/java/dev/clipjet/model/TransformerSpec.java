package dev.clipjet.model;

import dev.clipjet.numeric.Activation;

/**
 * A stack of pre-norm transformer blocks.
 *
 * @param width embedding width D
 * @param layers number of blocks
 * @param heads attention heads; D is a multiple of it
 * @param mlpWidth hidden width of the MLP
 * @param activation activation between the two MLP layers
 * @param layerNormEps epsilon inside the square root of every layer norm
 * @param layerScale whether the output of each residual branch is multiplied by a vector before it is added
 */
public record TransformerSpec(
        int width,
        int layers,
        int heads,
        int mlpWidth,
        Activation activation,
        double layerNormEps,
        boolean layerScale) {

    /** Blocks without layer scale, as nearly all models have them. */
    public TransformerSpec(int width, int layers, int heads, int mlpWidth, Activation activation, double layerNormEps) {
        this(width, layers, heads, mlpWidth, activation, layerNormEps, false);
    }

    /** Width of one head. */
    public int headDim() {
        return width / heads;
    }
}
