package dev.clipjet.weights.synth;

import java.nio.charset.StandardCharsets;

/**
 * The values of synthetic tensors: element i of a tensor is SplitMix64 of the FNV-1a hash of the tensor's name, at step
 * i + 1, brought to [-1, 1). Any element can be computed by itself, in any order.
 */
public final class SynthFormula {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private SynthFormula() {}

    /** FNV-1a, 64 bits, of a name in UTF-8. */
    public static long hash(String name) {
        long hash = FNV_OFFSET;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return hash;
    }

    /** Element {@code index} of the tensor with the hash of its name, before scale and offset. */
    public static float unit(long hash, long index) {
        return toUnit(hash + (index + 1) * GAMMA);
    }

    /**
     * {@code out[from + j] = unit(hash, first + j * stride) * scale + offset} for j from 0 to {@code count - 1}, the
     * product rounded to F32 before the sum.
     */
    static void fill(long hash, long first, long stride, float scale, float offset, float[] out, int from, int count) {
        long start = hash + (first + 1) * GAMMA;
        long step = stride * GAMMA;
        for (int j = 0; j < count; j++) {
            out[from + j] = toUnit(start + j * step) * scale + offset;
        }
    }

    private static float toUnit(long state) {
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        z = z ^ (z >>> 31);
        // 24 bits are exact in F32, and so are the product and the difference.
        return (int) (z >>> 40) * 0x1p-23f - 1;
    }
}
