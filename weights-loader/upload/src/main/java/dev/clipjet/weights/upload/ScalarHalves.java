package dev.clipjet.weights.upload;

import dev.clipjet.weights.FloatConversion;

/**
 * {@link HalfConversions} in plain Java: one or two elements at a time. A block with a value that has no finite
 * counterpart, which weights do not have, is done again by {@link FloatConversion}.
 */
final class ScalarHalves implements HalfConversions {
    /** From here on F32 rounds to an infinite F16. */
    static final int HALF_OVERFLOW = 0x477ff000;

    /** From here on F32 rounds to an infinite BF16. */
    static final int BFLOAT16_OVERFLOW = 0x7f7f8000;

    private static final int HALF_INFINITY = 0x7c00;
    private static final int BFLOAT16_INFINITY = 0x7f80;

    /** Smaller magnitudes of F32 become subnormal or zero in F16. */
    private static final int HALF_NORMAL = 0x38800000;

    /** By sign and exponent of an F16: sign and exponent of the F32. */
    private static final int[] WIDE_BASE = new int[64];

    static {
        for (int i = 0; i < 64; i++) {
            int exponent = i & 31;
            WIDE_BASE[i] = i >> 5 << 31 | (exponent == 31 ? 255 : exponent + 112) << 23;
        }
    }

    @Override
    public int toHalf(byte[] source, int from, byte[] target, int to, int count) {
        int largest = 0;
        for (int i = 0; i < count; i++) {
            int bits = (int) ByteArrays.INTS.get(source, from + 4 * i);
            int magnitude = bits & 0x7fffffff;
            largest = Math.max(largest, magnitude);
            int half = magnitude - (0x38000000 - 0xfff) + (magnitude >>> 13 & 1) >>> 13;
            if (magnitude < HALF_NORMAL) {
                // In [0.5, 1) the last place of an F32 is 2^-24, the smallest F16: the sum rounds as wanted.
                half = Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + 0.5f) - 0x3f000000;
            }
            ByteArrays.SHORTS.set(target, to + 2 * i, (short) (bits >>> 16 & 0x8000 | half));
        }
        return largest < HALF_OVERFLOW ? 0 : toHalfCounted(source, from, target, to, count);
    }

    private static int toHalfCounted(byte[] source, int from, byte[] target, int to, int count) {
        int overflows = 0;
        for (int i = 0; i < count; i++) {
            float value = (float) ByteArrays.FLOATS.get(source, from + 4 * i);
            short half = FloatConversion.toHalf(value);
            overflows += (half & 0x7fff) == HALF_INFINITY && Float.isFinite(value) ? 1 : 0;
            ByteArrays.SHORTS.set(target, to + 2 * i, half);
        }
        return overflows;
    }

    @Override
    public int toBfloat16(byte[] source, int from, byte[] target, int to, int count) {
        int largest = 0;
        int pairs = count / 2;
        for (int i = 0; i < pairs; i++) {
            long two = (long) ByteArrays.LONGS.get(source, from + 8 * i);
            largest = Math.max(largest, Math.max((int) two & 0x7fffffff, (int) (two >>> 32) & 0x7fffffff));
            // Finite values leave room for the carry, so the two do not disturb each other.
            long odd = two >>> 16 & 0x0000_0001_0000_0001L;
            long rounded = two + 0x0000_7fff_0000_7fffL + odd;
            ByteArrays.INTS.set(target, to + 4 * i, (int) (rounded >>> 16 & 0xffff | rounded >>> 48 << 16));
        }
        int done = 2 * pairs;
        if (largest >= BFLOAT16_OVERFLOW) {
            return toBfloat16Counted(source, from, target, to, count);
        }
        return toBfloat16Counted(source, from + 4 * done, target, to + 2 * done, count - done);
    }

    private static int toBfloat16Counted(byte[] source, int from, byte[] target, int to, int count) {
        int overflows = 0;
        for (int i = 0; i < count; i++) {
            float value = (float) ByteArrays.FLOATS.get(source, from + 4 * i);
            short rounded = FloatConversion.toBfloat16(value);
            overflows += (rounded & 0x7fff) == BFLOAT16_INFINITY && Float.isFinite(value) ? 1 : 0;
            ByteArrays.SHORTS.set(target, to + 2 * i, rounded);
        }
        return overflows;
    }

    @Override
    public int fromHalf(byte[] source, int from, byte[] target, int to, int count) {
        for (int i = 0; i < count; i++) {
            short half = (short) ByteArrays.SHORTS.get(source, from + 2 * i);
            int bits = (half & 0x3ff) << 13 | WIDE_BASE[half >>> 10 & 0x3f];
            if ((half & 0x7c00) == 0) {
                bits = Float.floatToRawIntBits(FloatConversion.fromHalf(half));
            }
            ByteArrays.INTS.set(target, to + 4 * i, bits);
        }
        return 0;
    }

    @Override
    public int fromBfloat16(byte[] source, int from, byte[] target, int to, int count) {
        for (int i = 0; i < count; i++) {
            ByteArrays.INTS.set(target, to + 4 * i, (short) ByteArrays.SHORTS.get(source, from + 2 * i) << 16);
        }
        return 0;
    }
}
