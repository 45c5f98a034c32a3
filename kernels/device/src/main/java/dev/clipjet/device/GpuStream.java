package dev.clipjet.device;

import java.nio.ByteBuffer;

/** A queue of work. Between {@link #beginCapture} and {@link #endCapture} work is recorded instead of run. */
public interface GpuStream extends AutoCloseable {
    /**
     * Copies the buffer's remaining bytes to the device; position and limit stay as they are. The buffer is direct and stays untouched
     * until the copy is done; only one of {@link PinnedMemory} makes the copy asynchronous.
     */
    void copyToDevice(long target, ByteBuffer source);

    /** Copies from the device into the buffer's remaining bytes; as {@link #copyToDevice} the other way. */
    void copyToHost(ByteBuffer target, long source);

    /** Copies within the device; the ranges do not overlap. */
    void copyOnDevice(long target, long source, long bytes);

    /** Sets every byte. */
    void fill(long target, byte value, long bytes);

    /**
     * Launches a kernel. The arguments are read before this method returns.
     *
     * @param arguments one for each parameter of the entry, of the same size
     */
    void launch(GpuFunction function, LaunchShape shape, KernelArguments arguments);

    /** Records an event behind the work submitted so far. */
    void record(GpuEvent event);

    /** Lets later work wait for an event. */
    void waitFor(GpuEvent event);

    /** Starts to record a graph. */
    void beginCapture();

    /** Ends recording; what was recorded has not run. */
    GpuGraph endCapture();

    /** Runs a graph. */
    void launch(GpuGraph graph);

    /** Waits for everything submitted. */
    void synchronize();

    @Override
    void close();
}
