package dev.clipjet.weights;

import dev.clipjet.model.CanonicalName;
import java.util.List;

/**
 * A tensor in the canonical layout, as a part of what the file holds: its rows are those of the segments, one after the
 * other. A file that keeps q, k and v apart gives three segments, one that fuses them gives one, and neither is copied.
 *
 * @param name canonical name
 * @param shape canonical shape, [rows, columns] or [rows]
 * @param segments stored tensors of rows / segments x columns elements, in order; each has a dtype of its own, one of
 *     F32, F16 and BF16
 */
public record CanonicalTensor(CanonicalName name, List<Long> shape, List<StoredTensor> segments) {
    public CanonicalTensor {
        shape = List.copyOf(shape);
        segments = List.copyOf(segments);
    }

    /** Number of rows; the length of a vector. */
    public int rows() {
        return Math.toIntExact(shape.get(0));
    }

    /** Elements of a row; 1 for a vector. */
    public int columns() {
        return shape.size() == 1 ? 1 : Math.toIntExact(shape.get(1));
    }

    /** Number of elements. */
    public long elements() {
        return (long) rows() * columns();
    }

    /** Rows of one segment. */
    public int segmentRows(int index) {
        return (int) (segments.get(index).elements() / columns());
    }
}
