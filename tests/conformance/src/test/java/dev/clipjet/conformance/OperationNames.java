package dev.clipjet.conformance;

import dev.clipjet.graph.Op;
import dev.clipjet.graph.OpVisitor;

/** What each kind of operation computes, in a few words for the page of operations; a new kind does not compile without them. */
final class OperationNames implements OpVisitor<String> {
    static final OperationNames VISITOR = new OperationNames();

    private OperationNames() {}

    @Override
    public String unfoldPatches(Op.UnfoldPatches op) {
        return "patches of images as rows";
    }

    @Override
    public String assembleTokens(Op.AssembleTokens op) {
        return "class token, patches and position embeddings";
    }

    @Override
    public String assembleMeanToken(Op.AssembleMeanToken op) {
        return "pixels of a feature map behind their mean, and position embeddings";
    }

    @Override
    public String embedTokens(Op.EmbedTokens op) {
        return "rows of the token table and position embeddings";
    }

    @Override
    public String layerNorm(Op.LayerNorm op) {
        return "norm of each row, scale and shift";
    }

    @Override
    public String linear(Op.Linear op) {
        return "matrix product with bias, activation or residual";
    }

    @Override
    public String attention(Op.Attention op) {
        return "multi-head attention within an item; open, causal or with one query";
    }

    @Override
    public String averageTokens(Op.AverageTokens op) {
        return "mean of an item's rows";
    }

    @Override
    public String gatherPooled(Op.GatherPooled op) {
        return "the pooled row of each item";
    }

    @Override
    public String pixelConvolution(Op.PixelConvolution op) {
        return "convolution of images, bytes or floats, with bias and activation";
    }

    @Override
    public String convolution(Op.Convolution op) {
        return "convolution of a feature map with bias, residual and activation";
    }

    @Override
    public String averagePool(Op.AveragePool op) {
        return "mean of squares of pixels";
    }
}
