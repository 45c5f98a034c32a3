package dev.clipjet.gpu;

import dev.clipjet.graph.Weight;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.upload.RowMajor;
import dev.clipjet.weights.upload.WeightLayout;

/**
 * A weight as a plan wants it on the device. Equal ones are uploaded once.
 *
 * @param expression what it is; a vector lies as one row
 * @param arrangement of the elements of its rows
 * @param type of its elements on the device
 * @param layout where they lie
 */
record DeviceWeight(Weight expression, WeightArrangement arrangement, ElementType type, WeightLayout layout) {
    /** A weight whose rows are as the expression has them. */
    DeviceWeight(Weight expression, ElementType type, WeightLayout layout) {
        this(expression, WeightArrangement.AS_STORED, type, layout);
    }

    /** A float32 vector: a bias, or what a norm multiplies with and adds. */
    static DeviceWeight vector(Weight.Vector vector) {
        return new DeviceWeight(vector, ElementType.F32, RowMajor.PLAIN);
    }

    /** A table: row-major, rows padded to 16 bytes. */
    static DeviceWeight table(Weight table, ElementType type) {
        return new DeviceWeight(table, type, WeightForm.table(type));
    }
}
