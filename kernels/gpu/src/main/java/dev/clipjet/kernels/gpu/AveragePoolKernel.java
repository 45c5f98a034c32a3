package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;

/** The means over squares of pixels of feature maps in NHWC: {@code pooling.cu}. */
public final class AveragePoolKernel {
    private static final int THREADS = 256;

    private final ElementType type;
    private final GpuFunction function;

    /** The kernel for a storage type. */
    public AveragePoolKernel(KernelLibrary library, ElementType type) {
        this.type = type;
        function = library.function("pooling", "average_pool_" + type.kernelCode());
    }

    /**
     * Enqueues the means.
     *
     * @param in [images * height * width, channels]
     * @param height lines of a map
     * @param width pixels of a line
     * @param pool pixels of a side that become one; lines and columns that are left over do not count
     * @param out [images * (height / pool) * (width / pool), channels], apart from {@code in}
     */
    public void record(GpuStream stream, Matrix in, int height, int width, int pool, Matrix out) {
        LaunchCheck check = LaunchCheck.of("average_pool")
                .positive("pool", pool)
                .require(
                        height >= pool && width >= pool,
                        "a map of " + height + " x " + width + " has no square of " + pool)
                .matrix("in", in, type)
                .matrix("out", out, type)
                .apart("out", out, "in", in, type);
        int pack = Matrix.ALIGNMENT / type.bytes();
        check.multiple("rows of in", in.rows(), height * width)
                .shape("out", out, in.rows() / (height * width) * (height / pool) * (width / pool), in.columns())
                .atMost("packs of in", (long) in.rows() * GemmVariant.ceil(in.columns(), pack), Integer.MAX_VALUE);
        int packs = out.rows() * GemmVariant.ceil(out.columns(), pack);
        KernelArguments arguments = new KernelArguments()
                .addInt(out.rows())
                .addInt(out.columns())
                .addInt(height)
                .addInt(width)
                .addInt(pool)
                .addLong(in.address())
                .addInt(in.stride())
                .addLong(out.address())
                .addInt(out.stride());
        stream.launch(
                function, new LaunchShape(Dim3.of(GemmVariant.ceil(packs, THREADS)), Dim3.of(THREADS), 0), arguments);
    }
}
