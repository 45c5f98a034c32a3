package dev.clipjet.kernels.gpu;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.LaunchShape;

/** The entries of a kernel that norms rows, by width: a warp that keeps its row in registers, or a block that reads it again. */
final class NormFunctions {
    private static final int QUAD = 4;
    private static final int STEP_COLUMNS = 128;
    private static final int[] STEPS = {2, 4, 6, 8, 10, 14};
    private static final int MAX_ROWS_PER_BLOCK = 8;
    private static final int WARP = 32;
    private static final int WIDE_BLOCK = 256;

    private final KernelLibrary library;
    private final String family;
    private final String prefix;

    NormFunctions(KernelLibrary library, String family, String prefix) {
        this.library = library;
        this.family = family;
        this.prefix = prefix;
    }

    /** The entry for rows of a width. */
    GpuFunction function(int columns) {
        for (int steps : STEPS) {
            if (columns <= steps * STEP_COLUMNS && !isWide(columns)) {
                return library.function(family, prefix + "_s" + steps);
            }
        }
        return library.function(family, prefix + "_wide");
    }

    /** The launch for so many rows: spread over all SMs first, then several to a block. */
    LaunchShape shape(int rows, int columns) {
        if (isWide(columns)) {
            return new LaunchShape(Dim3.of(rows), Dim3.of(WIDE_BLOCK), 0);
        }
        int perBlock = Math.max(
                1,
                Math.min(
                        MAX_ROWS_PER_BLOCK, rows / library.device().properties().multiprocessors()));
        return new LaunchShape(Dim3.of((rows + perBlock - 1) / perBlock), Dim3.of(WARP * perBlock), 0);
    }

    /** Whether a row does not fit the registers of a warp in quads. */
    private static boolean isWide(int columns) {
        return columns % QUAD != 0 || columns > STEPS[STEPS.length - 1] * STEP_COLUMNS;
    }
}
