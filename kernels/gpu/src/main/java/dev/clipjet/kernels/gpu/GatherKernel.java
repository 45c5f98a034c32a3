package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;

/** Gather of rows, {@code out[s] = in[rows[s]]}: {@code gather.cu}. */
public final class GatherKernel {
    private static final Dim3 BLOCK = Dim3.of(128);

    private final ElementType type;
    private final GpuFunction function;

    /** The kernel for a storage type. */
    public GatherKernel(KernelLibrary library, ElementType type) {
        this.type = type;
        function = library.function("gather", "gather_rows_" + type.kernelCode());
    }

    /**
     * Enqueues the gather.
     *
     * @param in [tokens, columns]
     * @param rows int32 [sequences], each a row of {@code in}
     * @param out [sequences, columns], apart from {@code in}
     */
    public void record(GpuStream stream, Matrix in, long rows, Matrix out) {
        LaunchCheck.of("gather_rows")
                .matrix("in", in, type)
                .matrix("out", out, type)
                .shape("out", out, out.rows(), in.columns())
                .apart("out", out, "in", in, type)
                .aligned("rows", rows, 4);
        KernelArguments arguments = new KernelArguments()
                .addInt(in.columns())
                .addLong(in.address())
                .addInt(in.stride())
                .addLong(rows)
                .addLong(out.address())
                .addInt(out.stride());
        stream.launch(function, new LaunchShape(Dim3.of(out.rows()), BLOCK, 0), arguments);
    }
}
