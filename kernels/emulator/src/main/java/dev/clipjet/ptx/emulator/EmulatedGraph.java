package dev.clipjet.ptx.emulator;

import dev.clipjet.device.GpuGraph;
import dev.clipjet.ptx.exec.GridHistory;
import java.util.List;

/** Recorded work. */
final class EmulatedGraph implements GpuGraph {
    private final EmulatedDevice device;
    private final List<StreamWork> work;
    private boolean closed;

    EmulatedGraph(EmulatedDevice device, List<StreamWork> work) {
        this.device = device;
        this.work = List.copyOf(work);
    }

    void run() {
        if (closed) {
            throw new IllegalStateException("the graph is closed");
        }
        GridHistory history = new GridHistory();
        work.forEach(each -> each.run(history));
        history.settle();
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
