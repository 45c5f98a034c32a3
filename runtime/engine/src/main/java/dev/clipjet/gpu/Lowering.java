package dev.clipjet.gpu;

import dev.clipjet.graph.Graph;
import java.util.Optional;

/** A way to turn a graph into work on a device. */
interface Lowering {
    /** For reports, and to tell what was measured apart. */
    String name();

    /** A plan for a graph at its capacity; empty if this way has none for it. */
    Optional<Plan> lower(Graph graph);
}
