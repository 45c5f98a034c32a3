package dev.clipjet.ptx.emulator;

import dev.clipjet.device.GpuGraph;
import java.util.List;

/** Recorded work. */
final class EmulatedGraph implements GpuGraph {
    private final EmulatedDevice device;
    private final List<Runnable> work;
    private boolean closed;

    EmulatedGraph(EmulatedDevice device, List<Runnable> work) {
        this.device = device;
        this.work = List.copyOf(work);
    }

    void run() {
        if (closed) {
            throw new IllegalStateException("the graph is closed");
        }
        work.forEach(Runnable::run);
    }

    @Override
    public int nodes() {
        return work.size();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.released(this);
        }
    }
}
