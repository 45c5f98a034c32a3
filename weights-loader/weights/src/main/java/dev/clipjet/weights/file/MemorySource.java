package dev.clipjet.weights.file;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Bytes that are in memory already. Closing it changes nothing. */
public final class MemorySource implements ByteSource {
    private final Path path;
    private final ByteBuffer bytes;

    /**
     * @param path what errors call it
     * @param bytes from position 0 to the limit; not copied
     */
    public MemorySource(Path path, ByteBuffer bytes) {
        this.path = path;
        this.bytes = bytes.duplicate().rewind();
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public long size() {
        return bytes.limit();
    }

    @Override
    public void read(long position, ByteBuffer target) {
        int length = target.remaining();
        if (position < 0 || length > bytes.limit() - position) {
            throw new IndexOutOfBoundsException(length + " bytes at " + position + " of " + bytes.limit());
        }
        target.put(target.position(), bytes, (int) position, length);
        target.position(target.position() + length);
    }

    @Override
    public void close() {}
}
