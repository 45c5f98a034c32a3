package dev.clipjet.cpu;

import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.StoredTensor;

/** A table in the mapped file whose rows are widened to float32 one at a time. */
final class EmbeddingTable {
    private final StoredTensor stored;
    private final int columns;

    EmbeddingTable(CanonicalTensor tensor) {
        stored = tensor.segments().get(0);
        columns = tensor.columns();
    }

    void row(int index, float[] target) {
        FloatConversion.toFloat(stored.dtype(), stored.data(), index * columns, target, columns);
    }
}
