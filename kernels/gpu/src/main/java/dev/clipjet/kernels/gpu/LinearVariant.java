package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A kernel for linear layers: {@code linear.cuh}, {@code linear_wgmma.cuh}, {@code gemm_f32.cu}.
 *
 * @param target {@link KernelLibrary#BASE_TARGET} or {@link KernelLibrary#HOPPER_TARGET}
 * @param rows rows of the output that a block computes
 * @param columns columns of the output that a block computes
 * @param warpRows rows that a warp, or a warpgroup by {@code wgmma}, computes
 * @param warpColumns columns that it computes
 * @param threads threads of a block
 * @param stages tiles along K that are in shared memory at a time
 * @param sharedBytes dynamic shared memory of a block
 */
public record LinearVariant(
        String target, int rows, int columns, int warpRows, int warpColumns, int threads, int stages, int sharedBytes)
        implements GemmVariant {
    /** Threads that copy, beside those that multiply, where they are apart. */
    static final int PRODUCERS = 64;

    private static final List<LinearVariant> HALF = List.of(
            base(128, 128, 64, 64, 3),
            base(64, 64, 32, 32, 4),
            base(64, 32, 16, 32, 5),
            base(64, 16, 16, 16, 6),
            base(16, 64, 16, 16, 6),
            base(16, 16, 16, 16, 8));

    private static final List<LinearVariant> HOPPER = List.of(
            hopper(64, 64, 6), hopper(64, 128, 4), hopper(128, 64, 4), hopper(128, 128, 3), hopper(128, 256, 4));

    private static final List<LinearVariant> FLOAT = List.of(base(128, 64, 32, 64, 3), base(32, 64, 8, 64, 4));

    private static LinearVariant base(int rows, int columns, int warpRows, int warpColumns, int stages) {
        return new LinearVariant(
                KernelLibrary.BASE_TARGET,
                rows,
                columns,
                warpRows,
                warpColumns,
                128,
                stages,
                stages * (rows + columns) * ROW_BYTES);
    }

    private static LinearVariant hopper(int rows, int columns, int stages) {
        int barriers = 16 * stages;
        return new LinearVariant(
                KernelLibrary.HOPPER_TARGET,
                rows,
                columns,
                64,
                columns,
                2 * rows + PRODUCERS,
                stages,
                stages * (rows + columns) * ROW_BYTES + barriers);
    }

    /** The variants for a storage type that a device runs. */
    static List<LinearVariant> of(ElementType type, boolean hopper) {
        List<LinearVariant> variants = new ArrayList<>(type == ElementType.F32 ? FLOAT : HALF);
        if (hopper && type != ElementType.F32) {
            variants.addAll(HOPPER);
        }
        return variants;
    }

    private String group() {
        return target.equals(KernelLibrary.HOPPER_TARGET) ? "wgmma_" : "";
    }

    /** The file it is in. */
    String family(ElementType type) {
        return "gemm_" + group() + type.kernelCode();
    }

    /** Its entry for a storage type. */
    String entry(ElementType type) {
        return String.format(Locale.ROOT, "linear_%s%dx%d_%s", group(), rows, columns, type.kernelCode());
    }
}
