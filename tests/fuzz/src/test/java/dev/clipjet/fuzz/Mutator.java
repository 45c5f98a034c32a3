package dev.clipjet.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes inputs out of others: flipped bits, boundary values, moved, doubled and dropped pieces, words, two in one. */
final class Mutator {
    private static final long[] BOUNDARIES = {
        0,
        1,
        2,
        7,
        8,
        16,
        0x7f,
        0x80,
        0xff,
        0x100,
        0x7fff,
        0x8000,
        0xffff,
        0x10000,
        0x7fffffffL,
        0x80000000L,
        0xffffffffL,
        0x100000000L,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -2,
        -8
    };
    private static final String[] NUMBERS = {
        "0",
        "-1",
        "1",
        "2",
        "3",
        "7",
        "64",
        "255",
        "256",
        "65535",
        "65536",
        "2147483647",
        "2147483648",
        "-2147483648",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "1e9",
        "1e308",
        "1e309",
        "-0.0",
        "0.1",
        "1E-400"
    };
    private static final int MAX_STEPS = 6;
    private static final int MAX_PIECE = 64;
    private static final int SHORTEST_WORD = 3;

    private final List<byte[]> inputs;
    private final List<byte[]> words = new ArrayList<>();
    private final SplittableRandom random;
    private final int maxLength;
    private byte[] bytes = new byte[0];
    private int length;

    /**
     * @param inputs to start from, at least one
     * @param maxLength of a result
     */
    Mutator(List<byte[]> inputs, long seed, int maxLength) {
        this.inputs = inputs;
        this.random = new SplittableRandom(seed);
        this.maxLength = maxLength;
        inputs.forEach(this::collectWords);
    }

    private void collectWords(byte[] input) {
        int start = 0;
        for (int i = 0; i <= input.length; i++) {
            boolean letter =
                    i < input.length && (Character.isLetterOrDigit(input[i]) && input[i] > 0 || input[i] == '_');
            if (!letter) {
                if (i - start >= SHORTEST_WORD && i - start <= MAX_PIECE) {
                    words.add(Arrays.copyOfRange(input, start, i));
                }
                start = i + 1;
            }
        }
    }

    /** The next one. */
    byte[] next() {
        byte[] start = any(inputs);
        bytes = Arrays.copyOf(start, Math.max(start.length, maxLength) + MAX_PIECE);
        length = Math.min(start.length, maxLength);
        int steps = 1 + random.nextInt(MAX_STEPS);
        for (int i = 0; i < steps; i++) {
            step();
        }
        return Arrays.copyOf(bytes, length);
    }

    private void step() {
        switch (random.nextInt(12)) {
            case 0 -> {
                if (length > 0) {
                    bytes[random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 1 -> {
                if (length > 0) {
                    bytes[random.nextInt(length)] = (byte) random.nextInt();
                }
            }
            case 2 -> boundary();
            case 3 -> number();
            case 4 -> remove(at(), piece());
            case 5 -> insert(at(), random(piece()));
            case 6 -> insert(at(), part(bytes, length));
            case 7 -> overwrite(at(), part(bytes, length));
            case 8 -> insert(at(), other());
            case 9 -> overwrite(at(), other());
            case 10 -> insert(at(), words.isEmpty() ? random(1) : any(words));
            default -> {
                if (random.nextInt(8) == 0) {
                    length = at();
                } else if (length > 0) {
                    bytes[random.nextInt(length)] += (byte) (random.nextInt(7) - 3);
                }
            }
        }
    }

    private int at() {
        return random.nextInt(length + 1);
    }

    private int piece() {
        return 1 + random.nextInt(random.nextBoolean() ? 4 : MAX_PIECE);
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private byte[] random(int count) {
        byte[] result = new byte[count];
        random.nextBytes(result);
        return result;
    }

    private byte[] part(byte[] from, int end) {
        int first = random.nextInt(end + 1);
        return Arrays.copyOfRange(from, first, Math.min(end, first + piece()));
    }

    private byte[] other() {
        byte[] input = any(inputs);
        return part(input, input.length);
    }

    /** A number of 1, 2, 4 or 8 bytes in either order, about the length of the input or a boundary. */
    private void boundary() {
        int size = 1 << random.nextInt(4);
        long value =
                random.nextInt(4) == 0 ? length + random.nextInt(5) - 2 : BOUNDARIES[random.nextInt(BOUNDARIES.length)];
        boolean big = random.nextBoolean();
        byte[] number = new byte[size];
        for (int i = 0; i < size; i++) {
            number[big ? size - 1 - i : i] = (byte) (value >> 8 * i);
        }
        overwrite(at(), number);
    }

    /** Another number in digits where there is one. */
    private void number() {
        int from = at();
        for (int tries = 0; tries < length && !isDigit(from); tries++) {
            from = from + 1 >= length ? 0 : from + 1;
        }
        int end = from;
        while (isDigit(end)) {
            end++;
        }
        remove(from, end - from);
        String digits = NUMBERS[random.nextInt(NUMBERS.length)];
        insert(from, digits.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private boolean isDigit(int at) {
        return at < length && bytes[at] >= '0' && bytes[at] <= '9';
    }

    private void remove(int at, int count) {
        int gone = Math.min(count, length - at);
        System.arraycopy(bytes, at + gone, bytes, at, length - at - gone);
        length -= gone;
    }

    private void insert(int at, byte[] piece) {
        int count = Math.min(piece.length, Math.max(0, maxLength - length));
        System.arraycopy(bytes, at, bytes, at + count, length - at);
        System.arraycopy(piece, 0, bytes, at, count);
        length += count;
    }

    private void overwrite(int at, byte[] piece) {
        System.arraycopy(piece, 0, bytes, at, Math.min(piece.length, length - at));
    }
}
