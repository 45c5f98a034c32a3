package dev.clipjet.tokenizer.bpe;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** Ids of recent words: a fixed number of slots, each with the last word that hashed to it. A hit allocates nothing. */
final class WordCache {
    private static final int SLOTS = 8192;
    /** Longer words are rare, and would let a cache of words grow to any size. */
    private static final int LONGEST = 32;

    @SuppressWarnings("ArrayRecordComponent") // entries are never compared
    private record Entry(String word, int[] ids) {}

    private final AtomicReferenceArray<Entry> slots = new AtomicReferenceArray<>(SLOTS);

    /** The ids of a part of a text, or null if they are not known. */
    int[] get(String text, int start, int end) {
        if (end - start > LONGEST) {
            return null;
        }
        Entry entry = slots.get(slot(text, start, end));
        boolean hit = entry != null
                && entry.word.length() == end - start
                && text.regionMatches(start, entry.word, 0, end - start);
        return hit ? entry.ids : null;
    }

    void put(String text, int start, int end, int[] ids) {
        if (end - start <= LONGEST) {
            slots.set(slot(text, start, end), new Entry(text.substring(start, end), ids));
        }
    }

    private static int slot(String text, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = hash * 31 + text.charAt(i);
        }
        return (hash ^ hash >>> 13 ^ hash >>> 22) & (SLOTS - 1);
    }
}
