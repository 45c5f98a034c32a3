package dev.clipjet.kernels.cpu;

import java.nio.FloatBuffer;

/**
 * Scaled dot-product attention over sequences that lie end to end. Softmax in float32. Work is split by sequence, head
 * and block of queries; the scores of a block stay in the cache.
 */
public final class AttentionKernel implements AutoCloseable {
    private static final int QUERY_BLOCK = 64;

    private final WorkerPool pool;
    private final RowMath math = Simd.rowMath();
    private final SmallGemm[] gemm;
    private final FloatMemory[] scores;
    private final float[][] scoreRow;
    private final float[][] lanes;
    private final WorkerPool.Task task = this::runTask;

    private int heads;
    private int headDim;
    private boolean causal;
    private boolean oneQuery;
    private int[] starts;
    private int blocksPerSequence;
    private FloatMemory memory;
    private int queryOffset;
    private int queryStride;
    private int keyOffset;
    private int valueOffset;
    private int keyValueStride;
    private int outOffset;
    private int outStride;

    public AttentionKernel(WorkerPool pool) {
        this(pool, MatrixLibrary.provider());
    }

    AttentionKernel(WorkerPool pool, MatrixLibrary.Provider provider) {
        this.pool = pool;
        gemm = SmallGemm.forWorkers(pool.size(), provider);
        scores = new FloatMemory[pool.size()];
        scoreRow = new float[pool.size()][0];
        lanes = new float[pool.size()][RowMath.MAX_LANES];
    }

    /**
     * {@code out = softmax(Q K^T / sqrt(headDim)) V} for every sequence and head.
     *
     * @param sequences number of sequences
     * @param starts first row of every sequence, and the end of the last; {@code sequences + 1} values
     * @param longest rows of the longest sequence
     * @param causal whether a query sees only keys up to its own position
     * @param oneQuery whether each sequence has a single query, which sees all keys; query and output row s then belong
     *     to sequence s
     * @param memory where queries, keys, values and outputs lie; row i, head h of each begins at its {@code offset + i *
     *     stride + h * headDim}
     */
    public void run(
            int sequences,
            int[] starts,
            int longest,
            int heads,
            int headDim,
            boolean causal,
            boolean oneQuery,
            FloatMemory memory,
            int queryOffset,
            int queryStride,
            int keyOffset,
            int valueOffset,
            int keyValueStride,
            int outOffset,
            int outStride) {
        this.heads = heads;
        this.headDim = headDim;
        this.causal = causal;
        this.oneQuery = oneQuery;
        this.starts = starts;
        this.memory = memory;
        this.queryOffset = queryOffset;
        this.queryStride = queryStride;
        this.keyOffset = keyOffset;
        this.valueOffset = valueOffset;
        this.keyValueStride = keyValueStride;
        this.outOffset = outOffset;
        this.outStride = outStride;
        blocksPerSequence = oneQuery ? 1 : (longest + QUERY_BLOCK - 1) / QUERY_BLOCK;
        int before = gemm[0].enterRun();
        try {
            pool.run(sequences * heads * blocksPerSequence, task);
        } finally {
            gemm[0].leaveRun(before);
        }
    }

    private void runTask(int worker, int task) {
        int block = task % blocksPerSequence;
        int head = task / blocksPerSequence % heads;
        int sequence = task / blocksPerSequence / heads;
        int start = starts[sequence];
        int length = starts[sequence + 1] - start;
        int firstQuery = oneQuery ? 0 : block * QUERY_BLOCK;
        int queries = oneQuery ? 1 : Math.min(QUERY_BLOCK, length - firstQuery);
        if (queries <= 0) {
            return;
        }
        if (worker != 0) {
            gemm[worker].enterWorker();
        }
        int keys = causal && !oneQuery ? firstQuery + queries : length;
        int queryRow = oneQuery ? sequence : start + firstQuery;
        FloatMemory own = scoresOf(worker, queries * keys, keys);
        gemm[worker].multiplyTransposed(
                queries,
                keys,
                headDim,
                (float) (1 / Math.sqrt(headDim)),
                memory,
                index(queryOffset, queryStride, queryRow, head),
                queryStride,
                memory,
                index(keyOffset, keyValueStride, start, head),
                keyValueStride,
                own,
                0,
                keys);
        FloatBuffer values = own.floats();
        float[] row = scoreRow[worker];
        for (int i = 0; i < queries; i++) {
            int visible = causal && !oneQuery ? firstQuery + i + 1 : keys;
            values.get(i * keys, row, 0, visible);
            math.softmax(row, 0, visible, lanes[worker]);
            for (int j = visible; j < keys; j++) {
                row[j] = 0f;
            }
            values.put(i * keys, row, 0, keys);
        }
        gemm[worker].multiply(
                queries,
                headDim,
                keys,
                own,
                0,
                keys,
                memory,
                index(valueOffset, keyValueStride, start, head),
                keyValueStride,
                memory,
                index(outOffset, outStride, queryRow, head),
                outStride);
    }

    private long index(int offset, int stride, int row, int head) {
        return offset + (long) row * stride + (long) head * headDim;
    }

    private FloatMemory scoresOf(int worker, int size, int keys) {
        if (scores[worker] == null || scores[worker].size() < size) {
            FloatMemory tooSmall = scores[worker];
            scores[worker] = null;
            if (tooSmall != null) {
                tooSmall.close();
            }
            scores[worker] = new FloatMemory(size);
        }
        if (scoreRow[worker].length < keys) {
            scoreRow[worker] = new float[keys];
        }
        return scores[worker];
    }

    /** Frees the scratch memory. */
    @Override
    public void close() {
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] != null) {
                scores[i].close();
                scores[i] = null;
            }
        }
    }
}
