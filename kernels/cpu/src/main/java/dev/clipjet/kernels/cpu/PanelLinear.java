package dev.clipjet.kernels.cpu;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * {@link LinearRoutine} on packed panels, in Java: where oneDNN does not load, and what it is checked against. A task is a
 * block of rows and a slice of output columns, on the heap of one worker.
 */
final class PanelLinear implements LinearRoutine {
    /** Rows of a task at most: their inputs and outputs stay in the second-level cache. */
    private static final int MAX_BLOCK_ROWS = 96;

    /** Input channels that are worked on at a time: panel and inputs then stay in the first-level cache. */
    private static final int PANEL_DEPTH = 256;

    private static final int TASKS_PER_WORKER = 3;

    private final WorkerPool pool;
    private final RowMath math = Simd.rowMath();
    private final PanelKernel kernel;
    private final Scratch[] scratch;
    private final WorkerPool.Task task = this::runTask;

    // The call in progress; fields, so that a call allocates nothing.
    private LinearCall call;
    private FloatBuffer panels;
    private int slice;
    private int slices;
    private int blockRows;
    private int calls;

    /** Memory of one worker on the heap, grown on demand. */
    private static final class Scratch {
        private float[] input = new float[0];
        private float[] output = new float[0];
        private float[] residual = new float[0];
        private float[] panel = new float[0];
        private float[] activation = new float[0];
        private int inputOfCall = -1;
        private int inputRow;
    }

    PanelLinear(WorkerPool pool, PanelKernel kernel) {
        this.pool = pool;
        this.kernel = kernel;
        scratch = new Scratch[pool.size()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = new Scratch();
        }
    }

    @Override
    public void run(LinearCall newCall) {
        call = newCall;
        calls++;
        int unit = kernel.width();
        Panels packed = (Panels) call.weight.packed(this, call.firstRow, call.width);
        if (packed == null) {
            packed = new Panels(this, pool, call.weight, call.firstRow, call.width, unit, null);
            call.weight.keep(packed);
        }
        panels = packed.floats();
        int blocks = (call.rows + MAX_BLOCK_ROWS - 1) / MAX_BLOCK_ROWS;
        blockRows = (call.rows + blocks - 1) / blocks;
        int tasks = pool.size() == 1 ? 1 : Math.max(1, pool.size() * TASKS_PER_WORKER / blocks);
        slice = Math.max(1, (call.width + unit * tasks - 1) / (unit * tasks)) * unit;
        slices = (call.width + slice - 1) / slice;
        pool.run(blocks * slices, task);
    }

    private void runTask(int worker, int index) {
        int depth = call.weight.columns();
        int from = index % slices * slice;
        int firstRow = index / slices * blockRows;
        int rows = Math.min(blockRows, call.rows - firstRow);
        int columns = Math.min(slice, call.width - from);
        int unit = kernel.width();
        int padded = (columns + unit - 1) / unit * unit;
        Scratch own = scratch[worker];
        own.output = atLeast(own.output, rows * padded);
        own.residual = atLeast(own.residual, columns);
        own.panel = atLeast(own.panel, PANEL_DEPTH * unit);
        own.activation = atLeast(own.activation, columns);
        if (own.inputOfCall != calls || own.inputRow != firstRow) {
            own.input = atLeast(own.input, rows * depth);
            call.in.floats().get(call.inOffset + firstRow * depth, own.input, 0, rows * depth);
            own.inputOfCall = calls;
            own.inputRow = firstRow;
        }
        for (int i = 0; i < rows; i++) {
            startRow(own, i * padded, firstRow + i, from, columns);
            Arrays.fill(own.output, i * padded + columns, (i + 1) * padded, 0f);
        }
        for (int column = 0; column < padded; column += unit) {
            int panelStart = (from + column) * depth;
            for (int k = 0; k < depth; k += PANEL_DEPTH) {
                int chunk = Math.min(PANEL_DEPTH, depth - k);
                panels.get(panelStart + k * unit, own.panel, 0, chunk * unit);
                kernel.multiplyAdd(own.input, k, depth, rows, own.panel, chunk, own.output, column, padded);
            }
        }
        FloatBuffer target = call.out.floats();
        for (int i = 0; i < rows; i++) {
            math.activate(call.activation, own.output, i * padded, columns, own.activation);
            target.put(call.outOffset + (firstRow + i) * call.width + from, own.output, i * padded, columns);
        }
    }

    /** What the product is added to: bias, residual, both, or zero. */
    private void startRow(Scratch own, int offset, int row, int from, int columns) {
        if (call.bias != null) {
            System.arraycopy(call.bias, call.firstRow + from, own.output, offset, columns);
        } else {
            Arrays.fill(own.output, offset, offset + columns, 0f);
        }
        if (call.residual != null) {
            call.residual.floats().get(call.residualOffset + row * call.width + from, own.residual, 0, columns);
            for (int j = 0; j < columns; j++) {
                own.output[offset + j] += own.residual[j];
            }
        }
    }

    private static float[] atLeast(float[] array, int size) {
        return array.length >= size ? array : new float[size];
    }

    @Override
    public void close() {}
}
