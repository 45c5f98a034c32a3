package dev.clipjet.weights;

import dev.clipjet.numeric.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor as a file holds it.
 *
 * @param name name in the file
 * @param dtype element type
 * @param shape sizes, outermost first; empty for a scalar
 * @param data the bytes, little endian and row-major: a read-only view of the mapped file, valid until the checkpoint
 *     that it came from is closed, or a copy on the heap where the file has another layout
 */
public record StoredTensor(String name, ElementType dtype, List<Long> shape, ByteBuffer data) {
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    /** The bytes, as a view with its own position: callers on several threads do not disturb each other. */
    @Override
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The same under another name. */
    StoredTensor renamed(String other) {
        return new StoredTensor(other, dtype, shape, data);
    }

    /** Number of elements. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
