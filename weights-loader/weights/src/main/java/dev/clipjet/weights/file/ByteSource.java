package dev.clipjet.weights.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Bytes that are copied into memory of the reader's own: any part, at any time, from any thread. There is no view of the
 * bytes themselves, so no reader depends on what happens to a file later.
 */
public interface ByteSource extends AutoCloseable {
    /** The file, or what errors are to call it. */
    Path path();

    /** Number of bytes. */
    long size();

    /**
     * Fills a buffer from its position to its limit, which the position moves to.
     *
     * @param position of the first byte
     * @throws IndexOutOfBoundsException if the source does not have those bytes
     * @throws dev.clipjet.error.FileChangedException if the file is not as it was opened
     * @throws dev.clipjet.error.ModelFormatException if the file cannot be read
     * @throws dev.clipjet.error.ClosedException after {@link #close}
     */
    void read(long position, ByteBuffer target);

    /** Some bytes in an array of their own: a buffer on the heap, little endian. Errors as above. */
    default ByteBuffer read(long position, int length) {
        if (position < 0 || length < 0 || length > size() - position) {
            throw new IndexOutOfBoundsException(length + " bytes at " + position + " of " + size());
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        read(position, bytes);
        return bytes.flip();
    }

    /** Frees what the source holds. Closing again has no effect. */
    @Override
    void close();
}
