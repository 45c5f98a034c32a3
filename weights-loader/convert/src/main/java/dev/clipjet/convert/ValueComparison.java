package dev.clipjet.convert;

import dev.clipjet.convert.TensorDifference.Kind;
import dev.clipjet.memory.DType;
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
        DType coarser = coarser(first.dtype(), second.dtype());
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

    private void add(float x, float y, DType coarser) {
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

    /** Distance of neighbouring values of a type at a magnitude. */
    private static double ulp(float magnitude, DType type) {
        return switch (type) {
            case F16 -> Math.scalb(1.0, Math.max(Math.getExponent(magnitude), -14) - 10);
            case BF16 -> Math.scalb(1.0, Math.max(Math.getExponent(magnitude), -126) - 7);
            default -> Math.scalb(1.0, Math.max(Math.getExponent(magnitude), -126) - 23);
        };
    }

    private static DType coarser(DType a, DType b) {
        if (a == DType.BF16 || b == DType.BF16) {
            return DType.BF16;
        }
        return a == DType.F16 || b == DType.F16 ? DType.F16 : DType.F32;
    }
}
