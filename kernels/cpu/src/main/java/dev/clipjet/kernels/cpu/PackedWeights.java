package dev.clipjet.kernels.cpu;

/** Some rows of a weight matrix in the layout of one routine, which is the only one that knows more about it. */
interface PackedWeights extends AutoCloseable {
    /** Whether they were packed by this routine, from these rows. */
    boolean areOf(Object routine, int firstRow, int rows);

    @Override
    void close();
}
