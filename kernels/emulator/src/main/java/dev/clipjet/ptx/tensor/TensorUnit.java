package dev.clipjet.ptx.tensor;

/** What one warp multiplies matrices with: room for operands and sums, and the way of adding up. */
public final class TensorUnit {
    /** Rows of left operands and results. */
    public static final int ROWS = 16;

    private static final int INNER = 16;

    /** Room for a left operand of 16 rows. */
    public final TileOperand left = new TileOperand(ROWS * INNER);
    /** Room for a right operand of 16 rows. */
    public final TileOperand right;
    /** What is added to, and after {@link #multiply} the result: bits of floats, row by row. */
    public final int[] sums;
    /** Operands in registers that were used last. */
    public final MatrixFragment.Cache fragments = new MatrixFragment.Cache();

    private final TileSums fast = new FastSums();
    private final TileSums reference = new ReferenceSums();

    /** For results of 16 rows and so many columns. */
    public TensorUnit(int columns) {
        right = new TileOperand(INNER * columns);
        sums = new int[ROWS * columns];
    }

    /**
     * Adds the product of two operands to {@link #sums}.
     *
     * @param n columns
     * @param k inner elements
     * @param terms products that are truncated and added in one step, or 0 for exact sums
     * @param bits significant bits that truncation leaves
     * @param shortCut whether the fast way may be taken; the result is the same
     */
    public void multiply(TileOperand a, TileOperand b, int n, int k, int terms, int bits, boolean shortCut) {
        TileSums way = shortCut ? fast : reference;
        if (terms == 0) {
            way.exact(a, b, sums, ROWS, n, k);
        } else {
            way.truncated(a, b, sums, ROWS, n, k, terms, bits);
        }
    }
}
