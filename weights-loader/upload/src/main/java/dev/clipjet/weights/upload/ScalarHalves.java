package dev.clipjet.weights.upload;

import dev.clipjet.weights.FloatConversion;

/** One element at a time. */
final class ScalarHalves implements HalfConversions {
    private static final int HALF_INFINITY = 0x7c00;
    private static final int BFLOAT16_INFINITY = 0x7f80;

    @Override
    public int toHalf(byte[] source, int from, byte[] target, int to, int count) {
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
            ByteArrays.FLOATS.set(
                    target, to + 4 * i, FloatConversion.fromHalf((short) ByteArrays.SHORTS.get(source, from + 2 * i)));
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
