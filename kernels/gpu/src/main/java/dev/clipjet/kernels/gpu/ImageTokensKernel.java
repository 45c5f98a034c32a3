package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.numeric.ElementType;

/** The tokens of images: class token, embedded patches, positions, and the norm before the blocks: {@code tokens.cu}. */
public final class ImageTokensKernel {
    private static final Dim3 BLOCK = Dim3.of(128);

    private final ElementType type;
    private final GpuFunction plain;
    private final NormFunctions norming;

    /** The kernels for a storage type. */
    public ImageTokensKernel(KernelLibrary library, ElementType type) {
        this.type = type;
        plain = library.function("tokens", "image_tokens_" + type.kernelCode());
        norming = new NormFunctions(library, "tokens", "image_tokens_norm_" + type.kernelCode());
    }

    /**
     * Enqueues the tokens without a norm.
     *
     * @param patches [images * patches of an image, columns]
     * @param classToken T [columns], 16-byte aligned and readable to the next multiple of 16 bytes; 0 for none
     * @param positions [tokens of an image, columns]: one more than patches where there is a class token
     * @param out [images * tokens of an image, columns], apart from {@code patches}
     */
    public void record(GpuStream stream, Matrix patches, long classToken, Matrix positions, Matrix out) {
        int patchesOfImage = check("image_tokens", patches, classToken, positions, out);
        KernelArguments arguments = new KernelArguments();
        source(arguments, patchesOfImage, patches, classToken, positions)
                .addLong(out.address())
                .addInt(out.stride());
        stream.launch(plain, new LaunchShape(Dim3.of(out.rows()), BLOCK, 0), arguments);
    }

    /**
     * Enqueues the tokens, normed.
     *
     * @param gamma float32 [columns], 16-byte aligned
     * @param beta float32 [columns], 16-byte aligned
     * @param eps added to the variance, not negative
     */
    public void recordNorming(
            GpuStream stream,
            Matrix patches,
            long classToken,
            Matrix positions,
            long gamma,
            long beta,
            float eps,
            Matrix out) {
        int patchesOfImage = check("image_tokens_norm", patches, classToken, positions, out);
        LaunchCheck.of("image_tokens_norm")
                .aligned("gamma", gamma, 16)
                .aligned("beta", beta, 16)
                .require(eps >= 0, "eps is " + eps + "; it must not be negative");
        KernelArguments arguments = new KernelArguments().addInt(out.rows());
        source(arguments, patchesOfImage, patches, classToken, positions)
                .addLong(gamma)
                .addLong(beta)
                .addFloat(eps)
                .addLong(out.address())
                .addInt(out.stride());
        stream.launch(norming.function(out.columns()), norming.shape(out.rows(), out.columns()), arguments);
    }

    private static KernelArguments source(
            KernelArguments arguments, int patchesOfImage, Matrix patches, long classToken, Matrix positions) {
        return arguments
                .addInt(patchesOfImage)
                .addInt(patches.columns())
                .addLong(patches.address())
                .addInt(patches.stride())
                .addLong(classToken)
                .addLong(positions.address())
                .addInt(positions.stride());
    }

    private int check(String kernel, Matrix patches, long classToken, Matrix positions, Matrix out) {
        int extra = classToken == 0 ? 0 : 1;
        int patchesOfImage = positions.rows() - extra;
        LaunchCheck check = LaunchCheck.of(kernel)
                .require(patchesOfImage > 0, "positions of " + positions.rows() + " tokens leave no patch")
                .multiple("rows of patches", patches.rows(), patchesOfImage)
                .matrix("patches", patches, type)
                .matrix("positions", positions, type)
                .matrix("out", out, type)
                .shape("positions", positions, positions.rows(), patches.columns())
                .shape("out", out, patches.rows() / patchesOfImage * positions.rows(), patches.columns())
                .apart("out", out, "patches", patches, type)
                .apart("out", out, "positions", positions, type);
        if (extra == 1) {
            check.aligned("classToken", classToken, 16);
        }
        return patchesOfImage;
    }
}
