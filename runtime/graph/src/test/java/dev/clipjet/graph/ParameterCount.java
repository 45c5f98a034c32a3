package dev.clipjet.graph;

import dev.clipjet.model.CanonicalName;
import java.util.HashMap;
import java.util.Map;

/** Counts the elements of the tensors that the operations of a ResNet read, each once. */
final class ParameterCount {
    private final Map<CanonicalName, Long> vectors = new HashMap<>();
    private long matrices;

    /** Adds what an operation reads; no rows are read by two. */
    void add(Op op) {
        for (Weight weight : op.weights()) {
            if (weight instanceof Weight.Matrix matrix) {
                matrices += matrix.elements();
                matrix.rowScale().ifPresent(this::add);
            } else {
                add((Weight.Vector) weight);
            }
        }
    }

    /** All stored vectors of an expression have its length, or are used range by range. */
    private void add(Weight.Vector vector) {
        for (CanonicalName name : vector.sources()) {
            if (vector instanceof Weight.Range) {
                vectors.merge(name, (long) vector.length(), Long::sum);
            } else {
                vectors.put(name, (long) vector.length());
            }
        }
    }

    /** Elements without the means and variances that batch norms only observed. */
    long learned() {
        return matrices
                + vectors.entrySet().stream()
                        .filter(entry -> !entry.getKey().value().endsWith(".mean")
                                && !entry.getKey().value().endsWith(".variance"))
                        .mapToLong(Map.Entry::getValue)
                        .sum();
    }
}
