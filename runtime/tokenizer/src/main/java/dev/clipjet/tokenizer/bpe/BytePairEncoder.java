package dev.clipjet.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Byte-pair encoding of one word: bytes, the last one marked as the end, merged pair by pair, the pair of the lowest rank
 * first. O(n log n) in the length of the word. Thread-safe.
 */
public final class BytePairEncoder {
    /** When a merge makes new pairs possible. */
    public enum Order {
        /** After all occurrences of the pair have merged, as in Python. */
        BY_PAIR,
        /** At once, as in tokenizers. Differs only if a new pair has a lower rank than the one that made it. */
        BY_OCCURRENCE
    }

    private final MergeTable merges;
    private final Order order;
    /** Ids of the bytes inside a word and at its end; bytes that the vocabulary lacks have the id of the unknown token. */
    private final int[] inside = new int[256];

    private final int[] atEnd = new int[256];
    private final WordCache cache = new WordCache();

    /** @param unknown the id for bytes without a symbol in the vocabulary */
    public BytePairEncoder(Vocabulary vocabulary, MergeTable merges, int unknown, Order order) {
        this.merges = merges;
        this.order = order;
        for (int b = 0; b < 256; b++) {
            int insideId = vocabulary.id(String.valueOf(ByteSymbols.symbol(b)));
            int endId = vocabulary.id(ByteSymbols.symbol(b) + Vocabulary.WORD_END);
            inside[b] = insideId < 0 ? unknown : insideId;
            atEnd[b] = endId < 0 ? unknown : endId;
        }
    }

    /** Appends the ids of a word, a part of a text without lone surrogates. */
    public void encode(String text, int start, int end, IdList out) {
        int[] known = cache.get(text, start, end);
        if (known != null) {
            out.addAll(known);
            return;
        }
        int before = out.size();
        encode(text.substring(start, end).getBytes(StandardCharsets.UTF_8), out);
        cache.put(text, start, end, out.from(before));
    }

    private void encode(byte[] word, IdList out) {
        int n = word.length;
        int[] symbols = new int[n];
        for (int i = 0; i < n; i++) {
            symbols[i] = (i == n - 1 ? atEnd : inside)[word[i] & 0xFF];
        }
        // A linked list over the symbols; next is n after the last one, and -1 for a symbol that is no more.
        int[] next = new int[n];
        int[] previous = new int[n];
        RankQueue queue = new RankQueue(n);
        Arrays.setAll(next, i -> i + 1);
        Arrays.setAll(previous, i -> i - 1);
        for (int i = 0; i < n - 1; i++) {
            enqueue(symbols, next, i, queue);
        }
        int[] waiting = new int[2 * n];
        while (!queue.isEmpty()) {
            int rank = queue.firstRank();
            int waits = 0;
            while (!queue.isEmpty() && queue.firstRank() == rank) {
                int left = queue.remove();
                // The pair may have changed since it was queued.
                if (next[left] < 0 || next[left] == n || merges.rank(symbols[left], symbols[next[left]]) != rank) {
                    continue;
                }
                int right = next[left];
                symbols[left] = merges.merged(rank);
                next[left] = next[right];
                next[right] = -1;
                if (next[left] < n) {
                    previous[next[left]] = left;
                }
                if (order == Order.BY_PAIR) {
                    waiting[waits++] = left;
                    waiting[waits++] = previous[left];
                } else {
                    enqueue(symbols, next, left, queue);
                    enqueue(symbols, next, previous[left], queue);
                }
            }
            for (int i = 0; i < waits; i++) {
                enqueue(symbols, next, waiting[i], queue);
            }
        }
        for (int i = 0; i < n; i = next[i]) {
            out.add(symbols[i]);
        }
    }

    private void enqueue(int[] symbols, int[] next, int left, RankQueue queue) {
        if (left < 0 || next[left] < 0 || next[left] == next.length) {
            return;
        }
        int rank = merges.rank(symbols[left], symbols[next[left]]);
        if (rank != Integer.MAX_VALUE) {
            queue.add(rank, left);
        }
    }
}
