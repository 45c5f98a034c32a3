package dev.clipjet.weights;

import dev.clipjet.model.CanonicalName;
import java.util.List;

/**
 * How one canonical tensor lies in files of a family. The same rule is read in both directions: to find the tensor in a
 * file, and to write it into one.
 *
 * @param name canonical name
 * @param shape canonical shape, [rows, columns] or [rows]
 * @param stored names in the file; the rows of the canonical tensor are those of the stored ones, one after the other
 * @param storedShape shape of each stored tensor. It has as many elements as the canonical one divided by the number of
 *     stored ones, in the same order unless {@code layout} says otherwise
 * @param layout how the elements of a stored tensor are ordered
 */
public record TensorRule(
        CanonicalName name, List<Long> shape, List<String> stored, List<Long> storedShape, Layout layout) {

    /** Order of a stored tensor's elements. */
    public enum Layout {
        /** As in the canonical tensor. */
        SAME,
        /** A matrix [in, out], where the canonical one is [out, in]. */
        TRANSPOSED,
        /** As in the canonical tensor; a file may hold another number of image positions, which are then resampled. */
        IMAGE_POSITIONS,
        /** As in the canonical tensor; a file may hold another number of text positions, which are then resampled. */
        TEXT_POSITIONS
    }

    public TensorRule {
        shape = List.copyOf(shape);
        stored = List.copyOf(stored);
        storedShape = List.copyOf(storedShape);
    }

    /** A vector. */
    static TensorRule vector(CanonicalName name, long length, String stored) {
        return new TensorRule(name, List.of(length), List.of(stored), List.of(length), Layout.SAME);
    }

    /** A matrix that is stored as it is. */
    static TensorRule matrix(CanonicalName name, long rows, long columns, String stored) {
        return matrix(name, rows, columns, stored, Layout.SAME);
    }

    /** A matrix whose layout differs, or whose number of rows may. */
    static TensorRule matrix(CanonicalName name, long rows, long columns, String stored, Layout layout) {
        List<Long> storedShape = layout == Layout.TRANSPOSED ? List.of(columns, rows) : List.of(rows, columns);
        return new TensorRule(name, List.of(rows, columns), List.of(stored), storedShape, layout);
    }

    /** A matrix whose rows are those of several stored ones of equal size. */
    static TensorRule stacked(CanonicalName name, long rows, long columns, List<String> stored) {
        return new TensorRule(
                name, List.of(rows, columns), stored, List.of(rows / stored.size(), columns), Layout.SAME);
    }

    /** A vector whose elements are those of several stored ones of equal length. */
    static TensorRule stacked(CanonicalName name, long length, List<String> stored) {
        return new TensorRule(name, List.of(length), stored, List.of(length / stored.size()), Layout.SAME);
    }

    /** A convolution [out, in, side, side], whose canonical form is [out, in side side]. */
    static TensorRule convolution(CanonicalName name, long outputs, long inputs, long side, String stored) {
        return new TensorRule(
                name,
                List.of(outputs, inputs * side * side),
                List.of(stored),
                List.of(outputs, inputs, side, side),
                Layout.SAME);
    }
}
