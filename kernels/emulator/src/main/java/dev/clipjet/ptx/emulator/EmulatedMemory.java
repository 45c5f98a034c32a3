package dev.clipjet.ptx.emulator;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.ptx.memory.Allocation;

/** An allocation of an {@link EmulatedDevice}. */
final class EmulatedMemory implements DeviceMemory {
    private final EmulatedDevice device;
    private final Allocation allocation;
    private boolean closed;

    EmulatedMemory(EmulatedDevice device, Allocation allocation) {
        this.device = device;
        this.allocation = allocation;
    }

    @Override
    public long address() {
        return allocation.address();
    }

    @Override
    public long bytes() {
        return allocation.bytes().length;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.memory().free(allocation);
            device.released(this);
        }
    }
}
