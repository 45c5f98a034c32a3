package dev.clipjet.ptx.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** One bit for each byte of a memory. Only {@link #set} may be called by several threads at a time. */
public final class ByteBits {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] words;

    /**
     * All bits clear.
     *
     * @param bytes size of the memory
     */
    public ByteBits(long bytes) {
        words = new long[Math.toIntExact((bytes + 63) >>> 6)];
    }

    /** Sets the bits of a range. */
    public void set(int from, int count) {
        int first = from & 63;
        if (first + count <= 64) {
            long want = ones(count) << first;
            if ((words[from >>> 6] & want) != want) {
                WORD.getAndBitwiseOr(words, from >>> 6, want);
            }
            return;
        }
        int at = from;
        int left = count;
        while (left > 0) {
            int bit = at & 63;
            int part = Math.min(left, 64 - bit);
            long want = ones(part) << bit;
            if ((words[at >>> 6] & want) != want) {
                WORD.getAndBitwiseOr(words, at >>> 6, want);
            }
            at += part;
            left -= part;
        }
    }

    /** Clears the bits of a range. */
    public void clear(int from, int count) {
        int at = from;
        int left = count;
        while (left > 0) {
            int bit = at & 63;
            int part = Math.min(left, 64 - bit);
            words[at >>> 6] &= ~(ones(part) << bit);
            at += part;
            left -= part;
        }
    }

    /** Whether every bit of a range is set. */
    public boolean all(int from, int count) {
        int first = from & 63;
        if (first + count <= 64) {
            long want = ones(count) << first;
            return (words[from >>> 6] & want) == want;
        }
        int at = from;
        int left = count;
        while (left > 0) {
            int bit = at & 63;
            int part = Math.min(left, 64 - bit);
            long want = ones(part) << bit;
            if ((words[at >>> 6] & want) != want) {
                return false;
            }
            at += part;
            left -= part;
        }
        return true;
    }

    /** The bits of a range of at most 64 bytes, the first in bit 0. */
    public long get(int from, int count) {
        int word = from >>> 6;
        int bit = from & 63;
        long value = words[word] >>> bit;
        if (bit + count > 64) {
            value |= words[word + 1] << (64 - bit);
        }
        return value & ones(count);
    }

    /** Copies bits from another range. */
    public void copy(ByteBits source, int sourceFrom, int from, int count) {
        for (int done = 0; done < count; done += 64) {
            int part = Math.min(64, count - done);
            put(from + done, part, source.get(sourceFrom + done, part));
        }
    }

    /** Stores the bits of a range of at most 64 bytes. */
    public void put(int from, int count, long bits) {
        int word = from >>> 6;
        int bit = from & 63;
        long mask = ones(count);
        words[word] = words[word] & ~(mask << bit) | (bits & mask) << bit;
        if (bit + count > 64) {
            int shift = 64 - bit;
            words[word + 1] = words[word + 1] & ~(mask >>> shift) | (bits & mask) >>> shift;
        }
    }

    /** Number of bits set. */
    public long count() {
        long count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return count;
    }

    private static long ones(int count) {
        return count == 64 ? -1L : (1L << count) - 1;
    }
}
