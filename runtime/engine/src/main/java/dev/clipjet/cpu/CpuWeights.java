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
import java.util.Optional;

/**
 * A checkpoint's tensors in the forms that the CPU kernels read, with layer scale folded into them: copies, none of which
 * depends on the file any more. Everything is prepared when it is first asked for. The checkpoint must outlive this object.
 */
final class CpuWeights implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final Map<String, WeightMatrix> matrices = new HashMap<>();
    private final Map<String, float[]> vectors = new HashMap<>();
    private final Map<String, float[]> scaledVectors = new HashMap<>();
    private final Map<String, EmbeddingTable> tables = new HashMap<>();

    CpuWeights(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /**
     * The matrix of a linear layer.
     *
     * @param scale a vector with one factor for every row, or empty. A matrix is always asked for with the same one
     */
    WeightMatrix matrix(String name, Optional<String> scale) {
        WeightMatrix known = matrices.get(name);
        if (known == null) {
            known = scale.isPresent() ? scaledMatrix(name, vector(scale.get())) : storedMatrix(name);
            matrices.put(name, known);
        }
        return known;
    }

    private WeightMatrix storedMatrix(String name) {
        CanonicalTensor tensor = checkpoint.tensor(new CanonicalName(name));
        List<RowBlock> blocks = new ArrayList<>();
        for (int i = 0; i < tensor.segments().size(); i++) {
            StoredTensor segment = tensor.segments().get(i);
            blocks.add(new RowBlock(stored(segment), tensor.segmentRows(i), tensor.columns()));
        }
        return new WeightMatrix(tensor.columns(), blocks);
    }

    private static RowBlock.Source stored(StoredTensor tensor) {
        return (element, target, offset, length) ->
                tensor.readFloats(element, length, FloatBuffer.wrap(target, offset, length));
    }

    private WeightMatrix scaledMatrix(String name, float[] scale) {
        CanonicalTensor tensor = checkpoint.tensor(new CanonicalName(name));
        int columns = tensor.columns();
        List<RowBlock> blocks = new ArrayList<>();
        int firstRow = 0;
        for (int i = 0; i < tensor.segments().size(); i++) {
            RowBlock.Source stored = stored(tensor.segments().get(i));
            int first = firstRow;
            RowBlock.Source scaled = (element, target, offset, length) -> {
                stored.read(element, target, offset, length);
                for (int j = 0; j < length; j++) {
                    target[offset + j] *= scale[first + (int) ((element + j) / columns)];
                }
            };
            blocks.add(new RowBlock(scaled, tensor.segmentRows(i), columns));
            firstRow += tensor.segmentRows(i);
        }
        return new WeightMatrix(columns, blocks);
    }

    /** A bias, times a vector where there is one. A bias is always asked for with the same one. */
    float[] vector(String name, Optional<String> scale) {
        if (scale.isEmpty()) {
            return vector(name);
        }
        float[] known = scaledVectors.get(name);
        if (known == null) {
            known = vector(name).clone();
            float[] factors = vector(scale.get());
            for (int i = 0; i < known.length; i++) {
                known[i] *= factors[i];
            }
            scaledVectors.put(name, known);
        }
        return known;
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
        tables.values().forEach(EmbeddingTable::close);
        tables.clear();
    }
}
