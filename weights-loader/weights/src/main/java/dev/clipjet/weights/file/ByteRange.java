package dev.clipjet.weights.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A part of a source.
 *
 * @param position of the first byte
 * @param length number of bytes
 */
public record ByteRange(ByteSource source, long position, long length) {
    /** Bytes that one array holds on every JVM. */
    public static final int MAX_COPY_BYTES = Integer.MAX_VALUE - 8;

    public ByteRange {
        if (position < 0 || length < 0 || length > source.size() - position) {
            throw new IndexOutOfBoundsException(length + " bytes at " + position + " of " + source.size());
        }
    }

    /** The remaining bytes of a buffer, which are not copied. */
    public static ByteRange of(ByteBuffer bytes) {
        ByteSource memory = new MemorySource(Path.of(""), bytes.slice());
        return new ByteRange(memory, 0, memory.size());
    }

    /** A part of this part. */
    public ByteRange slice(long offset, long bytes) {
        if (offset < 0 || bytes < 0 || bytes > length - offset) {
            throw new IndexOutOfBoundsException(bytes + " bytes at " + offset + " of " + length);
        }
        return new ByteRange(source, position + offset, bytes);
    }

    /** Fills a buffer as {@link ByteSource#read} does, from {@code offset} within this part. */
    public void read(long offset, ByteBuffer target) {
        if (offset < 0 || target.remaining() > length - offset) {
            throw new IndexOutOfBoundsException(target.remaining() + " bytes at " + offset + " of " + length);
        }
        source.read(position + offset, target);
    }

    /**
     * All bytes in an array of their own: a buffer on the heap, little endian.
     *
     * @throws IllegalArgumentException if there are more than {@link #MAX_COPY_BYTES}
     */
    public ByteBuffer copy() {
        if (length > MAX_COPY_BYTES) {
            throw new IllegalArgumentException(length + " bytes do not fit into one array");
        }
        return source.read(position, (int) length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
