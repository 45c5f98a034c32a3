package dev.clipjet.kernels.gpu;

/**
 * The shape of an attention over packed sequences.
 *
 * @param sequences at least 1; some may be empty
 * @param longest tokens of the longest sequence that there may be, 1 to {@link #MAX_TOKENS}
 * @param heads at least 1
 * @param headDim columns of a head, 1 to {@link #MAX_HEAD_DIM}; a multiple of 16 bytes
 * @param causal whether a token sees only itself and those before it
 * @param pooledQuery whether there is one query per sequence, which sees all its tokens
 */
public record AttentionShape(int sequences, int longest, int heads, int headDim, boolean causal, boolean pooledQuery) {
    /** The longest sequence possible. */
    public static final int MAX_TOKENS = 4096;

    /** The widest head possible. */
    public static final int MAX_HEAD_DIM = 128;

    private static final int MAX_IN_A_DIMENSION = 65535;

    /** Checks the ranges. */
    public AttentionShape {
        LaunchCheck.of("attention")
                .positive("sequences", sequences)
                .atMost("sequences", sequences, MAX_IN_A_DIMENSION)
                .positive("longest", longest)
                .atMost("longest", longest, MAX_TOKENS)
                .positive("heads", heads)
                .atMost("heads", heads, MAX_IN_A_DIMENSION)
                .positive("headDim", headDim)
                .atMost("headDim", headDim, MAX_HEAD_DIM)
                .require(!(causal && pooledQuery), "a pooled query sees all tokens; it cannot be causal");
    }

    /** Columns of queries, keys, values and outputs. */
    public int columns() {
        return heads * headDim;
    }

    /** What scores are multiplied with before the base-2 exponential. */
    float scaleLog2() {
        return (float) (1 / (Math.log(2) * Math.sqrt(headDim)));
    }
}
