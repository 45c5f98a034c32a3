package dev.clipjet.kernels.cpu;

/** One way to compute linear layers. Not thread-safe; splits the work over a pool. */
interface LinearRoutine extends AutoCloseable {
    void run(LinearCall call);

    /** Frees what calls have made, but for what a {@link WeightMatrix} keeps. */
    @Override
    void close();
}
