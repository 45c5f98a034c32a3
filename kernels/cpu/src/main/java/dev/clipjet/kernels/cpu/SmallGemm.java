package dev.clipjet.kernels.cpu;

/** Matrix products of the size that attention has, for one worker. All matrices are row-major float32, outside the heap. */
interface SmallGemm {
    /** One for each worker of a pool. */
    static SmallGemm[] forWorkers(int workers, MatrixLibrary.Provider provider) {
        SmallGemm[] all = new SmallGemm[workers];
        for (int i = 0; i < workers; i++) {
            all[i] = switch (provider) {
                case ONE_DNN -> new OneDnnGemm();
                case OWN -> new JavaGemm(Simd.rowMath());
            };
        }
        return all;
    }

    /** {@code C = alpha A B^T} with A [m, k], B [n, k], C [m, n]; strides are those of rows. */
    void multiplyTransposed(
            int m,
            int n,
            int k,
            float alpha,
            FloatMemory aMemory,
            long a,
            int aStride,
            FloatMemory bMemory,
            long b,
            int bStride,
            FloatMemory cMemory,
            long c,
            int cStride);

    /** {@code C = A B} with A [m, k], B [k, n], C [m, n]; strides are those of rows. */
    void multiply(
            int m,
            int n,
            int k,
            FloatMemory aMemory,
            long a,
            int aStride,
            FloatMemory bMemory,
            long b,
            int bStride,
            FloatMemory cMemory,
            long c,
            int cStride);

    /** Called by the thread that starts a run of the pool, before it; the result goes to {@link #leaveRun}. */
    default int enterRun() {
        return 0;
    }

    /** Called by the thread that started a run, after it. */
    default void leaveRun(int entered) {}

    /** Called by the pool's own threads before they multiply. */
    default void enterWorker() {}
}
