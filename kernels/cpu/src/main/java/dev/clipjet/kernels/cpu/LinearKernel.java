package dev.clipjet.kernels.cpu;

import dev.clipjet.numeric.Activation;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * {@code out = act(in W^T + bias)} or {@code out += in W^T + bias}. The output columns are split over the workers; each
 * applies bias, activation and residual to its part while that is still in its cache.
 *
 * <p>Small batches are bound by reading the weights, so they run on packed panels that are read once, in order; large
 * ones go to OpenBLAS. Both accumulate in float32.
 */
public final class LinearKernel {
    /** Up to this many rows the panel kernel is the faster one; measured on AVX2 with widths from 512 to 3072. */
    static final int MAX_PANEL_ROWS = 96;

    /** Input channels that are worked on at a time: panel and inputs then stay in the first-level cache. */
    private static final int PANEL_DEPTH = 256;

    private static final int TASKS_PER_WORKER = 3;

    private final WorkerPool pool;
    private final RowMath math = Simd.rowMath();
    private final PanelKernel panelKernel = Simd.panelKernel();
    private final OpenBlas[] blas;
    private final Scratch[] scratch;

    // The call in progress; fields, so that a call allocates nothing.
    private final WorkerPool.Task panelTask = this::runPanels;
    private final WorkerPool.Task blasTask = this::runBlas;
    private int rows;
    private FloatMemory in;
    private int inOffset;
    private WeightMatrix weight;
    private int firstRow;
    private int width;
    private float[] bias;
    private Activation activation;
    private boolean accumulate;
    private FloatMemory out;
    private int outOffset;
    private int slice;
    private int call;

    /** Memory of one worker on the heap, grown on demand. */
    private static final class Scratch {
        private float[] input = new float[0];
        private float[] output = new float[0];
        private float[] panel = new float[0];
        private float[] activation = new float[0];
        private int inputOfCall = -1;
    }

    public LinearKernel(WorkerPool pool) {
        this.pool = pool;
        blas = new OpenBlas[pool.size()];
        scratch = new Scratch[pool.size()];
        for (int i = 0; i < blas.length; i++) {
            blas[i] = new OpenBlas();
            scratch[i] = new Scratch();
        }
    }

    /**
     * Runs the layer.
     *
     * @param rows number of input rows M
     * @param in input [M, K], dense, from {@code inOffset}
     * @param weight weights with K columns, of which rows {@code firstRow} to {@code firstRow + width - 1} are used
     * @param bias one value per used row from index {@code firstRow}, or null
     * @param accumulate whether the result is added to the output (a residual) instead of stored; then there must be no
     *     activation
     * @param out output [M, width], dense, from {@code outOffset}
     */
    public void run(
            int rows,
            FloatMemory in,
            int inOffset,
            WeightMatrix weight,
            int firstRow,
            int width,
            float[] bias,
            Activation activation,
            boolean accumulate,
            FloatMemory out,
            int outOffset) {
        this.rows = rows;
        this.in = in;
        this.inOffset = inOffset;
        this.weight = weight;
        this.firstRow = firstRow;
        this.width = width;
        this.bias = bias;
        this.activation = activation;
        this.accumulate = accumulate;
        this.out = out;
        this.outOffset = outOffset;
        call++;
        int unit = panelKernel == null ? 16 : panelKernel.width();
        boolean panels = panelKernel != null && rows <= MAX_PANEL_ROWS && firstRow % unit == 0;
        int tasks = pool.size() == 1 ? 1 : pool.size() * TASKS_PER_WORKER;
        slice = Math.max(1, (width + unit * tasks - 1) / (unit * tasks)) * unit;
        int count = (width + slice - 1) / slice;
        if (panels) {
            weight.pack(pool, unit);
            pool.run(count, panelTask);
        } else {
            pool.run(count, blasTask);
        }
    }

    private void runPanels(int worker, int task) {
        int depth = weight.columns();
        int from = task * slice;
        int columns = Math.min(slice, width - from);
        int unit = panelKernel.width();
        int padded = (columns + unit - 1) / unit * unit;
        Scratch own = scratch[worker];
        own.output = atLeast(own.output, rows * padded);
        own.panel = atLeast(own.panel, PANEL_DEPTH * unit);
        own.activation = atLeast(own.activation, columns);
        if (own.inputOfCall != call) {
            own.input = atLeast(own.input, rows * depth);
            in.floats().get(inOffset, own.input, 0, rows * depth);
            own.inputOfCall = call;
        }
        FloatBuffer target = out.floats();
        for (int i = 0; i < rows; i++) {
            startRow(target, own.output, i * padded, i, from, columns);
            Arrays.fill(own.output, i * padded + columns, (i + 1) * padded, 0f);
        }
        FloatBuffer packed = weight.panels();
        for (int column = 0; column < padded; column += unit) {
            int panelStart = (firstRow + from + column) * depth;
            for (int k = 0; k < depth; k += PANEL_DEPTH) {
                int chunk = Math.min(PANEL_DEPTH, depth - k);
                packed.get(panelStart + k * unit, own.panel, 0, chunk * unit);
                panelKernel.multiplyAdd(own.input, k, depth, rows, own.panel, chunk, own.output, column, padded);
            }
        }
        for (int i = 0; i < rows; i++) {
            math.activate(activation, own.output, i * padded, columns, own.activation);
            target.put(outOffset + i * width + from, own.output, i * padded, columns);
        }
    }

    private void runBlas(int worker, int task) {
        int depth = weight.columns();
        int from = task * slice;
        int columns = Math.min(slice, width - from);
        Scratch own = scratch[worker];
        own.output = atLeast(own.output, columns);
        own.activation = atLeast(own.activation, columns);
        FloatBuffer target = out.floats();
        if (bias != null) {
            for (int i = 0; i < rows; i++) {
                startRow(target, own.output, 0, i, from, columns);
                target.put(outOffset + i * width + from, own.output, 0, columns);
            }
        }
        float beta = bias != null || accumulate ? 1f : 0f;
        int end = firstRow + from + columns;
        for (int block = 0; block < weight.blockCount(); block++) {
            int first = Math.max(firstRow + from, weight.blockFirstRow(block));
            int last = Math.min(end, weight.blockFirstRow(block + 1));
            if (first < last) {
                blas[worker].multiplyTransposed(
                        rows,
                        last - first,
                        depth,
                        1f,
                        in.address(inOffset),
                        depth,
                        weight.rowAddress(block, first),
                        depth,
                        beta,
                        out.address(outOffset + first - firstRow),
                        width);
            }
        }
        if (activation != Activation.NONE) {
            for (int i = 0; i < rows; i++) {
                int at = outOffset + i * width + from;
                target.get(at, own.output, 0, columns);
                math.activate(activation, own.output, 0, columns, own.activation);
                target.put(at, own.output, 0, columns);
            }
        }
    }

    /** What the product is added to: bias, residual, both, or zero. */
    private void startRow(FloatBuffer target, float[] row, int offset, int index, int from, int columns) {
        if (accumulate) {
            target.get(outOffset + index * width + from, row, offset, columns);
            if (bias != null) {
                for (int j = 0; j < columns; j++) {
                    row[offset + j] += bias[firstRow + from + j];
                }
            }
        } else if (bias != null) {
            System.arraycopy(bias, firstRow + from, row, offset, columns);
        } else {
            Arrays.fill(row, offset, offset + columns, 0f);
        }
    }

    private static float[] atLeast(float[] array, int size) {
        return array.length >= size ? array : new float[size];
    }
}
