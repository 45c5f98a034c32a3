package dev.clipjet.kernels.cpu;

import java.nio.FloatBuffer;

/** Layer norm over rows, in float32 with a two-pass variance. Input and output may be the same place. */
public final class LayerNormKernel {
    private static final int ROWS_PER_TASK = 8;

    private final WorkerPool pool;
    private final RowMath math = Simd.rowMath();
    private final float[][] scratch;
    private final float[][] lanes;
    private final WorkerPool.Task task = this::runTask;
    private int rows;
    private int columns;
    private FloatMemory in;
    private int inOffset;
    private float[] weight;
    private float[] bias;
    private float eps;
    private FloatMemory out;
    private int outOffset;

    public LayerNormKernel(WorkerPool pool) {
        this.pool = pool;
        scratch = new float[pool.size()][0];
        lanes = new float[pool.size()][RowMath.MAX_LANES];
    }

    /**
     * @param rows number of rows
     * @param columns width of a row, and of weight and bias
     * @param eps added to the variance
     */
    public void run(
            int rows,
            int columns,
            FloatMemory in,
            int inOffset,
            float[] weight,
            float[] bias,
            float eps,
            FloatMemory out,
            int outOffset) {
        this.rows = rows;
        this.columns = columns;
        this.in = in;
        this.inOffset = inOffset;
        this.weight = weight;
        this.bias = bias;
        this.eps = eps;
        this.out = out;
        this.outOffset = outOffset;
        pool.run((rows + ROWS_PER_TASK - 1) / ROWS_PER_TASK, task);
    }

    private void runTask(int worker, int index) {
        float[] row = scratch[worker];
        if (row.length < columns) {
            row = new float[columns];
            scratch[worker] = row;
        }
        FloatBuffer source = in.floats();
        FloatBuffer target = out.floats();
        int end = Math.min(rows, (index + 1) * ROWS_PER_TASK);
        for (int i = index * ROWS_PER_TASK; i < end; i++) {
            source.get(inOffset + i * columns, row, 0, columns);
            math.layerNorm(row, 0, row, 0, columns, weight, bias, eps, lanes[worker]);
            target.put(outOffset + i * columns, row, 0, columns);
        }
    }
}
