package dev.clipjet.graph;

import java.util.List;
import java.util.Optional;

/** A tower's forward pass for inputs up to a capacity. Does not change. */
public final class Graph {
    private final String name;
    private final GraphInput input;
    private final List<Op> ops;
    private final List<Value> values;
    private final Capacity capacity;
    private final Optional<Axis> sequences;

    Graph(String name, GraphInput input, List<Op> ops, List<Value> values, Capacity capacity) {
        this.name = name;
        this.input = input;
        this.ops = List.copyOf(ops);
        this.values = List.copyOf(values);
        this.capacity = capacity;
        sequences = SequenceAxis.of(name, this.ops);
    }

    /** For reports. */
    public String name() {
        return name;
    }

    /** What is read. */
    public GraphInput input() {
        return input;
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

    /** The axis of the rows that attention mixes and that items are pooled from; empty if nothing is of that kind. */
    public Optional<Axis> sequences() {
        return sequences;
    }

    /** What the last operation writes. */
    public Value result() {
        return ops.get(ops.size() - 1).output();
    }
}
