package dev.clipjet.engine;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.Weight;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.CanonicalTensors;
import dev.clipjet.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Made-up tensors for whatever the graphs of a model read, of the sizes that keep activations near 1: norms around 1, products scaled by
 * the root of their width.
 */
public final class SyntheticTensors implements CanonicalTensors {
    private final Map<CanonicalName, CanonicalTensor> tensors = new HashMap<>();

    /** The tensors of graphs. */
    public SyntheticTensors(Graph... graphs) {
        Map<CanonicalName, Integer> rows = new HashMap<>();
        Map<CanonicalName, Integer> columns = new HashMap<>();
        for (Graph graph : graphs) {
            for (Op op : graph.ops()) {
                op.weights().forEach(weight -> collect(weight, rows, columns));
            }
        }
        rows.forEach((name, count) -> tensors.put(name, tensor(name, count, columns.get(name))));
    }

    private static void collect(Weight weight, Map<CanonicalName, Integer> rows, Map<CanonicalName, Integer> columns) {
        if (weight instanceof Weight.Matrix matrix) {
            rows.merge(matrix.source(), matrix.firstRow() + matrix.rows(), Math::max);
            columns.put(matrix.source(), matrix.columns());
            matrix.rowScale().ifPresent(scale -> collect(scale, rows, columns));
            matrix.columnScale().ifPresent(scale -> collect(scale, rows, columns));
        } else if (weight instanceof Weight.Range range) {
            collect(range.of(), rows, columns);
        } else if (weight instanceof Weight.Applied applied) {
            collect(applied.matrix(), rows, columns);
        } else {
            for (CanonicalName name : weight.sources()) {
                rows.putIfAbsent(name, ((Weight.Vector) weight).length());
                columns.putIfAbsent(name, 1);
            }
        }
    }

    private static CanonicalTensor tensor(CanonicalName name, int rows, int columns) {
        Random random = new Random(name.value().hashCode());
        ByteBuffer bytes = ByteBuffer.allocate(rows * columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        boolean aroundOne =
                columns == 1 && name.value().endsWith("weight") || name.value().endsWith("variance");
        double scale = columns == 1 ? 0.1 : 1 / Math.sqrt(columns);
        while (bytes.hasRemaining()) {
            bytes.putFloat((float) (aroundOne ? 1 + 0.1 * random.nextDouble() : scale * random.nextGaussian()));
        }
        List<Long> shape = columns == 1 ? List.of((long) rows) : List.of((long) rows, (long) columns);
        StoredTensor stored = new StoredTensor(name.value(), ElementType.F32, shape, bytes.flip());
        return new CanonicalTensor(name, shape, List.of(stored));
    }

    @Override
    public Path source() {
        return Path.of("made-up");
    }

    @Override
    public CanonicalTensor tensor(CanonicalName name) {
        CanonicalTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new InvalidInputException("no graph reads " + name);
        }
        return tensor;
    }
}
