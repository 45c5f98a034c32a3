package dev.clipjet.device;

/** Work recorded on a stream, instantiated, and run any number of times by {@link GpuStream#launch(GpuGraph)}. */
public interface GpuGraph extends AutoCloseable {
    /** Number of nodes: kernels, copies, fills. */
    int nodes();

    @Override
    void close();
}
