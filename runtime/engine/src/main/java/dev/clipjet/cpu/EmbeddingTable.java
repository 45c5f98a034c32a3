package dev.clipjet.cpu;

import dev.clipjet.weights.CanonicalTensor;

/** A table in the mapped file of which single rows are read. */
final class EmbeddingTable {
    private final StoredFloats values;
    private final int columns;

    EmbeddingTable(CanonicalTensor tensor) {
        values = new StoredFloats(tensor.segments().get(0));
        columns = tensor.columns();
    }

    void row(int index, float[] target) {
        values.read(index * columns, target, columns);
    }
}
