package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;

/** Rows divided by their L2 norm, {@code out[r] = in[r] / max(|in[r]|, eps)}, in float32: {@code scores.cu}. */
public final class NormalizeKernel {
    private static final Dim3 BLOCK = Dim3.of(128);
    private static final int ROWS_PER_BLOCK = 4;

    private final ElementType type;
    private final GpuFunction function;

    /** The kernel for the storage type of what is normalized. */
    public NormalizeKernel(KernelLibrary library, ElementType type) {
        this.type = type;
        function = library.function("scores", "normalize_" + type.kernelCode());
    }

    /**
     * Enqueues the normalization.
     *
     * @param in [rows, columns]
     * @param eps the least length, not negative; 0 makes NaN of a row of zeros
     * @param out float32 [rows, columns], apart from {@code in}
     */
    public void record(GpuStream stream, Matrix in, float eps, Matrix out) {
        LaunchCheck.of("normalize")
                .matrix("in", in, type)
                .matrix("out", out, ElementType.F32)
                .shape("out", out, in.rows(), in.columns())
                .require(eps >= 0, "eps is " + eps + "; it must not be negative")
                .apart("out", out, ElementType.F32, "in", in, type);
        KernelArguments arguments = new KernelArguments()
                .addInt(in.rows())
                .addInt(in.columns())
                .addFloat(eps)
                .addLong(in.address())
                .addInt(in.stride())
                .addLong(out.address())
                .addInt(out.stride());
        Dim3 blocks = Dim3.of((in.rows() + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK);
        stream.launch(function, new LaunchShape(blocks, BLOCK, 0), arguments);
    }
}
