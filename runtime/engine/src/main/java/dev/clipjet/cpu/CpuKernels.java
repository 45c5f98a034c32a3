package dev.clipjet.cpu;

import dev.clipjet.kernels.cpu.AttentionKernel;
import dev.clipjet.kernels.cpu.LayerNormKernel;
import dev.clipjet.kernels.cpu.LinearKernel;
import dev.clipjet.kernels.cpu.WorkerPool;

/** The kernels of one executor, each with the scratch memory of its workers. */
final class CpuKernels implements AutoCloseable {
    private final LinearKernel linear;
    private final LayerNormKernel layerNorm;
    private final AttentionKernel attention;
    private final TokenKernels tokens;

    CpuKernels(WorkerPool pool) {
        linear = new LinearKernel(pool);
        layerNorm = new LayerNormKernel(pool);
        attention = new AttentionKernel(pool);
        tokens = new TokenKernels(pool);
    }

    LinearKernel linear() {
        return linear;
    }

    LayerNormKernel layerNorm() {
        return layerNorm;
    }

    AttentionKernel attention() {
        return attention;
    }

    TokenKernels tokens() {
        return tokens;
    }

    @Override
    public void close() {
        attention.close();
        linear.close();
    }
}
