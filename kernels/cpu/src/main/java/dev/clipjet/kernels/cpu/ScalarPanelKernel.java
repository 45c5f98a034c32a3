package dev.clipjet.kernels.cpu;

/** {@link PanelKernel} in plain Java; the inner loop runs along the panel, so that the JIT compiler can vectorize it. */
final class ScalarPanelKernel implements PanelKernel {
    private static final int WIDTH = 16;

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public void multiplyAdd(
            float[] x,
            int xOffset,
            int xStride,
            int rows,
            float[] panel,
            int depth,
            float[] c,
            int cOffset,
            int cStride) {
        for (int i = 0; i < rows; i++) {
            int target = cOffset + i * cStride;
            for (int k = 0; k < depth; k++) {
                float factor = x[xOffset + i * xStride + k];
                int p = k * WIDTH;
                for (int j = 0; j < WIDTH; j++) {
                    c[target + j] += factor * panel[p + j];
                }
            }
        }
    }
}
