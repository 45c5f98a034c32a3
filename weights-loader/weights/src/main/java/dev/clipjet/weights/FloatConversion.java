package dev.clipjet.weights;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * Conversions between the floating-point types of weights (Java 17 has none for F16). F16 and BF16 to F32 is exact, for
 * subnormals, infinities and NaN payloads too; the other direction rounds to nearest, ties to even.
 */
public final class FloatConversion {
    /** Elements converted at a time: both halves stay in the first-level cache. */
    private static final int CHUNK = 2048;

    /** Read from a file at a time. */
    private static final int PIECE_BYTES = 1 << 18;

    /** 2^112, the difference of the exponent biases of F32 and F16. */
    private static final float F16_RANGE = 0x1p112f;

    /** All values of F16, 256 KiB that stay in the second-level cache: two to three times as fast as the arithmetic. */
    private static final class HalfTable {
        static final float[] VALUES = new float[1 << 16];

        static {
            for (int i = 0; i < VALUES.length; i++) {
                VALUES[i] = fromHalf((short) i);
            }
        }
    }

    private FloatConversion() {}

    /**
     * All elements of a tensor as F32, written from the target's position on, which moves behind them.
     *
     * @throws InvalidInputException if the tensor is not F32, F16, BF16 or F64, or has more elements than the target
     *     has room for
     */
    public static void toFloat(StoredTensor tensor, FloatBuffer target) {
        long elements = tensor.elements();
        if (elements > target.remaining()) {
            throw new InvalidInputException("no room for " + elements + " elements in " + target.remaining());
        }
        toFloat(tensor, 0, (int) elements, target);
    }

    /** As above, for {@code count} elements from the {@code first} on. They are read in pieces of 256 KiB. */
    static void toFloat(StoredTensor tensor, long first, int count, FloatBuffer target) {
        int size = tensor.dtype().bytes();
        int piece = Math.min(count, PIECE_BYTES / size);
        ByteBuffer bytes = ByteBuffer.allocate(piece * size);
        for (int done = 0; done < count; ) {
            int here = Math.min(piece, count - done);
            bytes.clear();
            tensor.read(first + done, here, bytes);
            toFloat(tensor.dtype(), bytes.flip(), target);
            done += here;
        }
    }

    /** As above, for the remaining little-endian elements of {@code source}, whose position stays as it is. */
    public static void toFloat(ElementType dtype, ByteBuffer source, FloatBuffer target) {
        ByteBuffer bytes = source.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() / dtype.bytes() > target.remaining()) {
            throw new InvalidInputException(
                    "no room for " + bytes.remaining() / dtype.bytes() + " elements in " + target.remaining());
        }
        switch (dtype) {
            case F32 -> target.put(bytes.asFloatBuffer());
            case F16 -> fromShorts(bytes.asShortBuffer(), target, true);
            case BF16 -> fromShorts(bytes.asShortBuffer(), target, false);
            case F64 -> fromDoubles(bytes.asDoubleBuffer(), target);
            default -> throw new InvalidInputException(dtype + " has no conversion to F32");
        }
    }

    private static void fromShorts(ShortBuffer source, FloatBuffer target, boolean half) {
        short[] in = new short[CHUNK];
        float[] out = new float[CHUNK];
        while (source.hasRemaining()) {
            int count = Math.min(CHUNK, source.remaining());
            source.get(in, 0, count);
            if (half) {
                for (int i = 0; i < count; i++) {
                    out[i] = HalfTable.VALUES[in[i] & 0xffff];
                }
            } else {
                for (int i = 0; i < count; i++) {
                    out[i] = fromBfloat16(in[i]);
                }
            }
            target.put(out, 0, count);
        }
    }

    private static void fromDoubles(DoubleBuffer source, FloatBuffer target) {
        double[] in = new double[CHUNK];
        float[] out = new float[CHUNK];
        while (source.hasRemaining()) {
            int count = Math.min(CHUNK, source.remaining());
            source.get(in, 0, count);
            for (int i = 0; i < count; i++) {
                out[i] = (float) in[i];
            }
            target.put(out, 0, count);
        }
    }

    /** The F32 equal to an F16. */
    public static float fromHalf(short half) {
        int magnitude = (half & 0x7fff) << 13;
        // Exponent and fraction are in place but for the bias. The product mends that, and makes subnormals normal.
        int finite = Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) * F16_RANGE);
        int bits = magnitude >= 0x0f800000 ? magnitude | 0x7f800000 : finite;
        return Float.intBitsToFloat(bits | (half & 0x8000) << 16);
    }

    /** The F16 nearest to an F32, ties to even; 65520 and beyond become infinite. */
    public static short toHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        int half;
        if (magnitude > 0x7f800000) {
            half = 0x7e00 | (magnitude >>> 13 & 0x3ff);
        } else if (magnitude >= 0x477ff000) {
            half = 0x7c00;
        } else if (magnitude >= 0x38800000) {
            half = (magnitude - 0x38000000 + 0xfff + (magnitude >>> 13 & 1)) >>> 13;
        } else {
            // In [0.5, 1) the last place of an F32 is 2^-24, the smallest F16: the sum rounds as wanted.
            half = Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + 0.5f) - 0x3f000000;
        }
        return (short) (sign | half);
    }

    /** The F32 equal to a BF16. */
    public static float fromBfloat16(short value) {
        return Float.intBitsToFloat(value << 16);
    }

    /** The BF16 nearest to an F32, ties to even. */
    public static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & 0x7fffffff) > 0x7f800000) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }
}
