package dev.clipjet.preprocess;

import java.util.Arrays;

/** Reproducible damage: the same mutation of the same bytes for the same seed as {@code tests/image-mutations/mutate.py} makes. */
final class Mutation {
    private static final int[] EXTREMES = {0, 1, 0x7f, 0x80, 0xfe, 0xff};

    private long state;
    private byte[] data;

    private Mutation(byte[] data, long seed) {
        this.data = data.clone();
        this.state = seed;
    }

    /** One to three changes of the bytes; seed 0 changes nothing. */
    static byte[] of(byte[] data, long seed) {
        return seed == 0 ? data : new Mutation(data, seed).mutated();
    }

    /** SplitMix64. */
    private long next() {
        state += 0x9e3779b97f4a7c15L;
        long z = state;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    private int below(int bound) {
        return (int) ((next() >>> 1) % bound);
    }

    private int place() {
        return below(2) == 0 ? below(Math.min(data.length, 128)) : below(data.length);
    }

    private byte[] mutated() {
        int changes = 1 + below(3);
        for (int i = 0; i < changes && data.length > 0; i++) {
            change(below(8), place());
        }
        return data;
    }

    private void change(int kind, int at) {
        switch (kind) {
            case 0 -> data[at] ^= (byte) (1 << below(8));
            case 1 -> data[at] = (byte) below(256);
            case 2 -> data[at] = (byte) EXTREMES[below(EXTREMES.length)];
            case 3 -> replace(at, Math.min(at + 1 + below(8), data.length), new byte[0]);
            case 4 -> {
                byte[] inserted = new byte[1 + below(8)];
                for (int i = 0; i < inserted.length; i++) {
                    inserted[i] = (byte) below(256);
                }
                replace(at, at, inserted);
            }
            case 5 -> {
                byte[] piece = Arrays.copyOfRange(data, at, Math.min(at + 1 + below(32), data.length));
                int to = below(data.length);
                replace(to, to, piece);
            }
            case 6 -> Arrays.fill(data, at, Math.min(at + 1 + below(16), data.length), (byte) 0);
            default -> data = Arrays.copyOf(data, data.length - below(Math.min(data.length, 200)));
        }
    }

    private void replace(int from, int to, byte[] by) {
        byte[] result = new byte[data.length - (to - from) + by.length];
        System.arraycopy(data, 0, result, 0, from);
        System.arraycopy(by, 0, result, from, by.length);
        System.arraycopy(data, to, result, from + by.length, data.length - to);
        data = result;
    }
}
