package dev.clipjet.device;

import java.nio.ByteBuffer;

/** Page-locked host memory, freed when closed. */
public interface PinnedMemory extends AutoCloseable {
    /** The bytes, little-endian; direct, and invalid once this memory is closed. */
    ByteBuffer buffer();

    @Override
    void close();
}
