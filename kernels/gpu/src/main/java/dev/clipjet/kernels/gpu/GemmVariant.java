package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.ElementType;
import java.util.Locale;

/** A kernel that computes a matrix product tile by tile: its rows from a matrix or from windows of images, W [n, k] packed. */
public sealed interface GemmVariant permits LinearVariant, ConvolutionVariant {
    /** Bytes of a row of a packed tile. */
    int ROW_BYTES = 128;

    /** Tiles of a product that is split; each has a counter. */
    int COUNTERS = 4096;

    /** Rows of tiles of a grid. */
    int GRID_LIMIT = 65535;

    /** {@link KernelLibrary#BASE_TARGET} or {@link KernelLibrary#HOPPER_TARGET}. */
    String target();

    /** Rows of the product that a block computes. */
    int rows();

    /** Columns of the product that a block computes. */
    int columns();

    /** Rows that a warp, or a warpgroup by {@code wgmma}, computes. */
    int warpRows();

    /** Columns that it computes. */
    int warpColumns();

    /** Threads of a block. */
    int threads();

    /** Tiles along K that are in shared memory at a time. */
    int stages();

    /** Dynamic shared memory of a block. */
    int sharedBytes();

    /** How it is called where a variant is chosen by hand: {@code sm_80/128x64}. */
    default String name() {
        return String.format(Locale.ROOT, "%s/%dx%d", target(), rows(), columns());
    }

    /** Tiles along K. */
    static int kTiles(ElementType type, int k) {
        return ceil(k, ROW_BYTES / type.bytes());
    }

    static int ceil(int value, int unit) {
        return (int) ((value + unit - 1L) / unit);
    }
}
