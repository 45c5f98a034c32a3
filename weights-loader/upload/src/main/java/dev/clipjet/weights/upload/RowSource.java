package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The elements of a matrix [rows, columns], row-major and little endian, as floats of one type. Read by one thread at a time,
 * mostly from the first element to the last.
 */
public interface RowSource {
    /** Type in which elements are given: F32, F16 or BF16. */
    ElementType dtype();

    /** Number of rows; the length of a vector. */
    int rows();

    /** Elements of a row; 1 for a vector. */
    int columns();

    /**
     * Reads {@code count} elements from {@code element} on, across rows.
     *
     * @param element index in row-major order
     * @param target receives {@code count} elements of {@link #dtype} from byte {@code offset} on
     */
    void read(long element, int count, byte[] target, int offset);

    /** As above, into a buffer from its position on, which moves behind the elements. */
    default void read(long element, int count, ByteBuffer target) {
        byte[] bytes = new byte[count * dtype().bytes()];
        read(element, count, bytes, 0);
        target.put(bytes);
    }

    /** Number of elements. */
    default long elements() {
        return (long) rows() * columns();
    }

    /** A stored tensor of two dimensions or one, read from its file; the checkpoint must stay open. */
    static RowSource of(StoredTensor tensor) {
        List<Long> shape = tensor.shape();
        if (shape.isEmpty() || shape.size() > 2) {
            throw new InvalidInputException("tensor \"" + tensor.name() + "\" of shape " + shape + " is no matrix");
        }
        return new StoredRows(
                tensor, Math.toIntExact(shape.get(0)), shape.size() == 1 ? 1 : Math.toIntExact(shape.get(1)));
    }

    /** A tensor of a checkpoint, its segments one after the other; the checkpoint must stay open. */
    static RowSource of(CanonicalTensor tensor) {
        List<RowSource> parts = new ArrayList<>();
        for (int i = 0; i < tensor.segments().size(); i++) {
            parts.add(new StoredRows(tensor.segments().get(i), tensor.segmentRows(i), tensor.columns()));
        }
        return stacked(parts);
    }

    /** Values that were computed; the array is not copied. */
    static RowSource of(float[] values, int rows, int columns) {
        return new FloatRows(values, rows, columns);
    }

    /** The rows of several sources, one after the other. F32 where their types differ. */
    static RowSource stacked(List<RowSource> parts) {
        return parts.size() == 1 ? parts.get(0) : new StackedRows(parts);
    }

    /**
     * Every row times a factor of its own, in F32: a layer scale folded into weight or bias.
     *
     * @param factors one for each row
     */
    default RowSource scaleRows(float[] factors) {
        return new ScaledRows(this, factors, true);
    }

    /**
     * Every column times a factor of its own, in F32: the gain of a norm, or the scale of pixels, folded into the weight behind
     * it.
     *
     * @param factors one for each column
     */
    default RowSource scaleColumns(float[] factors) {
        return new ScaledRows(this, factors, false);
    }

    /** [columns, rows]. The whole tensor is copied to the heap when it is first read, so this is for small ones. */
    default RowSource transposed() {
        return new TransposedRows(this);
    }
}
