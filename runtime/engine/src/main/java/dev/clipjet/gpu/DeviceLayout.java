package dev.clipjet.gpu;

import dev.clipjet.graph.Capacity;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.MemoryPlan;
import dev.clipjet.graph.Value;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.numeric.ElementType;
import java.util.List;

/** Where a graph's values lie in the arena of a device: in storage type, rows padded to 16 bytes. */
final class DeviceLayout {
    private static final int ROW_ALIGNMENT = 16;
    private static final int VALUE_ALIGNMENT = 256;

    private final ElementType type;
    private final Capacity capacity;
    private final MemoryPlan plan;

    /**
     * A layout.
     *
     * @param steps what is done to the values, in order
     */
    DeviceLayout(Graph graph, List<MemoryPlan.Access> steps, ElementType type) {
        this.type = type;
        capacity = graph.capacity();
        plan = MemoryPlan.of(steps, graph.values(), this::bytes, VALUE_ALIGNMENT);
    }

    /** Elements from one row to the next. */
    static int stride(int columns, ElementType type) {
        int elements = ROW_ALIGNMENT / type.bytes();
        return (columns + elements - 1) / elements * elements;
    }

    /** Bytes of a value in a full run. */
    long bytes(Value value) {
        return (long) rows(value) * stride(value.columns(), type) * type.bytes();
    }

    /** Rows of a value in a full run. */
    int rows(Value value) {
        return capacity.rows(value.axis());
    }

    /** The value in an arena at an address. */
    Matrix matrix(Value value, long arena) {
        return new Matrix(arena + plan.offset(value), rows(value), value.columns(), stride(value.columns(), type));
    }

    /** Size of the arena in bytes. */
    long bytes() {
        return plan.size();
    }
}
