package dev.clipjet.graph;

import java.util.List;

/** A tower's forward pass for inputs up to a capacity. Immutable. */
public final class Graph {
    private final String name;
    private final List<Op> ops;
    private final List<Value> values;
    private final Capacity capacity;
    private final MemoryPlan memoryPlan;

    Graph(String name, List<Op> ops, List<Value> values, Capacity capacity) {
        this.name = name;
        this.ops = List.copyOf(ops);
        this.values = List.copyOf(values);
        this.capacity = capacity;
        this.memoryPlan = MemoryPlan.of(this.ops, this.values, capacity);
    }

    public String name() {
        return name;
    }

    /** Operations in the order of execution. */
    public List<Op> ops() {
        return ops;
    }

    /** Intermediate results, by id. */
    public List<Value> values() {
        return values;
    }

    public Capacity capacity() {
        return capacity;
    }

    public MemoryPlan memoryPlan() {
        return memoryPlan;
    }

    /** What the last operation writes: the embeddings, one row per sequence, unless built for all positions. */
    public Value result() {
        return ops.get(ops.size() - 1).output();
    }
}
