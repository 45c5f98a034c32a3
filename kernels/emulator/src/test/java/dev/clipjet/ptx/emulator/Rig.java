package dev.clipjet.ptx.emulator;

import dev.clipjet.device.DeviceMemory;
import dev.clipjet.device.Dim3;
import dev.clipjet.device.GpuModule;
import dev.clipjet.device.GpuStream;
import dev.clipjet.device.KernelArguments;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.LaunchResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A device with a module, and short ways to fill, launch and read. */
public final class Rig implements AutoCloseable {
    private final EmulatedDevice device;
    private final GpuStream stream;
    private final GpuModule module;
    private final List<DeviceMemory> memory = new ArrayList<>();
    private LaunchResult last;

    public Rig(String name, String ptx, ExecutionOptions options) {
        device = new EmulatedDevice(EmulatedDevice.h200(), options, result -> last = result);
        stream = device.createStream();
        module = device.loadModule(name, ptx);
    }

    /** A module of the test resources. */
    public static Rig of(String resource, ExecutionOptions options) {
        return new Rig(resource, text(resource), options);
    }

    public static String text(String resource) {
        try (InputStream in = Rig.class.getResourceAsStream("/ptx/" + resource)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource ptx/" + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Memory that nobody has written. */
    public long raw(long bytes) {
        DeviceMemory allocated = device.allocate(bytes);
        memory.add(allocated);
        return allocated.address();
    }

    /** The address of memory that has been freed. */
    public long freed(long bytes) {
        DeviceMemory allocated = device.allocate(bytes);
        allocated.close();
        return allocated.address();
    }

    /** Writes zeros. */
    public void fill(long address, long bytes) {
        stream.fill(address, (byte) 0, bytes);
    }

    public long bytes(byte[] values) {
        long address = raw(values.length);
        stream.copyToDevice(address, ByteBuffer.wrap(values));
        return address;
    }

    public long ints(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asIntBuffer().put(values);
        return bytes(buffer.array());
    }

    public long longs(long... values) {
        ByteBuffer buffer = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asLongBuffer().put(values);
        return bytes(buffer.array());
    }

    public long shorts(short... values) {
        ByteBuffer buffer = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asShortBuffer().put(values);
        return bytes(buffer.array());
    }

    public long floats(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return bytes(buffer.array());
    }

    public long doubles(double... values) {
        ByteBuffer buffer = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asDoubleBuffer().put(values);
        return bytes(buffer.array());
    }

    public ByteBuffer read(long address, int bytes) {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        stream.copyToHost(buffer, address);
        return buffer.clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    public int[] readInts(long address, int count) {
        int[] values = new int[count];
        read(address, 4 * count).asIntBuffer().get(values);
        return values;
    }

    public long[] readLongs(long address, int count) {
        long[] values = new long[count];
        read(address, 8 * count).asLongBuffer().get(values);
        return values;
    }

    public float[] readFloats(long address, int count) {
        float[] values = new float[count];
        read(address, 4 * count).asFloatBuffer().get(values);
        return values;
    }

    public double[] readDoubles(long address, int count) {
        double[] values = new double[count];
        read(address, 8 * count).asDoubleBuffer().get(values);
        return values;
    }

    /** Launches with arguments of type Integer, Long, Float or byte[]. */
    public LaunchResult launch(String kernel, Dim3 grid, Dim3 block, Object... arguments) {
        return launch(kernel, new LaunchShape(grid, block, 0), arguments);
    }

    public LaunchResult launch(String kernel, LaunchShape shape, Object... arguments) {
        KernelArguments packed = new KernelArguments();
        for (Object argument : arguments) {
            if (argument instanceof Integer value) {
                packed.addInt(value);
            } else if (argument instanceof Long value) {
                packed.addLong(value);
            } else if (argument instanceof Float value) {
                packed.addFloat(value);
            } else {
                packed.addBytes((byte[]) argument, 8);
            }
        }
        last = null;
        var function = module.function(kernel);
        if (shape.dynamicSharedBytes() > 0) {
            function.allowDynamicShared(shape.dynamicSharedBytes());
        }
        stream.launch(function, shape, packed);
        return last;
    }

    public LaunchResult last() {
        return last;
    }

    public EmulatedDevice device() {
        return device;
    }

    @Override
    public void close() {
        memory.forEach(DeviceMemory::close);
        module.close();
        stream.close();
        device.close();
    }
}
