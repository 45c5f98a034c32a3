package dev.clipjet.gpu;

/**
 * Sizes for which launches are prepared: 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on, so that a run is at most half larger than it need
 * be and there are few of them.
 */
final class Buckets {
    /** One more than the index of the largest size that an int can hold. */
    static final int COUNT = 61;

    private Buckets() {}

    /** Index of the smallest size that holds {@code count}, at least 1. */
    static int index(int count) {
        if (count <= 2) {
            return count - 1;
        }
        int octave = 31 - Integer.numberOfLeadingZeros(count - 1); // 2^octave < count <= 2^(octave + 1)
        int half = 3 << octave - 1;
        return count <= half ? 2 * octave : 2 * octave + 1;
    }

    /** The size of an index. */
    static int size(int index) {
        if (index < 2) {
            return index + 1;
        }
        int octave = index / 2;
        return index % 2 == 0 ? 3 << octave - 1 : 2 << octave;
    }

    /** The smallest size that holds {@code count}. */
    static int holding(int count) {
        return size(index(count));
    }

    /** The largest size that is at most {@code count}. */
    static int within(int count) {
        int index = index(count);
        return size(index) == count ? count : size(index - 1);
    }
}
