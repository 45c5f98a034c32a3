package dev.clipjet.kernels.cpu;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * Single precision matrix products of OpenBLAS, one thread each: the worker pool does the splitting, so that no second
 * pool of threads competes for the cores. One object per worker; calls allocate nothing.
 */
final class OpenBlas {
    static {
        NativeCache.secure();
        org.bytedeco.openblas.presets.openblas_nolapack.blas_set_num_threads(1);
    }

    private final Operand a = new Operand();
    private final Operand b = new Operand();
    private final Operand c = new Operand();

    /** {@code C = alpha A B^T + beta C} with A [m, k], B [n, k], C [m, n], all row-major with the given row strides. */
    void multiplyTransposed(
            int m,
            int n,
            int k,
            float alpha,
            long aAddress,
            int aStride,
            long bAddress,
            int bStride,
            float beta,
            long cAddress,
            int cStride) {
        openblas_nolapack.cblas_sgemm(
                CblasRowMajor,
                CblasNoTrans,
                CblasTrans,
                m,
                n,
                k,
                alpha,
                a.at(aAddress),
                aStride,
                b.at(bAddress),
                bStride,
                beta,
                c.at(cAddress),
                cStride);
    }

    /** {@code C = A B} with A [m, k], B [k, n], C [m, n], all row-major with the given row strides. */
    void multiply(
            int m, int n, int k, long aAddress, int aStride, long bAddress, int bStride, long cAddress, int cStride) {
        openblas_nolapack.cblas_sgemm(
                CblasRowMajor,
                CblasNoTrans,
                CblasNoTrans,
                m,
                n,
                k,
                1f,
                a.at(aAddress),
                aStride,
                b.at(bAddress),
                bStride,
                0f,
                c.at(cAddress),
                cStride);
    }

    /** A pointer that is moved instead of made anew. */
    private static final class Operand extends FloatPointer {
        Operand() {
            super((Pointer) null);
        }

        Operand at(long newAddress) {
            address = newAddress;
            return this;
        }
    }
}
