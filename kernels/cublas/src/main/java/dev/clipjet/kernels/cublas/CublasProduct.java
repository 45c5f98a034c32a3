package dev.clipjet.kernels.cublas;

import dev.clipjet.memory.DType;

/**
 * A product {@code out = in W^T} of dense row-major matrices in device memory; strides count elements.
 *
 * @param type F16, BF16 or F32, of all three
 * @param m rows of {@code in} and {@code out}
 * @param n rows of W, columns of {@code out}
 * @param k columns of {@code in} and W
 * @param in address of [m, k]
 * @param inStride from a row of {@code in} to the next
 * @param weight address of W [n, k]
 * @param weightStride from a row of W to the next
 * @param out address of [m, n]
 * @param outStride from a row of {@code out} to the next
 * @param accumulate whether the product is added to {@code out}
 */
public record CublasProduct(
        DType type,
        int m,
        int n,
        int k,
        long in,
        int inStride,
        long weight,
        int weightStride,
        long out,
        int outStride,
        boolean accumulate) {
    /** Checks types and shapes. */
    public CublasProduct {
        if (type != DType.F16 && type != DType.BF16 && type != DType.F32) {
            throw new IllegalArgumentException("a product in " + type + "; F16, BF16 and F32 are possible");
        }
        if (m < 1 || n < 1 || k < 1 || inStride < k || weightStride < k || outStride < n) {
            throw new IllegalArgumentException("a product of " + m + " x " + k + " (stride " + inStride + ") and " + n
                    + " x " + k + " (stride " + weightStride + ") to rows of stride " + outStride);
        }
    }
}
