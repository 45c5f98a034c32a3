package dev.clipjet.graph;

import java.util.function.Function;

/**
 * A visitor for those to whom most operations are the same: what is not overridden gives the default. Not for executors, whose answer
 * to a new operation must not be a default.
 */
public abstract class OpDefault<R> implements OpVisitor<R> {
    private final Function<Op, R> others;

    /** @param others the answer for every operation whose method is not overridden */
    protected OpDefault(Function<Op, R> others) {
        this.others = others;
    }

    @Override
    public R unfoldPatches(Op.UnfoldPatches op) {
        return others.apply(op);
    }

    @Override
    public R assembleTokens(Op.AssembleTokens op) {
        return others.apply(op);
    }

    @Override
    public R assembleMeanToken(Op.AssembleMeanToken op) {
        return others.apply(op);
    }

    @Override
    public R embedTokens(Op.EmbedTokens op) {
        return others.apply(op);
    }

    @Override
    public R layerNorm(Op.LayerNorm op) {
        return others.apply(op);
    }

    @Override
    public R linear(Op.Linear op) {
        return others.apply(op);
    }

    @Override
    public R attention(Op.Attention op) {
        return others.apply(op);
    }

    @Override
    public R averageTokens(Op.AverageTokens op) {
        return others.apply(op);
    }

    @Override
    public R gatherPooled(Op.GatherPooled op) {
        return others.apply(op);
    }

    @Override
    public R pixelConvolution(Op.PixelConvolution op) {
        return others.apply(op);
    }

    @Override
    public R convolution(Op.Convolution op) {
        return others.apply(op);
    }

    @Override
    public R averagePool(Op.AveragePool op) {
        return others.apply(op);
    }
}
