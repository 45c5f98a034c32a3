package dev.clipjet.memory;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;

/** A mapping that {@code sun.misc.Unsafe.invokeCleaner} unmaps: Java 17 to 21, which have nothing better. */
final class CleanerMapping implements Mapping {
    private static final MethodHandle INVOKE_CLEANER = invokeCleaner();

    private final MappedByteBuffer buffer;

    private CleanerMapping(MappedByteBuffer buffer) {
        this.buffer = buffer;
    }

    static CleanerMapping map(FileChannel channel, long position, int length) throws IOException {
        return new CleanerMapping(channel.map(FileChannel.MapMode.READ_ONLY, position, length));
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public void unmap() {
        try {
            INVOKE_CLEANER.invokeExact((ByteBuffer) buffer);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("sun.misc.Unsafe failed", e);
        }
    }

    private static MethodHandle invokeCleaner() {
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
