package dev.clipjet.conformance;

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
import dev.clipjet.ptx.emulator.EmulatedDevice;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A device that accepts everything and does nothing, to see what is asked of it. */
final class SilentDevice implements GpuDevice {
    private long nextAddress = 1 << 20;
    private int captured;

    @Override
    public DeviceProperties properties() {
        return EmulatedDevice.h200();
    }

    @Override
    public DeviceMemory allocate(long bytes) {
        long address = nextAddress;
        nextAddress += (bytes + 255) / 256 * 256;
        return new DeviceMemory() {
            @Override
            public long address() {
                return address;
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
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
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
    public GpuModule loadModule(String name, String ptx) {
        return new GpuModule() {
            @Override
            public GpuFunction function(String entry) {
                return new Function(entry);
            }

            @Override
            public long variable(String variable) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {}
        };
    }

    private record Function(String name) implements GpuFunction {
        @Override
        public int registers() {
            return 0;
        }

        @Override
        public int staticSharedBytes() {
            return 0;
        }

        @Override
        public int localBytes() {
            return 0;
        }

        @Override
        public void allowDynamicShared(int bytes) {}

        @Override
        public int residentBlocks(int threadsPerBlock, int dynamicSharedBytes) {
            return 1;
        }
    }

    @Override
    public GpuStream createStream() {
        return new Stream();
    }

    private final class Stream implements GpuStream {
        @Override
        public void copyToDevice(long target, ByteBuffer source) {
            captured++;
        }

        @Override
        public void copyToHost(ByteBuffer target, long source) {
            captured++;
        }

        @Override
        public void copyOnDevice(long target, long source, long bytes) {
            captured++;
        }

        @Override
        public void fill(long target, byte value, long bytes) {
            captured++;
        }

        @Override
        public void launch(GpuFunction function, LaunchShape shape, KernelArguments arguments) {
            captured++;
        }

        @Override
        public void record(GpuEvent event) {}

        @Override
        public void waitFor(GpuEvent event) {}

        @Override
        public void beginCapture() {
            captured = 0;
        }

        @Override
        public GpuGraph endCapture() {
            int nodes = captured;
            return new GpuGraph() {
                @Override
                public int nodes() {
                    return nodes;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void launch(GpuGraph graph) {}

        @Override
        public void synchronize() {}

        @Override
        public void close() {}
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
                return 0;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {}
}
