package dev.clipjet.graph;

import java.util.List;
import java.util.Optional;

/**
 * Moves what is done to a product's columns into its weight and bias: {@code (W x + b) * scale + shift = (scale W) x + (scale b +
 * shift)}. Layer scale and batch norm are of this kind. Operations without weights keep theirs, which is an error when the graph is
 * built.
 */
final class AffineFolding extends OpDefault<Draft.Entry> {
    private final Affine affine;

    private AffineFolding(Affine affine) {
        super(op -> new Draft.Entry(op, Optional.of(affine)));
        this.affine = affine;
    }

    static Draft apply(Draft draft) {
        List<Draft.Entry> folded = draft.entries().stream()
                .map(entry -> entry.affine()
                        .map(affine -> entry.op().accept(new AffineFolding(affine)))
                        .orElse(entry))
                .toList();
        return draft.with(folded);
    }

    private Optional<Weight.Vector> bias(Optional<Weight.Vector> old) {
        Optional<Weight.Vector> scaled = old.map(bias -> new Weight.Product(bias, affine.scale()));
        if (affine.shift().isEmpty() || scaled.isEmpty()) {
            return scaled.or(affine::shift);
        }
        return Optional.of(new Weight.Sum(scaled.get(), affine.shift().get()));
    }

    @Override
    public Draft.Entry linear(Op.Linear op) {
        return folded(new Op.Linear(
                op.label(),
                op.input(),
                op.weight().scaleRows(affine.scale()),
                bias(op.bias()),
                op.activation(),
                op.residual(),
                op.output()));
    }

    @Override
    public Draft.Entry convolution(Op.Convolution op) {
        return folded(new Op.Convolution(
                op.label(),
                op.input(),
                op.weight().scaleRows(affine.scale()),
                bias(op.bias()),
                op.window(),
                op.activation(),
                op.residual(),
                op.output()));
    }

    @Override
    public Draft.Entry pixelConvolution(Op.PixelConvolution op) {
        return folded(new Op.PixelConvolution(
                op.label(),
                op.imageSize(),
                op.bytes(),
                op.weight().scaleRows(affine.scale()),
                bias(op.bias()),
                op.window(),
                op.activation(),
                op.output()));
    }

    private static Draft.Entry folded(Op op) {
        return new Draft.Entry(op, Optional.empty());
    }
}
