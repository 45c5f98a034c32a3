package dev.clipjet.kernels.gpu;

/** Where a row's chunks of 16 bytes lie. */
public enum Swizzle {
    /** In order. */
    NONE,
    /** Chunk {@code c} of row {@code r} at place {@code c ^ r % 8}, so that a column of chunks covers all banks of shared memory. */
    XOR_8;

    /** Place of a chunk in its row. */
    public int place(int row, int chunk) {
        return this == NONE ? chunk : chunk ^ row & 7;
    }
}
