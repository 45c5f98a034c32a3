package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;

/** The logistic function of each element in float32: {@code scores.cu}. */
public final class SigmoidKernel {
    private static final ElementType TYPE = ElementType.F32;
    private static final int THREADS = 256;
    private static final int MAX_ROWS = 65535;

    private final GpuFunction function;

    /** The kernel. */
    public SigmoidKernel(KernelLibrary library) {
        function = library.function("scores", "sigmoid_f32");
    }

    /**
     * Enqueues the function.
     *
     * @param in float32 [rows, columns]
     * @param out as {@code in}, which it may be
     */
    public void record(GpuStream stream, Matrix in, Matrix out) {
        LaunchCheck.of("sigmoid").elementwise(in, out, TYPE).atMost("rows", in.rows(), MAX_ROWS);
        KernelArguments arguments = new KernelArguments()
                .addInt(in.columns())
                .addLong(in.address())
                .addInt(in.stride())
                .addLong(out.address())
                .addInt(out.stride());
        Dim3 blocks = Dim3.of((in.columns() + THREADS - 1) / THREADS, in.rows());
        stream.launch(function, new LaunchShape(blocks, Dim3.of(THREADS), 0), arguments);
    }
}
