package dev.clipjet.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a graph of normalized images one of bytes. Pixels become levels less their channel's center, which the layer that reads them makes
 * up for: {@code W (scale (level - center) + c) + b = (W scale) (level - center) + (W c + b)} with {@code c = scale center + offset}.
 * Outside of an image, where normalized values are zero, a convolution reads the level that normalization makes zero.
 */
final class PixelFolding extends OpDefault<Op> {
    private final PixelNormalization normalization;
    private final Set<Value> levels = new HashSet<>();

    private PixelFolding(PixelNormalization normalization) {
        super(op -> op);
        this.normalization = normalization;
    }

    static Draft apply(Draft draft) {
        if (!(draft.input() instanceof GraphInput.Images images)
                || images.bytes().isEmpty()) {
            return draft;
        }
        PixelFolding folding = new PixelFolding(images.bytes().get());
        List<Draft.Entry> folded = new ArrayList<>();
        for (Draft.Entry entry : draft.entries()) {
            folded.add(new Draft.Entry(folding.fold(entry.op()), entry.affine()));
        }
        return draft.with(folded);
    }

    private Op fold(Op op) {
        Op folded = op.accept(this);
        if (folded == op && op.inputs().stream().anyMatch(levels::contains)) {
            throw new IllegalStateException(op.name() + " cannot take up the normalization of pixels");
        }
        return folded;
    }

    @Override
    public Op unfoldPatches(Op.UnfoldPatches op) {
        levels.add(op.output());
        return new Op.UnfoldPatches(
                op.label(), op.imageSize(), op.patchSize(), Optional.of(normalization), op.output());
    }

    @Override
    public Op pixelConvolution(Op.PixelConvolution op) {
        return new Op.PixelConvolution(
                op.label(),
                op.imageSize(),
                Optional.of(normalization),
                scaled(op.weight()),
                Optional.of(bias(op.weight(), op.bias())),
                op.window(),
                op.activation(),
                op.output());
    }

    @Override
    public Op linear(Op.Linear op) {
        if (!levels.contains(op.input())) {
            return op;
        }
        return new Op.Linear(
                op.label(),
                op.input(),
                scaled(op.weight()),
                Optional.of(bias(op.weight(), op.bias())),
                op.activation(),
                op.residual(),
                op.output());
    }

    private Weight.Matrix scaled(Weight.Matrix weight) {
        return weight.scaleColumns(
                perColumn(weight, normalization.scale(0), normalization.scale(1), normalization.scale(2)));
    }

    private Weight.Vector bias(Weight.Matrix weight, Optional<Weight.Vector> own) {
        Weight.Vector ofCenter =
                perColumn(weight, normalization.ofCenter(0), normalization.ofCenter(1), normalization.ofCenter(2));
        Weight.Vector constant = new Weight.Applied(weight, ofCenter);
        return own.<Weight.Vector>map(bias -> new Weight.Sum(bias, constant)).orElse(constant);
    }

    /** Columns are channel by channel. */
    private static Weight.Vector perColumn(Weight.Matrix weight, double red, double green, double blue) {
        int pixels = weight.columns() / PixelNormalization.CHANNELS;
        return new Weight.Repeated(new Weight.Constant(List.of(red, green, blue)), pixels);
    }
}
