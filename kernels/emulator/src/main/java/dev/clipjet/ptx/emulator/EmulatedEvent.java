package dev.clipjet.ptx.emulator;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.GpuEvent;

/** An event; since work runs when it is submitted, a recorded event is done. Its times are the host's. */
final class EmulatedEvent implements GpuEvent {
    private final EmulatedDevice device;
    private final boolean timed;
    private long nanos = -1;
    private boolean closed;

    EmulatedEvent(EmulatedDevice device, boolean timed) {
        this.device = device;
        this.timed = timed;
    }

    void record() {
        nanos = System.nanoTime();
    }

    @Override
    public boolean isDone() {
        return true;
    }

    @Override
    public void synchronize() {}

    @Override
    public float millisecondsSince(GpuEvent earlier) {
        EmulatedEvent start = (EmulatedEvent) earlier;
        if (!timed || !start.timed || nanos < 0 || start.nanos < 0) {
            throw new DeviceException(
                    "event time", 400, "CUDA_ERROR_INVALID_HANDLE", "both events must be timed and recorded");
        }
        return (nanos - start.nanos) * 1e-6f;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.released(this);
        }
    }
}
