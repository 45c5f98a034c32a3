package dev.clipjet.kernels.cpu;

/**
 * One way to compute convolutions. A task is a band of output rows of one image, a whole number of pooling squares high. Not
 * thread-safe.
 */
interface ConvolutionRoutine extends AutoCloseable {
    void run(ConvolutionCall call);

    /** Frees what calls have made, but for what a {@link WeightMatrix} keeps. */
    @Override
    void close();
}
