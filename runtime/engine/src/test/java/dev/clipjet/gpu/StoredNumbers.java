package dev.clipjet.gpu;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Floats as a device stores them. */
final class StoredNumbers {
    private StoredNumbers() {}

    static ByteBuffer encode(ElementType type, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (type) {
                case F16 -> bytes.putShort(FloatConversion.toHalf(value));
                case BF16 -> bytes.putShort(FloatConversion.toBfloat16(value));
                case F32 -> bytes.putFloat(value);
                default -> throw type.unexpected();
            }
        }
        return bytes.flip();
    }

    static float[] decode(ElementType type, ByteBuffer bytes) {
        float[] values = new float[bytes.remaining() / type.bytes()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case F16 -> FloatConversion.fromHalf(bytes.getShort());
                case BF16 -> FloatConversion.fromBfloat16(bytes.getShort());
                case F32 -> bytes.getFloat();
                default -> throw type.unexpected();
            };
        }
        return values;
    }

    static float[] rounded(ElementType type, float[] values) {
        return decode(type, encode(type, values).order(ByteOrder.LITTLE_ENDIAN));
    }
}
