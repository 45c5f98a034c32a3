package dev.clipjet.memory;

import dev.clipjet.error.ClosedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * A range of a file mapped into memory, read-only, that is unmapped when it is closed and not when the garbage
 * collector gets to it: the file can be replaced or deleted afterwards, on every operating system.
 *
 * <p>Buffers from {@link #slice} reach into the mapping, so whoever hands slices out must say how long they live. Reading
 * one after {@link #close} is an {@code IllegalStateException} from Java 22 on; before, it is an access to memory that is
 * no longer there.
 */
public final class MappedRegion implements AutoCloseable {
    /** Bytes that a region has at most: what Java 22 and later wrap in one buffer, a little less than 2 GiB. */
    public static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    private final String name;
    private Mapping mapping;

    private MappedRegion(String name, Mapping mapping) {
        this.name = name;
        this.mapping = mapping;
    }

    /**
     * Maps {@code length} bytes from {@code position}. The channel may be closed afterwards.
     *
     * @param name how errors name the region, usually the path of the file
     * @param length at most {@link #MAX_BYTES}
     * @throws IOException if the range cannot be mapped
     */
    public static MappedRegion map(String name, FileChannel channel, long position, int length) throws IOException {
        if (length > MAX_BYTES) {
            throw new IllegalArgumentException(length + " bytes of " + name + ", at most " + MAX_BYTES);
        }
        return new MappedRegion(name, Mapping.of(channel, position, length));
    }

    /**
     * The bytes from {@code offset}, read-only and little endian.
     *
     * @throws ClosedException after {@link #close}
     */
    public synchronized ByteBuffer slice(int offset, int length) {
        if (mapping == null) {
            throw new ClosedException(name);
        }
        return mapping.buffer().slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Unmaps the range. Closing again has no effect. */
    @Override
    public synchronized void close() {
        Mapping closing = mapping;
        mapping = null;
        if (closing != null) {
            closing.unmap();
        }
    }
}
