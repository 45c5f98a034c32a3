package dev.clipjet.cpu;

import dev.clipjet.graph.MatrixReader;
import dev.clipjet.graph.TensorSource;
import dev.clipjet.graph.Weight;
import dev.clipjet.kernels.cpu.FloatMemory;
import dev.clipjet.kernels.cpu.RowBlock;
import dev.clipjet.kernels.cpu.WeightMatrix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Weight expressions in the forms that the CPU kernels read, each once: copies in memory of our own, none of which depends on a file any
 * more. Matrices of products are packed or copied when first needed. The tensors must outlive this object.
 */
final class CpuWeights implements AutoCloseable {
    /** Elements that are read at a time. */
    private static final int PIECE = 1 << 16;

    private final TensorSource tensors;
    private final Map<Weight.Matrix, WeightMatrix> matrices = new HashMap<>();
    private final Map<Weight.Matrix, float[]> dense = new HashMap<>();
    private final Map<Weight.Matrix, FloatMemory> tables = new HashMap<>();
    private final Map<Weight.Vector, float[]> vectors = new HashMap<>();

    CpuWeights(TensorSource tensors) {
        this.tensors = tensors;
    }

    /** The matrix of a linear layer. */
    WeightMatrix matrix(Weight.Matrix matrix) {
        return matrices.computeIfAbsent(matrix, key -> {
            MatrixReader reader = reader(key);
            RowBlock rows = new RowBlock(
                    (element, target, offset, length) -> reader.read(element, length, target, offset),
                    key.rows(),
                    key.columns());
            return new WeightMatrix(key.columns(), List.of(rows));
        });
    }

    /** All elements of a small matrix, row-major. */
    float[] dense(Weight.Matrix matrix) {
        return dense.computeIfAbsent(matrix, key -> reader(key).all());
    }

    /** All elements of a vector. */
    float[] vector(Weight.Vector vector) {
        return vectors.computeIfAbsent(vector, key -> key.floats(tensors));
    }

    /** A table of which single rows are read, row-major from index 0. */
    FloatMemory table(Weight.Matrix table) {
        return tables.computeIfAbsent(table, this::copy);
    }

    private FloatMemory copy(Weight.Matrix matrix) {
        MatrixReader reader = reader(matrix);
        FloatMemory memory = new FloatMemory(matrix.elements());
        try {
            float[] piece = new float[(int) Math.min(PIECE, matrix.elements())];
            for (long at = 0; at < matrix.elements(); at += piece.length) {
                int count = (int) Math.min(piece.length, matrix.elements() - at);
                reader.read(at, count, piece, 0);
                memory.floats().put((int) at, piece, 0, count);
            }
            return memory;
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    private MatrixReader reader(Weight.Matrix matrix) {
        return new MatrixReader(matrix, tensors);
    }

    @Override
    public void close() {
        matrices.values().forEach(WeightMatrix::close);
        matrices.clear();
        tables.values().forEach(FloatMemory::close);
        tables.clear();
    }
}
