package dev.clipjet.memory;

import dev.clipjet.error.ClosedException;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A range of a file mapped into memory, read-only, that is unmapped when it is closed and not when the garbage
 * collector gets to it: the file can be replaced or deleted afterwards, on every operating system.
 *
 * <p>Buffers from {@link #slice} reach into the mapping. Reading one after {@link #close} is an access to memory that is
 * no longer there, so whoever hands slices out must say how long they live.
 */
public final class MappedRegion implements AutoCloseable {
    private static final MethodHandle UNMAP = unmapper();

    private final String name;
    private MappedByteBuffer buffer;

    private MappedRegion(String name, MappedByteBuffer buffer) {
        this.name = name;
        this.buffer = buffer;
    }

    /**
     * Maps {@code length} bytes from {@code position}. The channel may be closed afterwards.
     *
     * @param name how errors name the region, usually the path of the file
     * @throws IOException if the range cannot be mapped
     */
    public static MappedRegion map(String name, FileChannel channel, long position, int length) throws IOException {
        return new MappedRegion(name, channel.map(FileChannel.MapMode.READ_ONLY, position, length));
    }

    /**
     * The bytes from {@code offset}, read-only and little endian.
     *
     * @throws ClosedException after {@link #close}
     */
    public synchronized ByteBuffer slice(int offset, int length) {
        if (buffer == null) {
            throw new ClosedException(name);
        }
        return buffer.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Unmaps the range. Closing again has no effect. */
    @Override
    public synchronized void close() {
        MappedByteBuffer mapped = buffer;
        buffer = null;
        if (mapped == null) {
            return;
        }
        try {
            UNMAP.invokeExact((ByteBuffer) mapped);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("cannot unmap " + name, e);
        }
    }

    private static MethodHandle unmapper() {
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field instance = unsafe.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(instance.get(null));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
