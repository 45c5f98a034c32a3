package dev.clipjet.device.faults;

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

/** Another device, whose calls fail as a {@link FaultPlan} says. */
public final class FaultyDevice implements GpuDevice {
    private final GpuDevice device;
    private final FaultPlan plan;

    /**
     * A device that fails.
     *
     * @param device what does the work; closed with this
     * @param plan when to fail
     */
    public FaultyDevice(GpuDevice device, FaultPlan plan) {
        this.device = device;
        this.plan = plan;
    }

    @Override
    public DeviceProperties properties() {
        return device.properties();
    }

    @Override
    public DeviceMemory allocate(long bytes) {
        plan.call("allocate");
        return plan.opened(new Memory(device.allocate(bytes)));
    }

    @Override
    public PinnedMemory allocatePinned(long bytes) {
        plan.call("allocatePinned");
        return plan.opened(new Pinned(device.allocatePinned(bytes)));
    }

    @Override
    public GpuModule loadModule(String name, String ptx) {
        plan.call("loadModule");
        return plan.opened(new Module(device.loadModule(name, ptx)));
    }

    @Override
    public GpuStream createStream() {
        plan.call("createStream");
        return plan.opened(new Stream(device.createStream()));
    }

    @Override
    public GpuEvent createEvent(boolean timed) {
        plan.call("createEvent");
        return plan.opened(new Event(device.createEvent(timed)));
    }

    @Override
    public void synchronize() {
        plan.call("synchronize");
        device.synchronize();
    }

    @Override
    public void close() {
        device.close();
    }

    private final class Memory implements DeviceMemory {
        private final DeviceMemory memory;

        Memory(DeviceMemory memory) {
            this.memory = memory;
        }

        @Override
        public long address() {
            return memory.address();
        }

        @Override
        public long bytes() {
            return memory.bytes();
        }

        @Override
        public void close() {
            plan.closed(this);
            memory.close();
        }
    }

    private final class Pinned implements PinnedMemory {
        private final PinnedMemory memory;

        Pinned(PinnedMemory memory) {
            this.memory = memory;
        }

        @Override
        public ByteBuffer buffer() {
            return memory.buffer();
        }

        @Override
        public void close() {
            plan.closed(this);
            memory.close();
        }
    }

    private final class Module implements GpuModule {
        private final GpuModule module;

        Module(GpuModule module) {
            this.module = module;
        }

        @Override
        public GpuFunction function(String name) {
            plan.call("function");
            return new Function(module.function(name));
        }

        @Override
        public long variable(String name) {
            plan.call("variable");
            return module.variable(name);
        }

        @Override
        public void close() {
            plan.closed(this);
            module.close();
        }
    }

    private final class Function implements GpuFunction {
        private final GpuFunction function;

        Function(GpuFunction function) {
            this.function = function;
        }

        @Override
        public String name() {
            return function.name();
        }

        @Override
        public int registers() {
            return function.registers();
        }

        @Override
        public int staticSharedBytes() {
            return function.staticSharedBytes();
        }

        @Override
        public int localBytes() {
            return function.localBytes();
        }

        @Override
        public void allowDynamicShared(int bytes) {
            plan.call("allowDynamicShared");
            function.allowDynamicShared(bytes);
        }

        @Override
        public int residentBlocks(int threadsPerBlock, int dynamicSharedBytes) {
            plan.call("residentBlocks");
            return function.residentBlocks(threadsPerBlock, dynamicSharedBytes);
        }
    }

    private final class Stream implements GpuStream {
        private final GpuStream stream;

        Stream(GpuStream stream) {
            this.stream = stream;
        }

        @Override
        public void copyToDevice(long target, ByteBuffer source) {
            plan.call("copyToDevice");
            stream.copyToDevice(target, source);
        }

        @Override
        public void copyToHost(ByteBuffer target, long source) {
            plan.call("copyToHost");
            stream.copyToHost(target, source);
        }

        @Override
        public void copyOnDevice(long target, long source, long bytes) {
            plan.call("copyOnDevice");
            stream.copyOnDevice(target, source, bytes);
        }

        @Override
        public void fill(long target, byte value, long bytes) {
            plan.call("fill");
            stream.fill(target, value, bytes);
        }

        @Override
        public void launch(GpuFunction function, LaunchShape shape, KernelArguments arguments) {
            plan.call("launch");
            stream.launch(((Function) function).function, shape, arguments);
        }

        @Override
        public void record(GpuEvent event) {
            plan.call("record");
            stream.record(((Event) event).event);
        }

        @Override
        public void waitFor(GpuEvent event) {
            plan.call("waitFor");
            stream.waitFor(((Event) event).event);
        }

        @Override
        public void beginCapture() {
            plan.call("beginCapture");
            stream.beginCapture();
        }

        @Override
        public GpuGraph endCapture() {
            plan.call("endCapture");
            return plan.opened(new Graph(stream.endCapture()));
        }

        @Override
        public void launch(GpuGraph graph) {
            plan.call("launchGraph");
            stream.launch(((Graph) graph).graph);
        }

        @Override
        public void synchronize() {
            plan.call("synchronizeStream");
            stream.synchronize();
        }

        @Override
        public void close() {
            plan.closed(this);
            stream.close();
        }
    }

    private final class Event implements GpuEvent {
        private final GpuEvent event;

        Event(GpuEvent event) {
            this.event = event;
        }

        @Override
        public boolean isDone() {
            plan.call("isDone");
            return event.isDone();
        }

        @Override
        public void synchronize() {
            plan.call("synchronizeEvent");
            event.synchronize();
        }

        @Override
        public float millisecondsSince(GpuEvent earlier) {
            plan.call("millisecondsSince");
            return event.millisecondsSince(((Event) earlier).event);
        }

        @Override
        public void close() {
            plan.closed(this);
            event.close();
        }
    }

    private final class Graph implements GpuGraph {
        private final GpuGraph graph;

        Graph(GpuGraph graph) {
            this.graph = graph;
        }

        @Override
        public int nodes() {
            return graph.nodes();
        }

        @Override
        public void close() {
            plan.closed(this);
            graph.close();
        }
    }
}
