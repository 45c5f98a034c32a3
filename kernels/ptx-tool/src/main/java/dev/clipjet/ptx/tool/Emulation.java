package dev.clipjet.ptx.tool;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.GpuFunction;
import dev.clipjet.device.GpuModule;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.LaunchResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One launch on a device of its own, so that every run begins with the same memory. */
final class Emulation implements AutoCloseable {
    private final Request request;
    private final EmulatedDevice device;
    private final List<AutoCloseable> owned = new ArrayList<>();
    private final Map<Argument.Buffer, Long> addresses = new LinkedHashMap<>();
    private LaunchResult result;

    private Emulation(Request request, Gpu gpu, ExecutionOptions options) {
        this.request = request;
        device = new EmulatedDevice(gpu.properties(), options, launched -> result = launched);
    }

    /** Runs the launch. What it finds is in the outcome; a launch that the device refuses is an exception. */
    static Outcome run(Request request, Gpu gpu, ExecutionOptions options) {
        try (Emulation emulation = new Emulation(request, gpu, options)) {
            return emulation.run();
        }
    }

    private Outcome run() {
        GpuModule module =
                own(device.loadModule(request.file().name(), request.file().text()));
        GpuStream stream = own(device.createStream());
        for (Argument argument : request.arguments()) {
            if (argument instanceof Argument.Buffer buffer) {
                DeviceMemory memory = own(device.allocate(buffer.bytes(), buffer.name()));
                addresses.put(buffer, memory.address());
                if (buffer.initial() != null) {
                    stream.copyToDevice(memory.address(), ByteBuffer.wrap(buffer.initial()));
                }
            }
        }
        GpuFunction function = module.function(request.entry().name());
        if (request.shape().dynamicSharedBytes() > 0) {
            function.allowDynamicShared(request.shape().dynamicSharedBytes());
        }
        AddressNames names = new AddressNames(addresses);
        try {
            stream.launch(function, request.shape(), packed());
        } catch (KernelFindingsException found) {
            if (!result.completed()) {
                return new Outcome(result, names, List.of());
            }
        }
        List<Outcome.Output> outputs = new ArrayList<>();
        addresses.forEach((buffer, address) -> {
            if (buffer.output()) {
                byte[] bytes = new byte[buffer.bytes()];
                stream.copyToHost(ByteBuffer.wrap(bytes), address);
                outputs.add(new Outcome.Output(buffer, bytes, device.written(address, bytes.length)));
            }
        });
        return new Outcome(result, names, outputs);
    }

    private KernelArguments packed() {
        KernelArguments packed = new KernelArguments();
        for (Argument argument : request.arguments()) {
            if (argument instanceof Argument.Value value) {
                packed.addBytes(value.bytes(), value.alignment());
            } else if (argument instanceof Argument.Buffer buffer) {
                packed.addLong(addresses.get(buffer));
            } else if (argument instanceof Argument.Alias alias) {
                packed.addLong(addresses.get(Signature.buffer(request.arguments(), alias.target())) + alias.offset());
            }
        }
        return packed;
    }

    private <T extends AutoCloseable> T own(T resource) {
        owned.add(resource);
        return resource;
    }

    @Override
    public void close() {
        for (int i = owned.size() - 1; i >= 0; i--) {
            try {
                owned.get(i).close();
            } catch (RuntimeException failed) {
                throw failed;
            } catch (Exception failed) {
                throw new IllegalStateException("a resource of the emulator cannot be closed", failed);
            }
        }
        device.close();
    }
}
