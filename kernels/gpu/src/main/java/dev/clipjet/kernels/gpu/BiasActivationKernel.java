package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;

/** Bias and activation of a product that another library computed, {@code x = act(x + bias)} in place: {@code bias_activation.cu}. */
public final class BiasActivationKernel {
    private static final int THREADS = 128;
    private static final int MAX_ROWS = 65535;

    private final ElementType type;
    private final GpuFunction function;

    /** The kernel for a storage type. */
    public BiasActivationKernel(KernelLibrary library, ElementType type) {
        this.type = type;
        function = library.function("bias_activation", "bias_activation_" + type.kernelCode());
    }

    /**
     * Enqueues it.
     *
     * @param x in place; its pad columns up to the next multiple of 16 bytes may be overwritten
     * @param bias float32 [columns], or 0 for none
     */
    public void record(GpuStream stream, Matrix x, long bias, Activation activation) {
        LaunchCheck check = LaunchCheck.of("bias_activation")
                .atMost("rows", x.rows(), MAX_ROWS)
                .multiple("bytes of a row", (long) x.stride() * type.bytes(), Matrix.ALIGNMENT);
        if (bias != 0) {
            check.aligned("bias", bias, Float.BYTES);
        }
        int perBlock = THREADS * Matrix.ALIGNMENT / type.bytes();
        KernelArguments arguments = new KernelArguments()
                .addInt(x.columns())
                .addLong(bias)
                .addLong(x.address())
                .addLong(x.stride())
                .addInt(activation.code());
        Dim3 grid = Dim3.of((x.columns() + perBlock - 1) / perBlock, x.rows());
        stream.launch(function, new LaunchShape(grid, Dim3.of(THREADS), 0), arguments);
    }
}
