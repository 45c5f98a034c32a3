package dev.clipjet.gpu;

import dev.clipjet.kernels.gpu.AttentionKernel;
import dev.clipjet.kernels.gpu.AveragePatchesKernel;
import dev.clipjet.kernels.gpu.AveragePoolKernel;
import dev.clipjet.kernels.gpu.ConvolutionKernels;
import dev.clipjet.kernels.gpu.EmbedTokensKernel;
import dev.clipjet.kernels.gpu.GatherKernel;
import dev.clipjet.kernels.gpu.ImageTokensKernel;
import dev.clipjet.kernels.gpu.KernelLibrary;
import dev.clipjet.kernels.gpu.LayerNormKernel;
import dev.clipjet.kernels.gpu.MeanTokensKernel;
import dev.clipjet.kernels.gpu.PixelConvolutionKernel;
import dev.clipjet.kernels.gpu.UnfoldKernel;
import dev.clipjet.numeric.ElementType;

/** The kernels of one operation each, for one element type. */
final class OperationKernels {
    private final LayerNormKernel layerNorm;
    private final AttentionKernel attention;
    private final UnfoldKernel unfold;
    private final ImageTokensKernel imageTokens;
    private final EmbedTokensKernel embedTokens;
    private final GatherKernel gather;
    private final AveragePatchesKernel average;
    private final PixelConvolutionKernel pixelConvolution;
    private final ConvolutionKernels convolution;
    private final AveragePoolKernel averagePool;
    private final MeanTokensKernel meanTokens;

    OperationKernels(KernelLibrary library, ElementType type) {
        layerNorm = new LayerNormKernel(library, type);
        attention = new AttentionKernel(library, type);
        unfold = new UnfoldKernel(library, type);
        imageTokens = new ImageTokensKernel(library, type);
        embedTokens = new EmbedTokensKernel(library, type);
        gather = new GatherKernel(library, type);
        average = new AveragePatchesKernel(library, type);
        pixelConvolution = new PixelConvolutionKernel(library, type);
        convolution = new ConvolutionKernels(library, type);
        averagePool = new AveragePoolKernel(library, type);
        meanTokens = new MeanTokensKernel(library, type);
    }

    LayerNormKernel layerNorm() {
        return layerNorm;
    }

    AttentionKernel attention() {
        return attention;
    }

    UnfoldKernel unfold() {
        return unfold;
    }

    ImageTokensKernel imageTokens() {
        return imageTokens;
    }

    EmbedTokensKernel embedTokens() {
        return embedTokens;
    }

    GatherKernel gather() {
        return gather;
    }

    AveragePatchesKernel average() {
        return average;
    }

    PixelConvolutionKernel pixelConvolution() {
        return pixelConvolution;
    }

    ConvolutionKernels convolution() {
        return convolution;
    }

    AveragePoolKernel averagePool() {
        return averagePool;
    }

    MeanTokensKernel meanTokens() {
        return meanTokens;
    }
}
