package dev.clipjet.kernels.cpu;

/**
 * Multiplies a few rows by a panel of packed weights. A panel holds {@link #width()} output columns with all values of
 * one input channel side by side: element (k, j) at {@code k * width + j}.
 */
interface PanelKernel {
    /** Output columns per panel. */
    int width();

    /**
     * {@code c[i][j] += sum over k of x[i][k] panel[k][j]}, for i below {@code rows}, k below {@code depth}, j below
     * {@link #width()}.
     */
    void multiplyAdd(
            float[] x,
            int xOffset,
            int xStride,
            int rows,
            float[] panel,
            int depth,
            float[] c,
            int cOffset,
            int cStride);
}
