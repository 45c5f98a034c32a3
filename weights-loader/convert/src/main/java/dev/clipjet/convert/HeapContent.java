package dev.clipjet.convert;

import dev.clipjet.numeric.ElementType;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Elements in memory, for what is small.
 *
 * @param bytes little endian
 * @param origins names in the source; empty for what it does not have
 */
record HeapContent(ElementType dtype, ByteBuffer bytes, List<String> origins) implements TensorContent {
    @Override
    public long elements() {
        return bytes.limit() / dtype.bytes();
    }

    @Override
    public long rows() {
        return elements();
    }

    @Override
    public void read(long first, int count, ByteBuffer target) {
        int from = Math.toIntExact(first * dtype.bytes());
        target.put(bytes.duplicate().limit(from + count * dtype.bytes()).position(from));
    }
}
