package dev.clipjet.convert;

import dev.clipjet.numeric.ElementType;
import java.nio.ByteBuffer;
import java.util.List;

/** The elements of a canonical tensor, wherever they come from. Read piece by piece, so that none is ever held whole. */
public interface TensorContent {
    /** Type in which elements are read: F32, F16 or BF16. */
    ElementType dtype();

    /** Number of elements. */
    long elements();

    /** Rows of the canonical tensor; the length of a vector. */
    long rows();

    /** Names of the stored tensors that the elements come from, for reports. */
    List<String> origins();

    /**
     * Puts {@code count} elements into a buffer, little endian, from its position on, which moves behind them.
     *
     * @param first index of the first in row-major order
     */
    void read(long first, int count, ByteBuffer target);
}
