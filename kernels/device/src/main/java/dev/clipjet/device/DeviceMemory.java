package dev.clipjet.device;

/** A block of device memory, freed when closed. */
public interface DeviceMemory extends AutoCloseable {
    /** Address on the device. */
    long address();

    /** Size in bytes. */
    long bytes();

    @Override
    void close();
}
