package dev.clipjet.kernels.cublas;

import dev.clipjet.device.GpuStream;

/** A handle of cuBLAS, bound to one stream. Close it before the stream and the device. */
public interface Cublas extends AutoCloseable {
    /** Version and binding: {@code cuBLAS 13.1.0 through JavaCPP}. */
    String description();

    /**
     * Directs later products to a stream, with a workspace of the caller's, as recording a graph needs.
     *
     * @param stream of the device that the handle was made for
     * @param workspace device address, 256-byte aligned
     * @param workspaceBytes its size; NVIDIA recommends 32 MiB on compute capability 9.0, 4 MiB before
     */
    void bind(GpuStream stream, long workspace, long workspaceBytes);

    /**
     * Enqueues {@code out = in W^T}, or {@code out += in W^T}, with sums in float32. May be recorded in a graph.
     *
     * @throws dev.clipjet.device.DeviceException if cuBLAS refuses
     */
    void multiply(CublasProduct product);

    @Override
    void close();
}
