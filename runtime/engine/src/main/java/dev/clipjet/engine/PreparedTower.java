package dev.clipjet.engine;

import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.Value;
import java.util.List;

/** A tower that is ready for runs up to a capacity. Belongs to its executor, which may drop it when it prepares another. */
public interface PreparedTower {
    /** What is computed. */
    Graph graph();

    /** Operations whose output is there when a run is observed, in order; others are part of the next of these. */
    List<Op> observable();

    /** Where a run's input goes. */
    RunInput input();

    /** Rows that a value has in the current run. */
    default int rows(Value value) {
        return value.axis().rows(input().filled(), packed());
    }

    /** Tokens of all texts in the current run; of no meaning for images. */
    int packed();

    /** Copies a row of the latest result. Allocates nothing. */
    void result(int row, float[] target, int offset);
}
