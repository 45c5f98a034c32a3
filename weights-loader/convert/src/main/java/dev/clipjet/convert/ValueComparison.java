package dev.clipjet.convert;

import dev.clipjet.convert.TensorDifference.Kind;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.FloatConversion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Compares two tensors piece by piece. */
final class ValueComparison {
    private static final int PIECE = 1 << 16;

    private final ByteBuffer bytes =
            ByteBuffer.allocateDirect(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final float[] a = new float[PIECE];
    private final float[] b = new float[PIECE];
    private long differing;
    private double maxAbsolute;
    private double maxRelative;
    private double maxUlp;

    /** Compares tensors with the same number of elements. */
    TensorDifference compare(String name, TensorContent first, TensorContent second) {
        differing = 0;
        maxAbsolute = 0;
        maxRelative = 0;
        maxUlp = 0;
        ElementType coarser = coarser(first.dtype(), second.dtype());
        for (long at = 0; at < first.elements(); at += PIECE) {
            int count = (int) Math.min(PIECE, first.elements() - at);
            read(first, at, count, a);
            read(second, at, count, b);
            for (int i = 0; i < count; i++) {
                if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
                    add(a[i], b[i], coarser);
                }
            }
        }
        return new TensorDifference(
                name,
                differing == 0 ? Kind.EQUAL : Kind.VALUES,
                first.dtype(),
                second.dtype(),
                first.elements(),
                differing,
                maxAbsolute,
                maxRelative,
                maxUlp);
    }

    private void read(TensorContent content, long at, int count, float[] values) {
        content.read(at, count, bytes.clear());
        FloatConversion.toFloat(content.dtype(), bytes.flip(), FloatBuffer.wrap(values));
    }

    private void add(float x, float y, ElementType coarser) {
        differing++;
        if (!Float.isFinite(x) || !Float.isFinite(y)) {
            maxAbsolute = Double.POSITIVE_INFINITY;
            maxRelative = Double.POSITIVE_INFINITY;
            maxUlp = Double.POSITIVE_INFINITY;
            return;
        }
        double distance = Math.abs((double) x - y);
        float larger = Math.max(Math.abs(x), Math.abs(y));
        maxAbsolute = Math.max(maxAbsolute, distance);
        maxRelative = Math.max(maxRelative, larger == 0 ? 0 : distance / larger);
        maxUlp = Math.max(maxUlp, distance / ulp(larger, coarser));
    }

    /** Distance of neighboring values of a type at a magnitude. */
    private static double ulp(float magnitude, ElementType type) {
        return switch (type) {
            case F16 -> Math.scalb(1.0, Math.max(Math.getExponent(magnitude), -14) - 10);
            case BF16 -> Math.scalb(1.0, Math.max(Math.getExponent(magnitude), -126) - 7);
            default -> Math.scalb(1.0, Math.max(Math.getExponent(magnitude), -126) - 23);
        };
    }

    private static ElementType coarser(ElementType a, ElementType b) {
        if (a == ElementType.BF16 || b == ElementType.BF16) {
            return ElementType.BF16;
        }
        return a == ElementType.F16 || b == ElementType.F16 ? ElementType.F16 : ElementType.F32;
    }
}
