package dev.clipjet.cpu;

import dev.clipjet.kernels.cpu.FloatMemory;
import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.FloatConversion;

/** A table of which single rows are read, as float32 in memory of its own. */
final class EmbeddingTable implements AutoCloseable {
    private final FloatMemory values;
    private final int columns;

    EmbeddingTable(CanonicalTensor tensor) {
        columns = tensor.columns();
        values = new FloatMemory(tensor.elements());
        boolean complete = false;
        try {
            FloatConversion.toFloat(tensor.segments().get(0), values.floats().duplicate());
            complete = true;
        } finally {
            if (!complete) {
                values.close();
            }
        }
    }

    void row(int index, float[] target) {
        values.floats().get(index * columns, target, 0, columns);
    }

    @Override
    public void close() {
        values.close();
    }
}
