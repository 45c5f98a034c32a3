package dev.clipjet.kernels.gpu;

/**
 * The filter of one axis in fixed point: output position {@code i} is the sum of {@code weights[i * stride + k]} times the sample at
 * {@code starts[i] + k} for {@code k < counts[i]}, plus {@code 2^(bits - 1)}, shifted right by {@code bits}, clamped to a byte.
 *
 * @param starts first source position of each output position, not falling
 * @param counts samples of each, at least 1
 * @param weights {@code [positions, stride]}
 * @param stride room for weights of a position
 * @param bits binary digits behind the point, 1 to 22
 */
@SuppressWarnings("ArrayRecordComponent") // tables, compared by nobody
public record ResizeAxis(int[] starts, int[] counts, int[] weights, int stride, int bits) {
    private static final int MAX_BITS = 22;

    /** Checks that the tables fit each other. */
    public ResizeAxis {
        LaunchCheck check = LaunchCheck.of("resize")
                .positive("output positions", starts.length)
                .require(counts.length == starts.length, counts.length + " counts for " + starts.length + " starts")
                .require(
                        weights.length == (long) stride * starts.length,
                        weights.length + " weights for " + starts.length + " positions of " + stride)
                .require(bits >= 1 && bits <= MAX_BITS, bits + " bits behind the point");
        for (int i = 0; i < starts.length; i++) {
            check.require(
                    starts[i] >= (i == 0 ? 0 : starts[i - 1]) && counts[i] >= 1 && counts[i] <= stride,
                    "position " + i + " takes " + counts[i] + " samples from " + starts[i] + " on");
            check.require(
                    i == 0 || starts[i] + counts[i] >= starts[i - 1] + counts[i - 1],
                    "position " + i + " ends before the one before it");
        }
    }

    /** Output positions. */
    public int size() {
        return starts.length;
    }

    int from() {
        return starts[0];
    }

    int to() {
        return starts[size() - 1] + counts[size() - 1];
    }
}
