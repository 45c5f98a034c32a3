package dev.clipjet.ptx.emulator;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.DeviceProperties;
import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuGraph;
import dev.clipjet.device.GpuModule;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.device.PinnedMemory;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.LaunchResult;
import dev.clipjet.ptx.profile.LaunchCounts;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * The emulator, counting. With a sample, each launch runs on two small parts of its grid, cut in its longest dimension (z only if blocks
 * do not wait for each other), and the counts of the whole lie on the line through those of the parts; a launch of the same kernel, shape and sizes is not run again. Results are
 * then wrong, counts are not: they depend on sizes only.
 */
public final class CountingDevice implements GpuDevice {
    private final EmulatedDevice device;
    private final int sampleBlocks;
    private final Map<String, LaunchCounts> known = new HashMap<>();
    private LaunchResult latest;
    private LaunchCounts counts;

    /**
     * A device.
     *
     * @param sampleBlocks blocks that a part of a grid has about, 0 to run everything
     */
    public CountingDevice(DeviceProperties properties, int sampleBlocks) {
        device = new EmulatedDevice(
                properties, ExecutionOptions.standard().withChecks(false), result -> latest = result);
        this.sampleBlocks = sampleBlocks;
    }

    /** Counts of the latest launch. */
    public LaunchCounts counts() {
        return counts;
    }

    @Override
    public DeviceProperties properties() {
        return device.properties();
    }

    @Override
    public DeviceMemory allocate(long bytes) {
        return device.allocate(bytes);
    }

    @Override
    public PinnedMemory allocatePinned(long bytes) {
        return device.allocatePinned(bytes);
    }

    @Override
    public GpuModule loadModule(String name, String ptx) {
        return device.loadModule(name, ptx);
    }

    @Override
    public GpuStream createStream() {
        return new Stream(device.createStream());
    }

    @Override
    public GpuEvent createEvent(boolean timed) {
        return device.createEvent(timed);
    }

    @Override
    public void synchronize() {
        device.synchronize();
    }

    @Override
    public void close() {
        device.close();
    }

    private final class Stream implements GpuStream {
        private final GpuStream stream;
        private boolean capturing;

        Stream(GpuStream stream) {
            this.stream = stream;
        }

        @Override
        public void launch(GpuFunction function, LaunchShape shape, KernelArguments arguments) {
            if (capturing) {
                stream.launch(function, shape, arguments);
                return;
            }
            counts = sampleBlocks == 0 || shape.grid().count() <= 3L * sampleBlocks
                    ? run(function, shape, arguments)
                    : known.computeIfAbsent(
                            key(function, shape, arguments), key -> sampled(function, shape, arguments));
        }

        private LaunchCounts run(GpuFunction function, LaunchShape shape, KernelArguments arguments) {
            stream.launch(function, shape, arguments);
            return LaunchCounts.of(latest);
        }

        private LaunchCounts sampled(GpuFunction function, LaunchShape shape, KernelArguments arguments) {
            Dim3 grid = shape.grid();
            // Blocks that meet, as those that sum parts of a tile and lie along z do, have to be there all.
            boolean meet = ((EmulatedFunction) function).code().communicates();
            boolean layers = !meet && grid.z() >= Math.max(grid.x(), grid.y());
            boolean lines = !layers && grid.y() >= grid.x();
            int length = layers ? grid.z() : lines ? grid.y() : grid.x();
            int step =
                    shape.cluster().x() * shape.cluster().y() * shape.cluster().z();
            int across = (int) (grid.count() / length);
            int small = Math.max(1, sampleBlocks / across);
            small = (small + step - 1) / step * step;
            int large = 2 * small;
            if (large >= length) {
                return run(function, shape, arguments);
            }
            LaunchCounts[] parts = new LaunchCounts[2];
            for (int i = 0; i < 2; i++) {
                int to = (i + 1) * small;
                Dim3 part = layers
                        ? new Dim3(grid.x(), grid.y(), to)
                        : lines ? new Dim3(grid.x(), to, grid.z()) : new Dim3(to, grid.y(), grid.z());
                parts[i] = run(function, cut(shape, part), arguments);
            }
            return LaunchCounts.extrapolated(parts[0], small, parts[1], large, length, grid.count());
        }

        private LaunchShape cut(LaunchShape shape, Dim3 part) {
            return new LaunchShape(
                    part,
                    shape.block(),
                    shape.cluster(),
                    shape.dynamicSharedBytes(),
                    shape.cooperative(),
                    shape.programmatic());
        }

        /** Kernel, shape and the arguments that are no addresses. */
        private String key(GpuFunction function, LaunchShape shape, KernelArguments arguments) {
            StringBuilder key = new StringBuilder(function.name()).append(' ').append(shape);
            ByteBuffer bytes = arguments.buffer();
            for (int i = 0; i < arguments.count(); i++) {
                if (arguments.size(i) == Integer.BYTES) {
                    key.append(' ').append(bytes.getInt(arguments.offset(i)));
                }
            }
            return key.toString();
        }

        @Override
        public void copyToDevice(long target, ByteBuffer source) {
            stream.copyToDevice(target, source);
        }

        @Override
        public void copyToHost(ByteBuffer target, long source) {
            stream.copyToHost(target, source);
        }

        @Override
        public void copyOnDevice(long target, long source, long bytes) {
            stream.copyOnDevice(target, source, bytes);
        }

        @Override
        public void fill(long target, byte value, long bytes) {
            stream.fill(target, value, bytes);
        }

        @Override
        public void record(GpuEvent event) {
            stream.record(event);
        }

        @Override
        public void waitFor(GpuEvent event) {
            stream.waitFor(event);
        }

        @Override
        public void beginCapture() {
            stream.beginCapture();
            capturing = true;
        }

        @Override
        public GpuGraph endCapture() {
            capturing = false;
            return stream.endCapture();
        }

        @Override
        public void launch(GpuGraph graph) {
            stream.launch(graph);
        }

        @Override
        public void synchronize() {
            stream.synchronize();
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
