package dev.clipjet.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a graph of normalized images one of bytes. Patches become levels less their channel's center, which the layer behind them makes
 * up for: {@code W (scale (level - center) + c) + b = (W scale) (level - center) + (W c + b)} with {@code c = scale center + offset}. A
 * convolution normalizes by itself what it reads: at its border a folded normalization would not be zero.
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
                op.weight(),
                op.bias(),
                op.window(),
                op.activation(),
                op.output());
    }

    @Override
    public Op linear(Op.Linear op) {
        if (!levels.contains(op.input())) {
            return op;
        }
        int pixels = op.weight().columns() / PixelNormalization.CHANNELS;
        Weight.Vector scale =
                perChannel(pixels, normalization.scale(0), normalization.scale(1), normalization.scale(2));
        Weight.Vector ofCenter =
                perChannel(pixels, normalization.ofCenter(0), normalization.ofCenter(1), normalization.ofCenter(2));
        Weight.Vector constant = new Weight.Applied(op.weight(), ofCenter);
        return new Op.Linear(
                op.label(),
                op.input(),
                op.weight().scaleColumns(scale),
                Optional.of(op.bias()
                        .<Weight.Vector>map(bias -> new Weight.Sum(bias, constant))
                        .orElse(constant)),
                op.activation(),
                op.residual(),
                op.output());
    }

    /** Columns are channel by channel. */
    private static Weight.Vector perChannel(int pixels, double red, double green, double blue) {
        return new Weight.Repeated(new Weight.Constant(List.of(red, green, blue)), pixels);
    }
}
