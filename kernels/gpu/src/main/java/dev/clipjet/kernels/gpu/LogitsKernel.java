package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;

/** Scores of images and texts, {@code out = scale * images texts^T + bias}, in float32: {@code scores.cu}. */
public final class LogitsKernel {
    private static final ElementType TYPE = ElementType.F32;
    private static final Dim3 BLOCK = Dim3.of(64);
    private static final int TILE = 32;
    private static final int MAX_IMAGES = TILE * 65535;

    private final GpuFunction function;

    /** The kernel. */
    public LogitsKernel(KernelLibrary library) {
        function = library.function("scores", "logits_f32");
    }

    /**
     * Enqueues the scores.
     *
     * @param images float32 [images, columns]
     * @param texts float32 [texts, columns]
     * @param scale what products are multiplied with
     * @param bias what is added then
     * @param out float32 [images, texts], apart from both
     */
    public void record(GpuStream stream, Matrix images, Matrix texts, float scale, float bias, Matrix out) {
        LaunchCheck.of("logits")
                .matrix("images", images, TYPE)
                .matrix("texts", texts, TYPE)
                .matrix("out", out, TYPE)
                .atMost("images", images.rows(), MAX_IMAGES)
                .shape("texts", texts, texts.rows(), images.columns())
                .shape("out", out, images.rows(), texts.rows())
                .apart("out", out, "images", images, TYPE)
                .apart("out", out, "texts", texts, TYPE);
        KernelArguments arguments = new KernelArguments()
                .addInt(images.rows())
                .addInt(texts.rows())
                .addInt(images.columns())
                .addFloat(scale)
                .addFloat(bias)
                .addLong(images.address())
                .addInt(images.stride())
                .addLong(texts.address())
                .addInt(texts.stride())
                .addLong(out.address())
                .addInt(out.stride());
        Dim3 blocks = Dim3.of((texts.rows() + TILE - 1) / TILE, (images.rows() + TILE - 1) / TILE);
        stream.launch(function, new LaunchShape(blocks, BLOCK, 0), arguments);
    }
}
