package dev.clipjet.tokenizer.bpe;

import java.util.Arrays;

/** A binary heap of (rank, position), the lowest rank first and, within a rank, the leftmost position. */
final class RankQueue {
    private long[] heap;
    private int size;

    RankQueue(int capacity) {
        heap = new long[Math.max(capacity, 1)];
    }

    boolean isEmpty() {
        return size == 0;
    }

    int firstRank() {
        return (int) (heap[0] >>> 32);
    }

    void add(int rank, int position) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        long key = (long) rank << 32 | position;
        int hole = size++;
        while (hole > 0 && heap[(hole - 1) / 2] > key) {
            heap[hole] = heap[(hole - 1) / 2];
            hole = (hole - 1) / 2;
        }
        heap[hole] = key;
    }

    /** Removes the first entry and returns its position. */
    int remove() {
        int position = (int) heap[0];
        long last = heap[--size];
        int hole = 0;
        for (int child = 1; child < size; child = 2 * hole + 1) {
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= last) {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = last;
        return position;
    }
}
