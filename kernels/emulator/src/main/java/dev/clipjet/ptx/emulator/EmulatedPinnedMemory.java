package dev.clipjet.ptx.emulator;

import dev.clipjet.device.PinnedMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Host memory of an {@link EmulatedDevice}; copies from it are as fast as from any other. */
final class EmulatedPinnedMemory implements PinnedMemory {
    private final EmulatedDevice device;
    private ByteBuffer buffer;

    EmulatedPinnedMemory(EmulatedDevice device, int bytes) {
        this.device = device;
        buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public ByteBuffer buffer() {
        if (buffer == null) {
            throw new IllegalStateException("the pinned memory is closed");
        }
        return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        if (buffer != null) {
            buffer = null;
            device.released(this);
        }
    }
}
