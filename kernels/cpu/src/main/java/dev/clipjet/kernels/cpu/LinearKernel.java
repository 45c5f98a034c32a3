package dev.clipjet.kernels.cpu;

import dev.clipjet.numeric.Activation;

/**
 * Linear layers: {@code out = act(in W^T + bias)} or {@code out = act(out + in W^T + bias)}, accumulated in float32. By
 * oneDNN where there is one, else by {@link PanelLinear}; see {@link MatrixLibrary}. The number of threads changes which
 * rows and columns are computed together, and by that a result by no more than the rounding of its sum.
 */
public final class LinearKernel implements AutoCloseable {
    private final LinearCall call = new LinearCall();
    private final LinearRoutine routine;

    public LinearKernel(WorkerPool pool) {
        this(pool, MatrixLibrary.provider());
    }

    LinearKernel(WorkerPool pool, MatrixLibrary.Provider provider) {
        routine = routine(pool, provider);
    }

    static LinearRoutine routine(WorkerPool pool, MatrixLibrary.Provider provider) {
        return switch (provider) {
            case ONE_DNN -> new OneDnnLinear(pool);
            case OWN -> new PanelLinear(pool, Simd.panelKernel());
        };
    }

    /**
     * Runs the layer.
     *
     * @param rows number of input rows M
     * @param in input [M, K], dense, from {@code inOffset}
     * @param weight weights with K columns, of which rows {@code firstRow} to {@code firstRow + width - 1} are used
     * @param bias one value per used row from index {@code firstRow}, or null
     * @param accumulate whether the result is added to the output (a residual) before the activation
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
        call.rows = rows;
        call.in = in;
        call.inOffset = inOffset;
        call.weight = weight;
        call.firstRow = firstRow;
        call.width = width;
        call.bias = bias;
        call.activation = activation;
        call.residual = accumulate ? out : null;
        call.residualOffset = outOffset;
        call.out = out;
        call.outOffset = outOffset;
        if (rows > 0) {
            routine.run(call);
        }
    }

    /** Frees what calls have made. Weights keep their packed forms until they are closed. */
    @Override
    public void close() {
        routine.close();
    }
}
