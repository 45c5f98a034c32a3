package dev.clipjet.convert;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A number among the tensors, the logit scale or bias. It keeps its stored type where the format allows: rounding a
 * logarithm of 4.6 to BF16 changes all logits by one percent, and saves two bytes.
 *
 * @param dtype type as stored
 * @param bytes little endian
 * @param stored whether the source has it; if not, it is what the source's configuration says
 */
record Scalar(ElementType dtype, ByteBuffer bytes, boolean stored) {
    static Scalar of(StoredTensor tensor) {
        return new Scalar(tensor.dtype(), tensor.data(), true);
    }

    static Scalar of(float value) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putFloat(value).flip();
        return new Scalar(ElementType.F32, bytes, false);
    }

    double value() {
        ByteBuffer little = bytes();
        return switch (dtype) {
            case F64 -> little.getDouble();
            case F16 -> FloatConversion.fromHalf(little.getShort());
            case BF16 -> FloatConversion.fromBfloat16(little.getShort());
            default -> little.getFloat();
        };
    }

    @Override
    public ByteBuffer bytes() {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }
}
