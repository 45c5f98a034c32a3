package dev.clipjet.ptx.emulator;

import dev.clipjet.device.DeviceException;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuGraph;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A stream whose work runs when it is submitted. */
final class EmulatedStream implements GpuStream {
    private final EmulatedDevice device;
    private List<Runnable> capture;
    private boolean closed;

    EmulatedStream(EmulatedDevice device) {
        this.device = device;
    }

    private void submit(Runnable work) {
        device.ready();
        if (closed) {
            throw new IllegalStateException("the stream is closed");
        }
        if (capture != null) {
            capture.add(work);
        } else {
            work.run();
        }
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
        submit(() -> device.run(entry, shape, parameters));
    }

    @Override
    public void record(GpuEvent event) {
        submit(((EmulatedEvent) event)::record);
    }

    @Override
    public void waitFor(GpuEvent event) {
        device.ready();
    }

    @Override
    public void beginCapture() {
        device.ready();
        if (capture != null) {
            throw new DeviceException(
                    "begin capture", 900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "the stream is being captured");
        }
        capture = new ArrayList<>();
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
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.released(this);
        }
    }
}
