package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A kernel for convolutions: {@code convolution.cuh}, {@code convolution_wgmma.cuh}, {@code convolution_f32.cu}.
 *
 * @param target {@link KernelLibrary#BASE_TARGET} or {@link KernelLibrary#HOPPER_TARGET}
 * @param rows rows of the product that a block computes: pixels of the result, before pooling
 * @param columns columns of the product that a block computes: filters
 * @param warpRows rows that a warp, or a warpgroup by {@code wgmma}, computes
 * @param warpColumns columns that it computes
 * @param threads threads of a block
 * @param stages tiles along K that are in shared memory at a time
 * @param sharedBytes dynamic shared memory of a block
 */
public record ConvolutionVariant(
        String target, int rows, int columns, int warpRows, int warpColumns, int threads, int stages, int sharedBytes)
        implements GemmVariant {
    /** Bytes that describe a row. */
    private static final int ROW_WINDOW_BYTES = 8;

    private static final List<ConvolutionVariant> HALF = List.of(
            base(128, 128, 64, 64, 3),
            base(128, 64, 64, 32, 3),
            base(128, 32, 32, 32, 4),
            base(64, 64, 32, 32, 4),
            base(64, 32, 16, 32, 5));

    private static final List<ConvolutionVariant> HOPPER = List.of(
            hopper(64, 64, 6), hopper(64, 128, 4), hopper(128, 64, 4), hopper(128, 128, 3), hopper(128, 256, 4));

    private static final List<ConvolutionVariant> FLOAT = List.of(base(128, 64, 32, 64, 3), base(32, 64, 8, 64, 4));

    private static ConvolutionVariant base(int rows, int columns, int warpRows, int warpColumns, int stages) {
        return new ConvolutionVariant(
                KernelLibrary.BASE_TARGET,
                rows,
                columns,
                warpRows,
                warpColumns,
                128,
                stages,
                stages * (rows + columns) * ROW_BYTES + rows * ROW_WINDOW_BYTES);
    }

    private static ConvolutionVariant hopper(int rows, int columns, int stages) {
        int barriers = 16 * stages;
        return new ConvolutionVariant(
                KernelLibrary.HOPPER_TARGET,
                rows,
                columns,
                64,
                columns,
                2 * rows + LinearVariant.PRODUCERS,
                stages,
                stages * (rows + columns) * ROW_BYTES + barriers + rows * ROW_WINDOW_BYTES);
    }

    private String group() {
        return target.equals(KernelLibrary.HOPPER_TARGET) ? "wgmma_" : "";
    }

    /** The variants for a storage type that a device runs. */
    static List<ConvolutionVariant> of(ElementType type, boolean hopper) {
        List<ConvolutionVariant> variants = new ArrayList<>(type == ElementType.F32 ? FLOAT : HALF);
        if (hopper && type != ElementType.F32) {
            variants.addAll(HOPPER);
        }
        return variants;
    }

    /** The file it is in. */
    String family(ElementType type) {
        return "convolution_" + group() + type.kernelCode();
    }

    /** Its entry for a storage type. */
    String entry(ElementType type) {
        return String.format(Locale.ROOT, "convolution_%s%dx%d_%s", group(), rows, columns, type.kernelCode());
    }
}
