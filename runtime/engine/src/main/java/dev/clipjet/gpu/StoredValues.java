package dev.clipjet.gpu;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Values of an element type in native memory, read as float32. */
final class StoredValues {
    private final ElementType type;
    private final ShortBuffer shorts;
    private final FloatBuffer floats;

    StoredValues(ElementType type, ByteBuffer littleEndian) {
        this.type = type;
        shorts = littleEndian.asShortBuffer();
        floats = littleEndian.asFloatBuffer();
    }

    void read(int element, float[] target, int offset, int length) {
        switch (type) {
            case F32 -> floats.get(element, target, offset, length);
            case F16 -> {
                for (int i = 0; i < length; i++) {
                    target[offset + i] = FloatConversion.fromHalf(shorts.get(element + i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < length; i++) {
                    target[offset + i] = FloatConversion.fromBfloat16(shorts.get(element + i));
                }
            }
            default -> throw type.unexpected();
        }
    }
}
