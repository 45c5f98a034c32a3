package dev.clipjet.tokenizer.bpe;

import java.util.Arrays;

/** A growing list of token ids. */
public final class IdList {
    private int[] ids = new int[32];
    private int size;

    public void add(int id) {
        reserve(1);
        ids[size++] = id;
    }

    void addAll(int[] more) {
        reserve(more.length);
        System.arraycopy(more, 0, ids, size, more.length);
        size += more.length;
    }

    int size() {
        return size;
    }

    /** A copy of the ids from an index on. */
    int[] from(int start) {
        return Arrays.copyOfRange(ids, start, size);
    }

    public int[] toArray() {
        return Arrays.copyOf(ids, size);
    }

    private void reserve(int more) {
        if (size + more > ids.length) {
            ids = Arrays.copyOf(ids, Math.max(ids.length * 2, size + more));
        }
    }
}
