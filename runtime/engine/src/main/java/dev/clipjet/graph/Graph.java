package dev.clipjet.graph;

import java.util.List;

/** A tower's forward pass for inputs up to a capacity. Does not change. */
public final class Graph {
    private final String name;
    private final List<Op> ops;
    private final List<Value> values;
    private final Capacity capacity;
    private MemoryPlan floats;

    Graph(String name, List<Op> ops, List<Value> values, Capacity capacity) {
        this.name = name;
        this.ops = List.copyOf(ops);
        this.values = List.copyOf(values);
        this.capacity = capacity;
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

    /** Where the CPU keeps the values: dense, in float32. */
    public synchronized MemoryPlan memoryPlan() {
        if (floats == null) {
            floats = MemoryPlan.floats(ops, values, capacity);
        }
        return floats;
    }

    /** What the last operation writes: the embeddings, one row per sequence, unless built for all positions. */
    public Value result() {
        return ops.get(ops.size() - 1).output();
    }
}
