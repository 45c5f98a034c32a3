package dev.clipjet.benchmarks;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.DeviceProperties;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuGraph;
import dev.clipjet.device.GpuModule;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.device.PinnedMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A device that is one block of host memory, to measure what an upload costs apart from the bus. It copies and does nothing else. */
final class HostMemoryDevice implements GpuDevice, GpuStream {
    private static final long ADDRESS = 1L << 32;

    private final ByteBuffer memory;
    private boolean copies = true;

    HostMemoryDevice(int bytes) {
        memory = ByteBuffer.allocateDirect(bytes);
        // Touched, so that no copy pays for the first use of a page.
        for (int i = 0; i < bytes; i += 4096) {
            memory.put(i, (byte) 1);
        }
    }

    /** Whether copies move bytes, or take no time of the processor, as with an engine of their own. */
    void copies(boolean value) {
        copies = value;
    }

    /** The whole memory, at its beginning. */
    ByteBuffer memory() {
        return memory.duplicate();
    }

    @Override
    public DeviceMemory allocate(long bytes) {
        if (bytes > memory.capacity()) {
            throw new IllegalArgumentException(bytes + " bytes of " + memory.capacity());
        }
        return new DeviceMemory() {
            @Override
            public long address() {
                return ADDRESS;
            }

            @Override
            public long bytes() {
                return bytes;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public PinnedMemory allocatePinned(long bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) bytes);
        return new PinnedMemory() {
            @Override
            public ByteBuffer buffer() {
                return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public GpuEvent createEvent(boolean timed) {
        return new GpuEvent() {
            @Override
            public boolean isDone() {
                return true;
            }

            @Override
            public void synchronize() {}

            @Override
            public float millisecondsSince(GpuEvent earlier) {
                throw new UnsupportedOperationException("events are not timed");
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void copyToDevice(long target, ByteBuffer source) {
        if (copies) {
            memory.put((int) (target - ADDRESS), source, source.position(), source.remaining());
        }
    }

    @Override
    public void record(GpuEvent event) {}

    @Override
    public void synchronize() {}

    @Override
    public void close() {}

    @Override
    public GpuStream createStream() {
        return this;
    }

    private static UnsupportedOperationException copiesOnly() {
        return new UnsupportedOperationException("this device only takes copies");
    }

    @Override
    public DeviceProperties properties() {
        throw copiesOnly();
    }

    @Override
    public GpuModule loadModule(String name, String ptx) {
        throw copiesOnly();
    }

    @Override
    public void copyToHost(ByteBuffer target, long source) {
        throw copiesOnly();
    }

    @Override
    public void copyOnDevice(long target, long source, long bytes) {
        throw copiesOnly();
    }

    @Override
    public void fill(long target, byte value, long bytes) {
        throw copiesOnly();
    }

    @Override
    public void launch(GpuFunction function, LaunchShape shape, KernelArguments arguments) {
        throw copiesOnly();
    }

    @Override
    public void waitFor(GpuEvent event) {
        throw copiesOnly();
    }

    @Override
    public void beginCapture() {
        throw copiesOnly();
    }

    @Override
    public GpuGraph endCapture() {
        throw copiesOnly();
    }

    @Override
    public void launch(GpuGraph graph) {
        throw copiesOnly();
    }
}
