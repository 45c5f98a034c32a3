package dev.clipjet.kernels.cuda;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuEvent;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuGraph;
import dev.clipjet.device.GpuModule;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.device.PinnedMemory;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;

/** Uses a device in every way, in a process of its own; prints what it sees. The argument chooses a variant. */
public final class StandInScenario {
    private static final String PTX = ".version 8.0\n.target sm_80\n.address_size 64\n";
    private static final LaunchShape SHAPE = new LaunchShape(Dim3.of(3, 2), Dim3.of(32, 4), 48);

    private StandInScenario() {}

    public static void main(String[] arguments) {
        String variant = arguments.length == 0 ? "all" : arguments[0];
        try (CudaDriverDevice device = CudaDriverDevice.open(variant.equals("second") ? 1 : 0)) {
            switch (variant) {
                case "all" -> all(device);
                case "leak" -> System.out.println(device.allocate(4096).bytes());
                case "ptx" -> device.loadModule("bad.ptx", "nonsense");
                case "cluster" -> {
                    try (GpuModule module = device.loadModule("good.ptx", PTX);
                            GpuStream stream = device.createStream()) {
                        LaunchShape shape = new LaunchShape(Dim3.of(8), Dim3.of(32), Dim3.of(4), 0, false);
                        stream.launch(module.function("store"), shape, new KernelArguments());
                    }
                }
                case "programmatic" -> {
                    try (GpuModule module = device.loadModule("good.ptx", PTX);
                            GpuStream stream = device.createStream()) {
                        stream.launch(module.function("store"), SHAPE.withProgrammatic(true), new KernelArguments());
                    }
                }
                default -> throw new IllegalArgumentException(variant);
            }
        } catch (RuntimeException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            for (Throwable suppressed : e.getSuppressed()) {
                System.out.println("suppressed " + suppressed.getMessage());
            }
        }
    }

    private static void all(CudaDriverDevice device) {
        System.out.println(
                device.properties().name() + " " + device.properties().computeCapability());
        try (DeviceMemory memory = device.allocate(1024);
                PinnedMemory pinned = device.allocatePinned(64);
                GpuModule module = device.loadModule("good.ptx", PTX);
                GpuStream stream = device.createStream();
                GpuEvent event = device.createEvent(false)) {
            GpuFunction function = module.function("store");
            System.out.println(function.name() + " " + function.registers() + " " + function.staticSharedBytes() + " "
                    + function.localBytes() + " " + function.residentBlocks(128, 0) + " "
                    + Long.toHexString(module.variable("x")));
            function.allowDynamicShared(60000);
            ByteBuffer buffer = pinned.buffer();
            buffer.putInt(0, 11).putInt(4, 22);
            stream.fill(memory.address(), (byte) 1, 1024);
            ByteBuffer part = buffer.duplicate().position(4).limit(8);
            stream.copyToDevice(memory.address(), part);
            System.out.println("position " + part.position());
            KernelArguments arguments =
                    new KernelArguments().addLong(memory.address() + 8).addInt(33);
            stream.launch(function, SHAPE, arguments);
            stream.copyOnDevice(memory.address() + 12, memory.address(), 4);
            stream.copyToHost(buffer.duplicate().position(16).limit(32), memory.address());
            stream.synchronize();
            for (int i = 16; i < 32; i += 4) {
                System.out.print(buffer.getInt(i) + " ");
            }
            System.out.println();
            replay(stream, function, memory, buffer, event);
            device.synchronize();
        }
    }

    private static void replay(
            GpuStream stream, GpuFunction function, DeviceMemory memory, ByteBuffer buffer, GpuEvent event) {
        stream.beginCapture();
        stream.copyToDevice(memory.address(), buffer.duplicate().limit(4));
        KernelArguments arguments =
                new KernelArguments().addLong(memory.address() + 4).addInt(44);
        stream.launch(function, new LaunchShape(SHAPE.grid(), SHAPE.block(), Dim3.ONE, 48, true), arguments);
        stream.copyToHost(buffer.duplicate().position(32).limit(40), memory.address());
        try (GpuGraph graph = stream.endCapture()) {
            System.out.println("nodes " + graph.nodes() + ", before the replay " + buffer.getInt(36));
            stream.launch(graph);
            stream.record(event);
            System.out.println("done " + event.isDone() + " then " + event.isDone() + ", result " + buffer.getInt(32)
                    + " " + buffer.getInt(36));
            System.out.println("bytes allocated by 1000 replays: " + allocated(stream, graph, event));
        }
    }

    /** The least of several rounds: the first ones load classes and start the compiler. */
    private static long allocated(GpuStream stream, GpuGraph graph, GpuEvent event) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                stream.launch(graph);
                stream.record(event);
                while (!event.isDone()) {
                    Thread.onSpinWait();
                }
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
