package dev.clipjet.cpu;

import dev.clipjet.kernels.cpu.AttentionKernel;
import dev.clipjet.kernels.cpu.AveragePoolKernel;
import dev.clipjet.kernels.cpu.ConvolutionKernel;
import dev.clipjet.kernels.cpu.LayerNormKernel;
import dev.clipjet.kernels.cpu.LinearKernel;
import dev.clipjet.kernels.cpu.PooledAttentionKernel;
import dev.clipjet.kernels.cpu.WorkerPool;

/** The kernels of one executor, each with the scratch memory of its workers. */
final class CpuKernels implements AutoCloseable {
    private final LinearKernel linear;
    private final ConvolutionKernel convolution;
    private final AveragePoolKernel averagePool;
    private final LayerNormKernel layerNorm;
    private final AttentionKernel attention;
    private final PooledAttentionKernel pooledAttention;
    private final TokenKernels tokens;

    CpuKernels(WorkerPool pool) {
        linear = new LinearKernel(pool);
        convolution = new ConvolutionKernel(pool);
        averagePool = new AveragePoolKernel(pool);
        layerNorm = new LayerNormKernel(pool);
        attention = new AttentionKernel(pool);
        pooledAttention = new PooledAttentionKernel(pool);
        tokens = new TokenKernels(pool);
    }

    LinearKernel linear() {
        return linear;
    }

    ConvolutionKernel convolution() {
        return convolution;
    }

    AveragePoolKernel averagePool() {
        return averagePool;
    }

    LayerNormKernel layerNorm() {
        return layerNorm;
    }

    AttentionKernel attention() {
        return attention;
    }

    PooledAttentionKernel pooledAttention() {
        return pooledAttention;
    }

    TokenKernels tokens() {
        return tokens;
    }

    @Override
    public void close() {
        linear.close();
        convolution.close();
        attention.close();
        pooledAttention.close();
    }
}
