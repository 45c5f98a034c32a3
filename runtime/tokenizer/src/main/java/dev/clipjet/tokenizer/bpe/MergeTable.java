package dev.clipjet.tokenizer.bpe;

import java.util.Arrays;

/** Which pairs of tokens merge, in which order, and into what: an open-addressing hash table without boxes. */
public final class MergeTable {
    private static final long EMPTY = -1;

    private final long[] pairs;
    private final int[] ranks;
    /** Id of the merged token by rank. */
    private final int[] merged;

    private MergeTable(long[] pairs, int[] ranks, int[] merged) {
        this.pairs = pairs;
        this.ranks = ranks;
        this.merged = merged;
    }

    /** The rank of a pair, lowest first, or {@link Integer#MAX_VALUE} if it does not merge. */
    int rank(int left, int right) {
        long pair = pair(left, right);
        for (int slot = slot(pair, pairs.length); ; slot = (slot + 1) & (pairs.length - 1)) {
            if (pairs[slot] == pair) {
                return ranks[slot];
            }
            if (pairs[slot] == EMPTY) {
                return Integer.MAX_VALUE;
            }
        }
    }

    /** The token that the pair of a rank becomes. */
    int merged(int rank) {
        return merged[rank];
    }

    /** Collects merges in order of rank. A pair that comes twice keeps its last rank. */
    public static final class Builder {
        private final long[] pairs;
        private final int[] ranks;
        private final int[] merged;
        private int size;

        /** @param count how many merges will be added at most */
        public Builder(int count) {
            // At most half full, so that probing stays short.
            int capacity = Integer.highestOneBit(Math.max(count, 8)) * 4;
            pairs = new long[capacity];
            ranks = new int[capacity];
            merged = new int[count];
            Arrays.fill(pairs, EMPTY);
        }

        public void add(int left, int right, int result) {
            long pair = pair(left, right);
            int slot = slot(pair, pairs.length);
            while (pairs[slot] != EMPTY && pairs[slot] != pair) {
                slot = (slot + 1) & (pairs.length - 1);
            }
            pairs[slot] = pair;
            ranks[slot] = size;
            merged[size++] = result;
        }

        public MergeTable build() {
            return new MergeTable(pairs, ranks, merged);
        }
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    private static int slot(long pair, int capacity) {
        long hash = pair * 0x9E3779B97F4A7C15L;
        return (int) (hash >>> 40) & (capacity - 1);
    }
}
