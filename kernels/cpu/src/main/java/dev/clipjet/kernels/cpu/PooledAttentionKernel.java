package dev.clipjet.kernels.cpu;

import java.nio.FloatBuffer;

/**
 * Attention with one query per sequence, straight from the rows that its keys and values are projections of. With {@code k =
 * W x + b}, a score is {@code q k = (W^T q) x + q b}, whose last term is the same for all keys, so that softmax drops it; and
 * the output is {@code sum p (V x + c) = V (sum p x) + c}. No key and no value is ever computed: for n rows that saves all but
 * one n-th of the two projections. Softmax in float32.
 */
public final class PooledAttentionKernel implements AutoCloseable {
    private static final int TASKS_PER_WORKER = 2;

    private final WorkerPool pool;
    private final RowMath math = Simd.rowMath();
    private final SmallGemm[] gemm;
    private final FloatMemory[] scores;
    private final float[][] row;
    private final float[][] lanes;
    private final WorkerPool.Task queryTask = this::projectQueries;
    private final WorkerPool.Task attendTask = this::attend;
    private final WorkerPool.Task valueTask = this::projectMeans;
    /** For each sequence and head a row as wide as the input: projected queries first, weighted means of the input then. */
    private FloatMemory wide = new FloatMemory(0);

    // The call in progress.
    private int sequences;
    private int[] starts;
    private int heads;
    private int headDim;
    private FloatMemory memory;
    private int queryOffset;
    private int queryStride;
    private int inOffset;
    private int columns;
    private PlainRows keys;
    private PlainRows values;
    private float[] bias;
    private int valueRow;
    private int outOffset;
    private int outStride;
    private int groups;

    public PooledAttentionKernel(WorkerPool pool) {
        this(pool, MatrixLibrary.provider());
    }

    PooledAttentionKernel(WorkerPool pool, MatrixLibrary.Provider provider) {
        this.pool = pool;
        gemm = SmallGemm.forWorkers(pool.size(), provider);
        scores = new FloatMemory[pool.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = new FloatMemory(0);
        }
        row = new float[pool.size()][0];
        lanes = new float[pool.size()][RowMath.MAX_LANES];
    }

    /**
     * {@code out = softmax(Q K^T / sqrt(headDim)) V} for every sequence and head, with {@code K = X Wk^T} and {@code V = X
     * Wv^T + bias}; a bias of the keys would change nothing.
     *
     * @param sequences number of sequences
     * @param starts first row of every sequence in X, and the end of the last; {@code sequences + 1} values
     * @param longest rows of the longest sequence
     * @param memory where queries, X and outputs lie; the query of sequence i begins at {@code queryOffset + i *
     *     queryStride}, its output at {@code outOffset + i * outStride}, both of width {@code heads * headDim}
     * @param inOffset where X [rows, weight.columns()] begins, dense
     * @param weight of whose rows those from {@code keyRow} on are Wk, those from {@code valueRow} on Wv, {@code heads *
     *     headDim} each
     * @param bias indexed like the weight's rows, or null
     */
    public void run(
            int sequences,
            int[] starts,
            int longest,
            int heads,
            int headDim,
            FloatMemory memory,
            int queryOffset,
            int queryStride,
            int inOffset,
            WeightMatrix weight,
            int keyRow,
            int valueRow,
            float[] bias,
            int outOffset,
            int outStride) {
        this.sequences = sequences;
        this.starts = starts;
        this.heads = heads;
        this.headDim = headDim;
        this.memory = memory;
        this.queryOffset = queryOffset;
        this.queryStride = queryStride;
        this.inOffset = inOffset;
        this.columns = weight.columns();
        this.bias = bias;
        this.valueRow = valueRow;
        this.outOffset = outOffset;
        this.outStride = outStride;
        keys = PlainRows.of(weight, keyRow, heads * headDim);
        values = PlainRows.of(weight, valueRow, heads * headDim);
        int tasks = pool.size() == 1 ? 1 : pool.size() * TASKS_PER_WORKER;
        groups = Math.max(1, Math.min(heads, (tasks + sequences - 1) / Math.max(1, sequences)));
        reserve((long) sequences * heads * columns, (heads + groups - 1) / groups * longest, longest);
        int before = gemm[0].enterRun();
        try {
            pool.run(heads, queryTask);
            pool.run(sequences * groups, attendTask);
            pool.run(heads, valueTask);
        } finally {
            gemm[0].leaveRun(before);
        }
    }

    private void reserve(long wideFloats, int scoreFloats, int longest) {
        wide = atLeast(wide, wideFloats);
        for (int i = 0; i < scores.length; i++) {
            scores[i] = atLeast(scores[i], scoreFloats);
            int width = Math.max(longest, headDim);
            if (row[i].length < width) {
                row[i] = new float[width];
            }
        }
    }

    private static FloatMemory atLeast(FloatMemory old, long floats) {
        if (old.size() >= floats) {
            return old;
        }
        FloatMemory larger = new FloatMemory(floats);
        old.close();
        return larger;
    }

    private void enter(int worker) {
        if (worker != 0) {
            gemm[worker].enterWorker();
        }
    }

    /** {@code W^T q} of one head of all sequences. */
    private void projectQueries(int worker, int head) {
        enter(worker);
        gemm[worker].multiply(
                sequences,
                columns,
                headDim,
                memory,
                queryOffset + (long) head * headDim,
                queryStride,
                keys.memory(),
                (long) head * headDim * columns,
                columns,
                wide,
                (long) head * columns,
                heads * columns);
    }

    /** Weighted means of the input for some heads of one sequence. */
    private void attend(int worker, int task) {
        enter(worker);
        int sequence = task / groups;
        int group = task % groups;
        int first = heads * group / groups;
        int count = heads * (group + 1) / groups - first;
        int length = starts[sequence + 1] - starts[sequence];
        long input = inOffset + (long) starts[sequence] * columns;
        long own = ((long) sequence * heads + first) * columns;
        FloatMemory weights = scores[worker];
        gemm[worker].multiplyTransposed(
                count,
                length,
                columns,
                (float) (1 / Math.sqrt(headDim)),
                wide,
                own,
                columns,
                memory,
                input,
                columns,
                weights,
                0,
                length);
        FloatBuffer floats = weights.floats();
        for (int i = 0; i < count; i++) {
            floats.get(i * length, row[worker], 0, length);
            math.softmax(row[worker], 0, length, lanes[worker]);
            floats.put(i * length, row[worker], 0, length);
        }
        gemm[worker].multiply(count, columns, length, weights, 0, length, memory, input, columns, wide, own, columns);
    }

    /** {@code V mean + bias} of one head of all sequences. */
    private void projectMeans(int worker, int head) {
        enter(worker);
        gemm[worker].multiplyTransposed(
                sequences,
                headDim,
                columns,
                1f,
                wide,
                (long) head * columns,
                heads * columns,
                values.memory(),
                (long) head * headDim * columns,
                columns,
                memory,
                outOffset + (long) head * headDim,
                outStride);
        if (bias != null) {
            FloatBuffer floats = memory.floats();
            for (int i = 0; i < sequences; i++) {
                int at = outOffset + i * outStride + head * headDim;
                floats.get(at, row[worker], 0, headDim);
                for (int j = 0; j < headDim; j++) {
                    row[worker][j] += bias[valueRow + head * headDim + j];
                }
                floats.put(at, row[worker], 0, headDim);
            }
        }
    }

    /** Frees the scratch memory. Weights keep their copies until they are closed. */
    @Override
    public void close() {
        wide.close();
        for (FloatMemory each : scores) {
            each.close();
        }
    }
}
