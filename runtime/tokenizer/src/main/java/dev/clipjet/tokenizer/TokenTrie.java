package dev.clipjet.tokenizer;

import java.util.Arrays;
import java.util.List;

/**
 * Many strings, and for every place of a text the longest of them that starts there, in time linear in the text whatever the
 * strings are: the automaton of Aho and Corasick over the reversed strings, run over the text from its end.
 */
final class TokenTrie {
    private static final int NONE = -1;
    private static final int ROOT = 0;

    /** Children by state and character, open addressing: {@code state << 16 | character} and the child. */
    private final long[] keys;

    private final int[] children;
    private final int mask;
    private final int[] fallback;
    /** The longest string that ends in a state, by its position in the list. */
    private final int[] longest;

    private int states = 1;

    /** @param strings none of them empty; of equal ones the first counts */
    TokenTrie(List<String> strings) {
        int characters = strings.stream().mapToInt(String::length).sum();
        int capacity = Integer.highestOneBit(Math.max(characters, 1)) * 4;
        keys = new long[capacity];
        Arrays.fill(keys, NONE);
        children = new int[capacity];
        mask = capacity - 1;
        fallback = new int[characters + 1];
        longest = new int[characters + 1];
        Arrays.fill(longest, NONE);
        int[] parent = new int[characters + 1];
        char[] last = new char[characters + 1];
        for (int i = 0; i < strings.size(); i++) {
            int state = ROOT;
            String string = strings.get(i);
            for (int k = string.length() - 1; k >= 0; k--) {
                state = grow(state, string.charAt(k), parent, last);
            }
            longest[state] = longest[state] == NONE ? i : longest[state];
        }
        link(parent, last);
    }

    private int slot(int state, char c) {
        long key = (long) state << 16 | c;
        int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 32) & mask;
        while (keys[slot] != NONE && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private int child(int state, char c) {
        int slot = slot(state, c);
        return keys[slot] == NONE ? NONE : children[slot];
    }

    private int grow(int state, char c, int[] parent, char[] last) {
        int slot = slot(state, c);
        if (keys[slot] == NONE) {
            keys[slot] = (long) state << 16 | c;
            children[slot] = states;
            parent[states] = state;
            last[states] = c;
            states++;
        }
        return children[slot];
    }

    /** Sets where each state falls back to: the longest other state that is a suffix of it. Breadth first, by depth. */
    private void link(int[] parent, char[] last) {
        int[] depth = new int[states];
        int deepest = 0;
        for (int s = 1; s < states; s++) {
            depth[s] = depth[parent[s]] + 1; // a parent has a lower number
            deepest = Math.max(deepest, depth[s]);
        }
        int[] starts = new int[deepest + 2];
        for (int s = 0; s < states; s++) {
            starts[depth[s] + 1]++;
        }
        for (int d = 1; d < starts.length; d++) {
            starts[d] += starts[d - 1];
        }
        int[] order = new int[states];
        for (int s = 0; s < states; s++) {
            order[starts[depth[s]]++] = s;
        }
        for (int i = 1; i < states; i++) {
            int s = order[i];
            fallback[s] = depth[s] == 1 ? ROOT : step(fallback[parent[s]], last[s]);
            longest[s] = longest[s] == NONE ? longest[fallback[s]] : longest[s];
        }
    }

    private int step(int from, char c) {
        int state = from;
        while (true) {
            int next = child(state, c);
            if (next != NONE) {
                return next;
            }
            if (state == ROOT) {
                return ROOT;
            }
            state = fallback[state];
        }
    }

    /** For each character of a text the position in the list of the longest string that starts there, or -1. */
    int[] startsIn(String text) {
        int[] found = new int[text.length()];
        int state = ROOT;
        for (int i = text.length() - 1; i >= 0; i--) {
            state = step(state, text.charAt(i));
            found[i] = longest[state];
        }
        return found;
    }
}
