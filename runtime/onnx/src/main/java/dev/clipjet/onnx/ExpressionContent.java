package dev.clipjet.onnx;

import dev.clipjet.convert.TensorContent;
import dev.clipjet.graph.MatrixReader;
import dev.clipjet.graph.Weight;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.numeric.ElementType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The elements of a matrix expression, computed in F32 when they are read. */
final class ExpressionContent implements TensorContent {
    private final Weight.Matrix matrix;
    private final List<String> origins;
    private final MatrixReader reader;

    ExpressionContent(Weight.Matrix matrix, Map<CanonicalName, TensorContent> contents) {
        this.matrix = matrix;
        origins = origins(matrix.sources(), contents);
        reader = new MatrixReader(matrix, new ContentTensors(contents));
    }

    /** The stored tensors behind canonical ones. */
    static List<String> origins(Set<CanonicalName> sources, Map<CanonicalName, TensorContent> contents) {
        return sources.stream()
                .flatMap(source -> contents.get(source).origins().stream())
                .toList();
    }

    @Override
    public ElementType dtype() {
        return ElementType.F32;
    }

    @Override
    public long elements() {
        return matrix.elements();
    }

    @Override
    public long rows() {
        return matrix.rows();
    }

    @Override
    public List<String> origins() {
        return origins;
    }

    @Override
    public void read(long first, int count, ByteBuffer target) {
        float[] values = new float[count];
        reader.read(first, count, values, 0);
        for (float value : values) {
            target.putFloat(value);
        }
    }
}
