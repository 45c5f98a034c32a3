package dev.clipjet.cpu;

import dev.clipjet.kernels.cpu.RowBlock;
import dev.clipjet.kernels.cpu.WeightMatrix;
import dev.clipjet.weights.CanonicalName;
import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.StoredTensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A checkpoint's tensors in the forms that the CPU kernels read. Matrices stay in the mapped file, vectors are copied to
 * the heap, embedding tables are read row by row. Everything is prepared when it is first asked for. The checkpoint must
 * outlive this object.
 */
final class CpuWeights implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final Map<String, WeightMatrix> matrices = new HashMap<>();
    private final Map<String, float[]> vectors = new HashMap<>();
    private final Map<String, EmbeddingTable> tables = new HashMap<>();

    CpuWeights(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** The matrix of a linear layer. */
    WeightMatrix matrix(String name) {
        return matrices.computeIfAbsent(name, key -> {
            CanonicalTensor tensor = checkpoint.tensor(new CanonicalName(key));
            List<RowBlock> blocks = new ArrayList<>();
            for (int i = 0; i < tensor.segments().size(); i++) {
                StoredTensor segment = tensor.segments().get(i);
                blocks.add(new RowBlock(
                        segment.data(),
                        segment.dtype(),
                        new StoredFloats(segment)::read,
                        tensor.segmentRows(i),
                        tensor.columns()));
            }
            return new WeightMatrix(tensor.columns(), blocks);
        });
    }

    /** All values of a small tensor. */
    float[] vector(String name) {
        return vectors.computeIfAbsent(name, key -> {
            CanonicalTensor tensor = checkpoint.tensor(new CanonicalName(key));
            float[] values = new float[Math.toIntExact(tensor.elements())];
            FloatBuffer target = FloatBuffer.wrap(values);
            for (StoredTensor segment : tensor.segments()) {
                FloatConversion.toFloat(segment, target);
            }
            return values;
        });
    }

    /** A table of which single rows are read. */
    EmbeddingTable table(String name) {
        return tables.computeIfAbsent(name, key -> new EmbeddingTable(checkpoint.tensor(new CanonicalName(key))));
    }

    @Override
    public void close() {
        matrices.values().forEach(WeightMatrix::close);
        matrices.clear();
    }
}
