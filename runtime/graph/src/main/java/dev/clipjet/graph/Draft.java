package dev.clipjet.graph;

import dev.clipjet.numeric.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A graph in the making: operations as the tower's definition has them, with the affine functions behind their products and the
 * normalization of pixels still to be folded into weights.
 */
final class Draft {
    /**
     * An operation.
     *
     * @param affine what is done to its product before the activation
     */
    record Entry(Op op, Optional<Affine> affine) {}

    private final String name;
    private final GraphInput input;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Value> values = new ArrayList<>();

    Draft(String name, GraphInput input) {
        this.name = name;
        this.input = input;
    }

    /** The same values with other operations on them. */
    Draft with(List<Entry> others) {
        Draft changed = new Draft(name, input);
        changed.entries.addAll(others);
        changed.values.addAll(values);
        return changed;
    }

    String name() {
        return name;
    }

    GraphInput input() {
        return input;
    }

    List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** A new value. */
    Value value(String valueName, Axis axis, int columns) {
        Value value = new Value(values.size(), valueName, axis, columns);
        values.add(value);
        return value;
    }

    void add(Op op) {
        entries.add(new Entry(op, Optional.empty()));
    }

    void add(Op op, Affine affine) {
        entries.add(new Entry(op, Optional.of(affine)));
    }

    /** A linear layer into a new value of the input's axis. */
    Value linear(Label label, Value in, Weight.Matrix weight, Optional<Weight.Vector> bias, Activation activation) {
        Value out = value(label.name(), in.axis(), weight.rows());
        add(new Op.Linear(label, in, weight, bias, activation, false, out));
        return out;
    }

    /** The pooled row of every item. */
    Value gather(String opName, Value in) {
        Value out = value(opName, Axis.ITEMS, in.columns());
        add(new Op.GatherPooled(Label.of(opName), in, out));
        return out;
    }

    /** The finished graph: everything folded. */
    Graph build(Capacity capacity) {
        Draft folded = PixelFolding.apply(AffineFolding.apply(this));
        List<Op> ops = new ArrayList<>();
        for (Entry entry : folded.entries) {
            if (entry.affine().isPresent()) {
                throw new IllegalStateException(entry.op().name() + " cannot take up a scale of its output");
            }
            ops.add(entry.op());
        }
        return new Graph(name, input, ops, values, capacity);
    }
}
