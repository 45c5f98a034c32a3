package dev.clipjet.device;

/** A library of matrix products on one device. Close it before the streams that it was bound to, and the device. */
public interface GemmLibrary extends AutoCloseable {
    /** Version and binding: {@code cuBLAS 13.1.0 through JavaCPP}. */
    String description();

    /**
     * Directs later products to a stream, with a workspace of the caller's, as recording a graph needs.
     *
     * @param stream of the device that the library was opened for
     * @param workspace device address, 256-byte aligned
     * @param workspaceBytes its size; NVIDIA recommends 32 MiB on compute capability 9.0, 4 MiB before
     */
    void bind(GpuStream stream, long workspace, long workspaceBytes);

    /**
     * Enqueues {@code out = in W^T}, or {@code out += in W^T}, with sums in float32. May be recorded in a graph.
     *
     * @throws DeviceException if the library refuses
     */
    void multiply(Gemm product);

    @Override
    void close();
}
