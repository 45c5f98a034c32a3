package dev.clipjet.weights.upload;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/** Stored matrices with seeded content, and what they must become, element by element. */
final class Matrices {
    private Matrices() {}

    /** Values of the size that weights have, some subnormal in F16, some zero. */
    static StoredTensor random(String name, ElementType dtype, int rows, int columns, long seed) {
        Random random = new Random(seed);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, -6 * random.nextDouble()));
            if (random.nextInt(50) == 0) {
                values[i] = random.nextBoolean() ? 0f : -0f;
            }
        }
        return stored(name, dtype, rows, columns, values);
    }

    static StoredTensor stored(String name, ElementType dtype, int rows, int columns, float... values) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(values.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            put(bytes, dtype, value);
        }
        return new StoredTensor(name, dtype, List.of((long) rows, (long) columns), bytes.flip());
    }

    static float get(StoredTensor tensor, int row, int column) {
        int at = row * tensor.shape().get(1).intValue() + column;
        ByteBuffer data = tensor.data();
        return switch (tensor.dtype()) {
            case F32 -> data.getFloat(4 * at);
            case F16 -> FloatConversion.fromHalf(data.getShort(2 * at));
            default -> FloatConversion.fromBfloat16(data.getShort(2 * at));
        };
    }

    static void put(ByteBuffer target, ElementType dtype, float value) {
        switch (dtype) {
            case F32 -> target.putFloat(value);
            case F16 -> target.putShort(FloatConversion.toHalf(value));
            default -> target.putShort(FloatConversion.toBfloat16(value));
        }
    }

    /** A matrix on the device, read back as values of its type, by the formula of its layout. */
    interface Place {
        /** Byte of element (row, column) from the start of the weight. */
        int of(int row, int column);
    }

    /** What a weight's bytes must be: converted values at their places, zeros elsewhere. */
    static byte[] expected(StoredTensor tensor, ElementType target, long bytes, Place place) {
        ByteBuffer result = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < tensor.shape().get(0); row++) {
            for (int column = 0; column < tensor.shape().get(1); column++) {
                put(result.position(place.of(row, column)), target, get(tensor, row, column));
            }
        }
        return result.array();
    }
}
