package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;

/** The mean of the patch tokens of each image: {@code pooling.cu}. */
public final class AveragePatchesKernel {
    private static final Dim3 BLOCK = Dim3.of(256);
    private static final int BLOCK_COLUMNS = 128;
    private static final int MAX_IMAGES = 65535;

    private final ElementType type;
    private final GpuFunction function;

    /** The kernel for a storage type. */
    public AveragePatchesKernel(KernelLibrary library, ElementType type) {
        this.type = type;
        function = library.function("pooling", "average_patches_" + type.kernelCode());
    }

    /**
     * Enqueues the mean.
     *
     * @param in [images * tokens of an image, columns]
     * @param first the first token that counts: 1 behind a class token, else 0
     * @param out [images, columns], apart from {@code in}
     */
    public void record(GpuStream stream, Matrix in, int first, Matrix out) {
        LaunchCheck check = LaunchCheck.of("average_patches")
                .matrix("in", in, type)
                .matrix("out", out, type)
                .multiple("rows of in", in.rows(), out.rows())
                .shape("out", out, out.rows(), in.columns())
                .atMost("images", out.rows(), MAX_IMAGES)
                .apart("out", out, "in", in, type);
        int tokens = in.rows() / out.rows();
        check.require(first >= 0 && first < tokens, "the first token is " + first + " of " + tokens);
        KernelArguments arguments = new KernelArguments()
                .addInt(tokens)
                .addInt(first)
                .addInt(in.columns())
                .addLong(in.address())
                .addInt(in.stride())
                .addLong(out.address())
                .addInt(out.stride());
        Dim3 blocks = new Dim3((in.columns() + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS, out.rows(), 1);
        stream.launch(function, new LaunchShape(blocks, BLOCK, 0), arguments);
    }
}
