package dev.clipjet.cpu;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** A stored F32, F16 or BF16 tensor read as float32, any part at any time, from any thread, without allocating. */
final class StoredFloats {
    private final ElementType dtype;
    private final FloatBuffer floats;
    private final ShortBuffer shorts;

    StoredFloats(StoredTensor tensor) {
        dtype = tensor.dtype();
        ByteBuffer bytes = tensor.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        floats = dtype == ElementType.F32 ? bytes.asFloatBuffer() : null;
        shorts = dtype == ElementType.F32 ? null : bytes.asShortBuffer();
    }

    void read(int element, float[] target, int length) {
        switch (dtype) {
            case F32 -> floats.get(element, target, 0, length);
            case F16 -> {
                for (int i = 0; i < length; i++) {
                    target[i] = FloatConversion.fromHalf(shorts.get(element + i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < length; i++) {
                    target[i] = FloatConversion.fromBfloat16(shorts.get(element + i));
                }
            }
            default -> throw new IllegalStateException("no weights of type " + dtype + " reach the CPU engine");
        }
    }
}
