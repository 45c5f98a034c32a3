package dev.clipjet.kernels.gpu;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.DeviceProperties;
import dev.clipjet.device.GpuStream;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.LaunchResult;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The shipped kernels on an emulated device, under all checks. Memory lies between guard bands and has no value until
 * something is written to it, so that what a kernel leaves out is found.
 */
final class KernelRig implements AutoCloseable {
    private final EmulatedDevice device;
    private final KernelLibrary library;
    private final GpuStream stream;
    private final List<DeviceMemory> memory = new ArrayList<>();
    private final List<LaunchResult> launches = new ArrayList<>();

    /** A rig on an emulated H200. */
    KernelRig(ExecutionOptions options) {
        this(EmulatedDevice.h200(), options);
    }

    KernelRig(DeviceProperties properties, ExecutionOptions options) {
        device = new EmulatedDevice(properties, options, launches::add);
        library = new KernelLibrary(device);
        stream = device.createStream();
    }

    KernelLibrary library() {
        return library;
    }

    GpuStream stream() {
        return stream;
    }

    /** What has been launched, with counters where the options ask for them. */
    List<LaunchResult> launches() {
        return launches;
    }

    /** Memory that nobody has written. */
    long raw(long bytes) {
        DeviceMemory allocated = device.allocate(bytes);
        memory.add(allocated);
        return allocated.address();
    }

    /** Memory for so many elements that nobody has written. */
    long raw(ElementType type, int elements) {
        return raw((long) elements * type.bytes());
    }

    long bytes(ByteBuffer values) {
        long address = raw(values.remaining());
        stream.copyToDevice(address, values);
        return address;
    }

    long values(ElementType type, float... values) {
        return bytes(StoredValues.encode(type, values));
    }

    long ints(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asIntBuffer().put(values);
        return bytes(buffer);
    }

    ByteBuffer read(long address, int bytes) {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        stream.copyToHost(buffer, address);
        return buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    float[] read(ElementType type, long address, int elements) {
        return StoredValues.decode(type, read(address, elements * type.bytes()));
    }

    @Override
    public void close() {
        memory.forEach(DeviceMemory::close);
        library.close();
        stream.close();
        device.close();
    }
}
