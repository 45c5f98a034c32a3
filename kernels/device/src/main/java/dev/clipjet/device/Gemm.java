package dev.clipjet.device;

import dev.clipjet.numeric.ElementType;

/**
 * A product {@code out = in W^T} of dense row-major matrices in device memory; strides count elements.
 *
 * @param element type of all three, one that towers {@linkplain ElementType#isComputing compute} with
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
public record Gemm(
        ElementType element,
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
    /** Checks the shapes. */
    public Gemm {
        element.requireComputing();
        if (m < 1 || n < 1 || k < 1 || inStride < k || weightStride < k || outStride < n) {
            throw new IllegalArgumentException("a product of " + m + " x " + k + " (stride " + inStride + ") and " + n
                    + " x " + k + " (stride " + weightStride + ") to rows of stride " + outStride);
        }
    }
}
