package dev.clipjet.graph;

/** What somebody does with each kind of operation. */
public interface OpVisitor<R> {
    R unfoldPatches(Op.UnfoldPatches op);

    R assembleTokens(Op.AssembleTokens op);

    R assembleMeanToken(Op.AssembleMeanToken op);

    R embedTokens(Op.EmbedTokens op);

    R layerNorm(Op.LayerNorm op);

    R linear(Op.Linear op);

    R attention(Op.Attention op);

    R averageTokens(Op.AverageTokens op);

    R gatherPooled(Op.GatherPooled op);

    R pixelConvolution(Op.PixelConvolution op);

    R convolution(Op.Convolution op);

    R averagePool(Op.AveragePool op);
}
