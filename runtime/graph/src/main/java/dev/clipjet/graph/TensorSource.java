package dev.clipjet.graph;

import dev.clipjet.model.CanonicalName;

/** The canonical tensors of a model, for those who turn weight expressions into numbers. Thread-safe. */
@FunctionalInterface
public interface TensorSource {
    /**
     * A tensor of the model.
     *
     * @throws dev.clipjet.error.InvalidInputException if the model has none of this name
     */
    FloatTensor tensor(CanonicalName name);

    /** A tensor as float32, row-major, read where it lies. Thread-safe. */
    interface FloatTensor {
        /** Number of rows; the length of a vector. */
        int rows();

        /** Elements of a row; 1 for a vector. */
        int columns();

        /**
         * Copies elements, across rows.
         *
         * @param element index of the first in row-major order
         * @param count how many
         * @param target receives them from {@code offset} on
         */
        void read(long element, int count, float[] target, int offset);
    }
}
