package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;

/** The tokens of attention pooling: the mean of the pixels of a feature map before them, and positions: {@code pooling.cu}. */
public final class MeanTokensKernel {
    private static final Dim3 BLOCK = Dim3.of(256);
    private static final int BLOCK_COLUMNS = 128;
    private static final int MAX_IMAGES = 65535;

    private final ElementType type;
    private final GpuFunction function;

    /** The kernel for a storage type. */
    public MeanTokensKernel(KernelLibrary library, ElementType type) {
        this.type = type;
        function = library.function("pooling", "mean_tokens_" + type.kernelCode());
    }

    /**
     * Enqueues the tokens.
     *
     * @param in [images * pixels of a map, columns]
     * @param positions [1 + pixels of a map, columns]
     * @param out [images * (1 + pixels of a map), columns], apart from both
     */
    public void record(GpuStream stream, Matrix in, Matrix positions, Matrix out) {
        int pixels = positions.rows() - 1;
        LaunchCheck.of("mean_tokens")
                .require(pixels > 0, "positions of " + positions.rows() + " tokens leave no pixel")
                .multiple("rows of in", in.rows(), pixels)
                .matrix("in", in, type)
                .matrix("positions", positions, type)
                .matrix("out", out, type)
                .shape("positions", positions, positions.rows(), in.columns())
                .shape("out", out, in.rows() / pixels * positions.rows(), in.columns())
                .atMost("images", in.rows() / pixels, MAX_IMAGES)
                .apart("out", out, "in", in, type)
                .apart("out", out, "positions", positions, type);
        KernelArguments arguments = new KernelArguments()
                .addInt(pixels)
                .addInt(in.columns())
                .addLong(in.address())
                .addInt(in.stride())
                .addLong(positions.address())
                .addInt(positions.stride())
                .addLong(out.address())
                .addInt(out.stride());
        Dim3 blocks = new Dim3(GemmVariant.ceil(in.columns(), BLOCK_COLUMNS), in.rows() / pixels, 1);
        stream.launch(function, new LaunchShape(blocks, BLOCK, 0), arguments);
    }
}
