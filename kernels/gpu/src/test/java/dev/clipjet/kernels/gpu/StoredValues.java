package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Floats as they lie in memory, rounded to nearest even. */
final class StoredValues {
    private StoredValues() {}

    static ByteBuffer encode(ElementType type, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, type.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (type) {
                case F32 -> bytes.putFloat(value);
                case F16 -> bytes.putShort(toHalf(value));
                case BF16 -> bytes.putShort(toBrain(value));
                default -> throw type.unexpected();
            }
        }
        return bytes.flip();
    }

    static float[] decode(ElementType type, ByteBuffer bytes) {
        float[] values = new float[bytes.remaining() / type.bytes()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case F32 -> bytes.getFloat();
                case F16 -> fromHalf(bytes.getShort());
                case BF16 -> Float.intBitsToFloat(bytes.getShort() << 16);
                default -> throw type.unexpected();
            };
        }
        return values;
    }

    /** What a value becomes when it is stored. */
    static float rounded(ElementType type, float value) {
        return switch (type) {
            case F32 -> value;
            case F16 -> fromHalf(toHalf(value));
            case BF16 -> Float.intBitsToFloat(toBrain(value) << 16);
            default -> throw type.unexpected();
        };
    }

    static float[] rounded(ElementType type, float[] values) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = rounded(type, values[i]);
        }
        return result;
    }

    private static short toBrain(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) 0x7fff;
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    private static short toHalf(float value) {
        int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
        float magnitude = Math.abs(value);
        if (Float.isNaN(value)) {
            return 0x7fff;
        }
        if (magnitude >= 65520) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x1p-14f) {
            // Subnormal: a multiple of 2^-24, and rint rounds to even.
            return (short) (sign | (int) Math.rint(magnitude * 0x1p24));
        }
        int bits = Float.floatToRawIntBits(magnitude);
        int rounded = bits + 0xfff + (bits >>> 13 & 1);
        return (short) (sign | (rounded >>> 13) - (112 << 10));
    }

    private static float fromHalf(short half) {
        int exponent = half >>> 10 & 31;
        int fraction = half & 0x3ff;
        float magnitude = exponent == 0
                ? fraction * 0x1p-24f
                : Float.intBitsToFloat(
                        exponent == 31 ? 0x7f800000 | fraction << 13 : exponent + 112 << 23 | fraction << 13);
        return half < 0 ? -magnitude : magnitude;
    }
}
