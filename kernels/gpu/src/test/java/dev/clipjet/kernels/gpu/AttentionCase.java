package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.ElementType;
import java.util.Random;

/**
 * Random queries, keys and values of packed sequences in one fused matrix, and what attention gives on the host.
 *
 * @param type storage
 * @param lengths tokens of each sequence; some may be 0
 * @param spare tokens behind the last sequence
 */
record AttentionCase(
        ElementType type, int[] lengths, int spare, int heads, int headDim, boolean causal, Values values) {
    /** Fused [tokens, 3 * columns] and pooled queries [sequences, columns]. */
    @SuppressWarnings("ArrayRecordComponent")
    record Values(float[] fused, float[] pooled) {}

    static AttentionCase of(ElementType type, int[] lengths, int spare, int heads, int headDim, boolean causal) {
        Random random = new Random(31L * headDim + heads);
        int tokens = java.util.Arrays.stream(lengths).sum() + spare;
        int columns = heads * headDim;
        // Scores of a few units make some probabilities count much more than others.
        float[] fused = DeviceMatrices.random(type, random, tokens * 3 * columns, 0.2, 1.2);
        float[] pooled = DeviceMatrices.random(type, random, lengths.length * columns, 0.2, 1.2);
        return new AttentionCase(type, lengths, spare, heads, headDim, causal, new Values(fused, pooled));
    }

    int columns() {
        return heads * headDim;
    }

    int tokens() {
        return values.fused.length / 3 / columns();
    }

    int[] starts() {
        int[] starts = new int[lengths.length + 1];
        for (int s = 0; s < lengths.length; s++) {
            starts[s + 1] = starts[s] + lengths[s];
        }
        return starts;
    }

    int longest() {
        return Math.max(1, java.util.Arrays.stream(lengths).max().orElseThrow());
    }

    /** Results of tokens in sequences, or of sequences that are not empty, one after the other. */
    interface Sink {
        void row(int row, int head, double[] exact, float[] plain);
    }

    /** Attends on the host, in double precision and plainly. */
    void attend(boolean pooledQuery, Sink sink) {
        int[] starts = starts();
        for (int s = 0; s < lengths.length; s++) {
            int rows = pooledQuery ? Math.min(1, lengths[s]) : lengths[s];
            for (int i = 0; i < rows; i++) {
                int row = pooledQuery ? s : starts[s] + i;
                int sees = causal && !pooledQuery ? i + 1 : lengths[s];
                for (int head = 0; head < heads; head++) {
                    int query = pooledQuery ? row * columns() : row * 3 * columns();
                    float[] from = pooledQuery ? values.pooled : values.fused;
                    one(from, query + head * headDim, starts[s], sees, head, row, sink);
                }
            }
        }
    }

    private void one(float[] from, int query, int begin, int sees, int head, int row, Sink sink) {
        double[] exactScores = new double[sees];
        float[] plainScores = new float[sees];
        double exactTop = Double.NEGATIVE_INFINITY;
        float plainTop = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < sees; j++) {
            int key = (begin + j) * 3 * columns() + columns() + head * headDim;
            double exact = 0;
            float plain = 0;
            for (int d = 0; d < headDim; d++) {
                exact += (double) from[query + d] * values.fused[key + d];
                plain += from[query + d] * values.fused[key + d];
            }
            exactScores[j] = exact / Math.sqrt(headDim);
            plainScores[j] = plain * (float) (1 / Math.sqrt(headDim));
            exactTop = Math.max(exactTop, exactScores[j]);
            plainTop = Math.max(plainTop, plainScores[j]);
        }
        double exactTotal = 0;
        float plainTotal = 0;
        for (int j = 0; j < sees; j++) {
            exactScores[j] = Math.exp(exactScores[j] - exactTop);
            plainScores[j] = (float) Math.exp(plainScores[j] - plainTop);
            exactTotal += exactScores[j];
            plainTotal += plainScores[j];
        }
        double[] exact = new double[headDim];
        float[] plain = new float[headDim];
        for (int j = 0; j < sees; j++) {
            int value = (begin + j) * 3 * columns() + 2 * columns() + head * headDim;
            float probability = StoredValues.rounded(type, plainScores[j] / plainTotal);
            for (int d = 0; d < headDim; d++) {
                exact[d] += exactScores[j] / exactTotal * values.fused[value + d];
                plain[d] += probability * values.fused[value + d];
            }
        }
        sink.row(row, head, exact, StoredValues.rounded(type, plain));
    }

    /** Runs the kernel on a rig and holds what it gives to the rule. Tokens of no sequence have no value and get none. */
    void check(KernelRig rig, boolean pooledQuery) {
        DeviceMatrices matrices = new DeviceMatrices(rig, type);
        Matrix fused = matrices.raw(tokens(), 3 * columns());
        float[] used = java.util.Arrays.copyOf(values.fused, (tokens() - spare) * 3 * columns());
        if (used.length > 0) {
            matrices.write(fused.firstRows(tokens() - spare), used);
        }
        Matrix key = fused.columnRange(columns(), columns(), type);
        Matrix value = fused.columnRange(2 * columns(), columns(), type);
        Matrix query = pooledQuery
                ? matrices.of(lengths.length, columns(), values.pooled)
                : fused.columnRange(0, columns(), type);
        Matrix out = matrices.raw(query.rows(), columns());
        new AttentionKernel(rig.library(), type)
                .record(
                        rig.stream(),
                        new AttentionShape(
                                lengths.length, longest(), heads, headDim, causal && !pooledQuery, pooledQuery),
                        query,
                        key,
                        value,
                        rig.ints(starts()),
                        out);
        int rows = pooledQuery
                ? (int) java.util.Arrays.stream(lengths).filter(n -> n > 0).count()
                : tokens() - spare;
        float[] result = new float[rows * columns()];
        float[] plain = new float[result.length];
        double[] exact = new double[result.length];
        int[] done = {0};
        attend(pooledQuery, (row, head, exactRow, plainRow) -> {
            float[] got = rig.read(
                    type, out.address() + ((long) row * out.stride() + head * headDim) * type.bytes(), headDim);
            System.arraycopy(got, 0, result, done[0], headDim);
            System.arraycopy(plainRow, 0, plain, done[0], headDim);
            System.arraycopy(exactRow, 0, exact, done[0], headDim);
            done[0] += headDim;
        });
        if (rows > 0) {
            Accuracy.assertNoWorse(
                    type + (pooledQuery ? " pooled " : causal ? " causal " : " full ")
                            + java.util.Arrays.toString(lengths) + " heads of " + headDim,
                    result,
                    plain,
                    exact);
        }
    }
}
