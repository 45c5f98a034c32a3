package dev.clipjet.kernels.gpu;

import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.numeric.ElementType;

/** Layer norm of rows, alone and after a residual addition: {@code layer_norm.cu}. */
public final class LayerNormKernel {
    private final ElementType type;
    private final NormFunctions plain;
    private final NormFunctions adding;

    /** The kernels for a storage type. */
    public LayerNormKernel(KernelLibrary library, ElementType type) {
        this.type = type;
        plain = new NormFunctions(library, "layer_norm", "layer_norm_" + type.kernelCode());
        adding = new NormFunctions(library, "layer_norm", "add_layer_norm_" + type.kernelCode());
    }

    /**
     * Enqueues {@code out = norm(in)}.
     *
     * @param in [rows, columns]
     * @param gamma float32 [columns], 16-byte aligned
     * @param beta float32 [columns], 16-byte aligned
     * @param eps added to the variance, not negative
     * @param out as {@code in}, which it may be
     */
    public void record(GpuStream stream, Matrix in, long gamma, long beta, float eps, Matrix out) {
        check("layer_norm", gamma, beta, eps, out).elementwise(in, out, type);
        KernelArguments arguments = new KernelArguments()
                .addInt(in.rows())
                .addInt(in.columns())
                .addLong(in.address())
                .addInt(in.stride());
        stream.launch(
                plain.function(in.columns()),
                plain.shape(in.rows(), in.columns()),
                withNorm(arguments, gamma, beta, eps, out));
    }

    /**
     * Enqueues {@code residual += branch; out = norm(residual)}, in one pass.
     *
     * @param residual [rows, columns], the stream, read and written
     * @param branch as {@code residual}, what is added
     * @param gamma float32 [columns], 16-byte aligned
     * @param beta float32 [columns], 16-byte aligned
     * @param eps added to the variance, not negative
     * @param out as {@code residual}, apart from it; may be {@code branch}
     */
    public void recordAdding(
            GpuStream stream, Matrix residual, Matrix branch, long gamma, long beta, float eps, Matrix out) {
        LaunchCheck check = check("add_layer_norm", gamma, beta, eps, out)
                .matrix("residual", residual, type)
                .matrix("branch", branch, type)
                .shape("branch", branch, residual.rows(), residual.columns())
                .shape("out", out, residual.rows(), residual.columns())
                .apart("residual", residual, "branch", branch, type)
                .apart("out", out, "residual", residual, type);
        if (branch.address() != out.address() || branch.stride() != out.stride()) {
            check.apart("out", out, "branch", branch, type);
        }
        KernelArguments arguments = new KernelArguments()
                .addInt(residual.rows())
                .addInt(residual.columns())
                .addLong(residual.address())
                .addInt(residual.stride())
                .addLong(branch.address())
                .addInt(branch.stride());
        stream.launch(
                adding.function(residual.columns()),
                adding.shape(residual.rows(), residual.columns()),
                withNorm(arguments, gamma, beta, eps, out));
    }

    private LaunchCheck check(String kernel, long gamma, long beta, float eps, Matrix out) {
        return LaunchCheck.of(kernel)
                .aligned("gamma", gamma, 16)
                .aligned("beta", beta, 16)
                .require(eps >= 0, "eps is " + eps + "; it must not be negative")
                .matrix("out", out, type);
    }

    private static KernelArguments withNorm(KernelArguments arguments, long gamma, long beta, float eps, Matrix out) {
        return arguments
                .addLong(gamma)
                .addLong(beta)
                .addFloat(eps)
                .addLong(out.address())
                .addInt(out.stride());
    }
}
