package dev.clipjet.device;

/**
 * One GPU. Whoever calls {@code allocate}, {@code createStream} and the like owns the result and closes it before the device;
 * closing a device with live resources releases them and then reports the leak by an exception.
 *
 * <p>Not thread-safe, except that several threads may use several streams.
 */
public interface GpuDevice extends AutoCloseable {
    /** What this device is and what it can do. */
    DeviceProperties properties();

    /**
     * Memory on the device, aligned to 256 bytes, content undefined.
     *
     * @param bytes at least 1
     */
    DeviceMemory allocate(long bytes);

    /**
     * Page-locked memory of the host, from and to which copies run asynchronously.
     *
     * @param bytes at least 1, at most {@link Integer#MAX_VALUE}
     */
    PinnedMemory allocatePinned(long bytes);

    /**
     * Loads a module.
     *
     * @param name for error messages, usually the file's name
     * @param ptx the module's text
     */
    GpuModule loadModule(String name, String ptx);

    /** A stream; work on it runs in order, independent of other streams. */
    GpuStream createStream();

    /**
     * An event.
     *
     * @param timed whether {@link GpuEvent#millisecondsSince} is wanted, which makes events slower
     */
    GpuEvent createEvent(boolean timed);

    /** Waits for everything submitted to any stream. */
    void synchronize();

    @Override
    void close();
}
