package dev.clipjet.graph;

import dev.clipjet.model.TensorNames;
import java.util.Optional;

/**
 * {@code out * scale + shift} for every column of a product, before its activation: layer scale, or a batch norm with stored
 * statistics. Graphs that executors see have none, since {@link AffineFolding} moves them into weights and biases.
 *
 * @param scale one factor per column
 * @param shift what is added
 */
record Affine(Weight.Vector scale, Optional<Weight.Vector> shift) {
    /** A learned factor per column. */
    static Affine layerScale(Weight.Vector scale) {
        return new Affine(scale, Optional.empty());
    }

    /** {@code (out - mean) / sqrt(variance + eps) * weight + bias}. */
    static Affine batchNorm(TensorNames.Convolution names, int channels, double eps) {
        Weight.Vector scale = new Weight.NormFactor(
                new Weight.Stored(names.normWeight(), channels),
                new Weight.Stored(names.normVariance(), channels),
                eps);
        Weight.Vector mean = new Weight.Stored(names.normMean(), channels);
        Weight.Vector bias = new Weight.Stored(names.normBias(), channels);
        return new Affine(scale, Optional.of(new Weight.Difference(bias, new Weight.Product(mean, scale))));
    }
}
