package dev.clipjet.graph;

import java.util.List;
import java.util.Optional;

/** Finds the axis of the rows that attention mixes and that items are pooled from. */
final class SequenceAxis extends OpDefault<Optional<Axis>> {
    private SequenceAxis() {
        super(op -> Optional.empty());
    }

    /** The one axis of a graph's sequences. */
    static Optional<Axis> of(String graph, List<Op> ops) {
        SequenceAxis finder = new SequenceAxis();
        Optional<Axis> found = Optional.empty();
        for (Op op : ops) {
            Optional<Axis> axis = op.accept(finder);
            if (axis.isPresent() && found.isPresent() && !axis.equals(found)) {
                // Executors keep one table of where sequences begin.
                throw new IllegalStateException("graph " + graph + " has sequences of "
                        + found.get().name() + " and of " + axis.get().name());
            }
            found = axis.isPresent() ? axis : found;
        }
        return found;
    }

    @Override
    public Optional<Axis> attention(Op.Attention op) {
        return Optional.of(op.keys().axis());
    }

    @Override
    public Optional<Axis> gatherPooled(Op.GatherPooled op) {
        return Optional.of(op.input().axis());
    }
}
