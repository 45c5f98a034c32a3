package dev.clipjet.memory;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A mapping that a {@code java.lang.foreign.Arena} owns: Java 22 and later. Reading one of its buffers after it is
 * unmapped is an {@code IllegalStateException}. The classes are not in Java 17, so they are reached by method handles.
 */
final class ArenaMapping implements Mapping {
    private static final Api API = api();

    private record Api(MethodHandle ofShared, MethodHandle map, MethodHandle asByteBuffer, MethodHandle close) {}

    private final Object arena;
    private final ByteBuffer buffer;

    private ArenaMapping(Object arena, ByteBuffer buffer) {
        this.arena = arena;
        this.buffer = buffer;
    }

    static boolean isAvailable() {
        return API != null;
    }

    static ArenaMapping map(FileChannel channel, long position, int length) throws IOException {
        Object arena = null;
        boolean mapped = false;
        try {
            arena = API.ofShared().invoke();
            Object segment = API.map().invoke(channel, FileChannel.MapMode.READ_ONLY, position, (long) length, arena);
            ArenaMapping mapping =
                    new ArenaMapping(arena, (ByteBuffer) API.asByteBuffer().invoke(segment));
            mapped = true;
            return mapping;
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("java.lang.foreign failed", e);
        } finally {
            if (arena != null && !mapped) {
                close(arena);
            }
        }
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public void unmap() {
        close(arena);
    }

    private static void close(Object arena) {
        try {
            API.close().invoke(arena);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("java.lang.foreign failed", e);
        }
    }

    private static Api api() {
        if (Runtime.version().feature() < 22) {
            return null;
        }
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> arena = Class.forName("java.lang.foreign.Arena");
            Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
            return new Api(
                    lookup.findStatic(arena, "ofShared", MethodType.methodType(arena)),
                    lookup.findVirtual(
                            FileChannel.class,
                            "map",
                            MethodType.methodType(segment, FileChannel.MapMode.class, long.class, long.class, arena)),
                    lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class)),
                    lookup.findVirtual(arena, "close", MethodType.methodType(void.class)));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
