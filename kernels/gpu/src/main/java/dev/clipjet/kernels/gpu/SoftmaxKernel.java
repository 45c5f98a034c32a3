package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;

/** Softmax over rows in float32: {@code scores.cu}. */
public final class SoftmaxKernel {
    private static final ElementType TYPE = ElementType.F32;
    private static final Dim3 BLOCK = Dim3.of(256);

    private final GpuFunction function;

    /** The kernel. */
    public SoftmaxKernel(KernelLibrary library) {
        function = library.function("scores", "softmax_rows_f32");
    }

    /**
     * Enqueues the softmax.
     *
     * @param in float32 [rows, columns]
     * @param out as {@code in}, which it may be
     */
    public void record(GpuStream stream, Matrix in, Matrix out) {
        LaunchCheck.of("softmax_rows").elementwise(in, out, TYPE);
        KernelArguments arguments = new KernelArguments()
                .addInt(in.columns())
                .addLong(in.address())
                .addInt(in.stride())
                .addLong(out.address())
                .addInt(out.stride());
        stream.launch(function, new LaunchShape(Dim3.of(in.rows()), BLOCK, 0), arguments);
    }
}
