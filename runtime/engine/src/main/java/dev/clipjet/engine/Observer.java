package dev.clipjet.engine;

import dev.clipjet.graph.Op;

/** Told after every operation that can be observed; may read its output, and may end the run. */
@FunctionalInterface
public interface Observer {
    /** Return false to stop after this operation. */
    boolean after(Op op);
}
