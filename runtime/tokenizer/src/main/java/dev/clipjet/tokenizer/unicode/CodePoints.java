package dev.clipjet.tokenizer.unicode;

import java.util.Arrays;

/** A growing list of code points. */
final class CodePoints {
    private int[] values;
    private int size;

    CodePoints(int capacity) {
        values = new int[capacity];
    }

    void add(int codePoint) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        values[size++] = codePoint;
    }

    int get(int index) {
        return values[index];
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    int[] toArray() {
        return Arrays.copyOf(values, size);
    }
}
