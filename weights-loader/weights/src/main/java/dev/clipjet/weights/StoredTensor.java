package dev.clipjet.weights;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.file.ByteRange;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * A tensor as a file holds it. Its elements are little endian and row-major; they are copied out of the file, in pieces
 * of any size, from any thread, until the checkpoint that the tensor came from is closed.
 *
 * @param name name in the file
 * @param dtype element type
 * @param shape sizes, outermost first; empty for a scalar
 * @param bytes where they lie: a part of the file, or memory where the file has another layout
 */
public record StoredTensor(String name, ElementType dtype, List<Long> shape, ByteRange bytes) {
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    /**
     * A tensor in memory.
     *
     * @param data the elements from position to limit; not copied
     */
    public StoredTensor(String name, ElementType dtype, List<Long> shape, ByteBuffer data) {
        this(name, dtype, shape, ByteRange.of(data));
    }

    /**
     * Copies elements as they are stored into a buffer, from its position on, which moves behind them.
     *
     * @param first index of the first in row-major order
     * @throws dev.clipjet.error.FileChangedException if the file is not as it was opened
     */
    public void read(long first, int count, ByteBuffer target) {
        int length = Math.multiplyExact(count, dtype.bytes());
        ByteBuffer part = target.duplicate().limit(target.position() + length);
        bytes.read(first * dtype.bytes(), part);
        target.position(part.position());
    }

    /**
     * Copies elements as float32 into a buffer, from its position on, which moves behind them. Pieces of some ten thousand
     * elements are read fastest.
     *
     * @param first index of the first in row-major order
     * @throws dev.clipjet.error.InvalidInputException if they are not F32, F16, BF16 or F64
     * @throws dev.clipjet.error.FileChangedException if the file is not as it was opened
     */
    public void readFloats(long first, int count, FloatBuffer target) {
        FloatConversion.toFloat(this, first, count, target);
    }

    /**
     * All elements as they are stored, in an array of their own: for small tensors.
     *
     * @return little endian, on the heap
     * @throws dev.clipjet.error.FileChangedException if the file is not as it was opened
     */
    public ByteBuffer data() {
        return bytes.copy();
    }

    /** The same under another name. */
    StoredTensor renamed(String other) {
        return new StoredTensor(other, dtype, shape, bytes);
    }

    /** Number of elements. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
