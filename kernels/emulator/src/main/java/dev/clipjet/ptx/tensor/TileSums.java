package dev.clipjet.ptx.tensor;

/**
 * Computes C = A B + C on tiles, as tensor cores do. A is m x k, B is k x n and C is m x n, all row by row; k is at most 16, n a multiple
 * of 8. PTX leaves order and rounding of the sums open, so there are two ways to round. An object serves one thread at a time.
 */
public interface TileSums {
    /**
     * Every element the exact sum, rounded once, to nearest.
     *
     * @param c bits of floats, replaced by the result
     */
    void exact(TileOperand a, TileOperand b, int[] c, int m, int n, int k);

    /**
     * So many terms at once: aligned to the largest of them and the sum before, cut to so many significant bits, added, and the sum cut to
     * single precision.
     *
     * @param c bits of floats, replaced by the result
     * @param terms products that are added in one step
     * @param bits significant bits of the largest term, 24 or 25
     */
    void truncated(TileOperand a, TileOperand b, int[] c, int m, int n, int k, int terms, int bits);
}
