package dev.clipjet.ptx.emulator;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuGraph;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.exec.GridHistory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A stream whose work runs when it is submitted. */
final class EmulatedStream implements GpuStream {
    private final EmulatedDevice device;
    private final GridHistory history = new GridHistory();
    private List<StreamWork> capture;
    /** Whether a wait for an event, which is no node of a graph, was captured behind the last node. */
    private boolean waits;

    private boolean closed;

    EmulatedStream(EmulatedDevice device) {
        this.device = device;
    }

    /** Submits work that begins when everything before it has ended, and ends before what comes next begins. */
    private void submit(Runnable work) {
        submitLaunch(StreamWork.settled(grids -> work.run()));
    }

    private void submitLaunch(StreamWork work) {
        device.ready();
        if (closed) {
            throw new IllegalStateException("the stream is closed");
        }
        if (capture != null) {
            capture.add(waits ? StreamWork.settled(work) : work);
            waits = false;
        } else {
            work.run(history);
        }
    }

    /** The host knows that all work submitted so far is over. */
    void settle() {
        history.settle();
    }

    @Override
    public void copyToDevice(long target, ByteBuffer source) {
        ByteBuffer bytes =
                capture == null ? source.duplicate() : source.duplicate().slice();
        submit(() -> device.copyIn(target, bytes.duplicate()));
    }

    @Override
    public void copyToHost(ByteBuffer target, long source) {
        ByteBuffer bytes = target.duplicate();
        submit(() -> device.copyOut(bytes.duplicate(), source));
    }

    @Override
    public void copyOnDevice(long target, long source, long bytes) {
        submit(() -> device.copyWithin(target, source, bytes));
    }

    @Override
    public void fill(long target, byte value, long bytes) {
        submit(() -> device.fill(target, value, bytes));
    }

    @Override
    public void launch(GpuFunction function, LaunchShape shape, KernelArguments arguments) {
        EmulatedFunction entry = (EmulatedFunction) function;
        byte[] parameters = device.checkedArguments(entry, shape, arguments);
        submitLaunch(grids -> device.run(entry, shape, parameters, grids));
    }

    @Override
    public void record(GpuEvent event) {
        submit(((EmulatedEvent) event)::record);
    }

    @Override
    public void waitFor(GpuEvent event) {
        device.ready();
        if (capture != null) {
            waits = true;
        } else {
            settle();
        }
    }

    @Override
    public void beginCapture() {
        device.ready();
        if (capture != null) {
            throw new DeviceException(
                    "begin capture", 900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "the stream is being captured");
        }
        capture = new ArrayList<>();
        waits = false;
    }

    @Override
    public GpuGraph endCapture() {
        device.ready();
        if (capture == null) {
            throw new DeviceException(
                    "end capture", 901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "the stream is not being captured");
        }
        EmulatedGraph graph = device.own(new EmulatedGraph(device, capture));
        capture = null;
        return graph;
    }

    @Override
    public void launch(GpuGraph graph) {
        submit(((EmulatedGraph) graph)::run);
    }

    @Override
    public void synchronize() {
        device.ready();
        if (capture != null) {
            throw new DeviceException(
                    "synchronize stream", 900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "the stream is being captured");
        }
        settle();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.released(this);
        }
    }
}
