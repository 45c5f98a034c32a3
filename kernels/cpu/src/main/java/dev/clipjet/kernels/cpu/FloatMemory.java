package dev.clipjet.kernels.cpu;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A block of float32 values outside the Java heap with one owner. It comes straight from the C library, so it counts
 * neither against the heap nor against the JVM's limit for direct buffers. The start is aligned to a cache line.
 */
public final class FloatMemory implements AutoCloseable {
    /** What one buffer can address. */
    public static final long MAX_FLOATS = Integer.MAX_VALUE / Float.BYTES;

    private static final int ALIGNMENT = 64;

    private final Pointer block;
    private final long address;
    private final FloatBuffer floats;
    private final long size;
    private boolean closed;

    /**
     * @param size number of floats, at most {@link #MAX_FLOATS}
     * @throws InvalidInputException if that is more than one block can hold
     * @throws OutOfMemoryError if the system has no such block
     */
    public FloatMemory(long size) {
        if (size < 0 || size > MAX_FLOATS) {
            throw new InvalidInputException(
                    "a block of " + size + " floats is asked for, the CPU engine works with at most " + MAX_FLOATS);
        }
        this.size = size;
        long bytes = Math.max(1, size) * Float.BYTES + ALIGNMENT;
        block = Pointer.malloc(bytes);
        if (block == null || block.isNull()) {
            throw new OutOfMemoryError("the system has no block of " + bytes + " bytes outside the heap");
        }
        address = (block.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        floats = new FloatView(address, size).asBuffer();
    }

    /** Number of floats. */
    public long size() {
        return size;
    }

    /** The values; not to be used after {@link #close()}. Absolute access from several threads is safe. */
    public FloatBuffer floats() {
        if (closed) {
            throw new ClosedException("native memory of " + size + " floats");
        }
        return floats;
    }

    /** Address of the value at an index. */
    long address(long index) {
        if (closed) {
            throw new ClosedException("native memory of " + size + " floats");
        }
        return address + index * Float.BYTES;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Pointer.free(block);
        }
    }

    /** A pointer to memory that somebody else owns. */
    private static final class FloatView extends FloatPointer {
        FloatView(long address, long size) {
            super((Pointer) null);
            this.address = address;
            this.limit = size;
            this.capacity = size;
        }
    }
}
