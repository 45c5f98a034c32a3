package dev.clipjet.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link RowMath} on the JDK's vector module. Row ends shorter than a vector are left to the scalar code. Steps that are
 * shared go through memory: a vector passed to a method that C2 declines to inline becomes an object.
 */
final class VectorRowMath implements RowMath {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();

    private final ScalarRowMath scalar = new ScalarRowMath();

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public void quickGelu(float[] x, int offset, int length, float[] scratch) {
        int end = FLOATS.loopBound(length);
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(FLOATS, x, offset + i).mul(-QUICK_GELU_SLOPE).intoArray(scratch, i);
        }
        exp(scratch, 0, end);
        divideByOnePlus(x, offset, scratch, end);
        scalar.quickGelu(x, offset + end, length - end, scratch);
    }

    @Override
    public void gelu(float[] x, int offset, int length, float[] scratch) {
        int end = FLOATS.loopBound(length);
        for (int i = 0; i < end; i += LANES) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, offset + i);
            v.mul(v).mul(-0.5f).intoArray(scratch, i);
        }
        exp(scratch, 0, end);
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        for (int i = 0; i < end; i += LANES) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, offset + i);
            FloatVector magnitude = v.abs();
            FloatVector t = one.div(magnitude
                    .mul(ErrorFunction.INVERSE_SQRT_2 * ErrorFunction.P)
                    .add(1f));
            FloatVector p = t.mul(ErrorFunction.A5)
                    .add(ErrorFunction.A4)
                    .mul(t)
                    .add(ErrorFunction.A3)
                    .mul(t)
                    .add(ErrorFunction.A2)
                    .mul(t)
                    .add(ErrorFunction.A1)
                    .mul(t);
            FloatVector erf = one.sub(p.mul(FloatVector.fromArray(FLOATS, scratch, i)));
            v.add(magnitude.mul(erf)).mul(0.5f).intoArray(x, offset + i);
        }
        scalar.gelu(x, offset + end, length - end, scratch);
    }

    @Override
    public void geluTanh(float[] x, int offset, int length, float[] scratch) {
        int end = FLOATS.loopBound(length);
        for (int i = 0; i < end; i += LANES) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, offset + i);
            v.mul(v)
                    .mul(TanhGelu.CUBIC)
                    .add(1f)
                    .mul(v)
                    .mul(-TanhGelu.TWO_SQRT_2_OVER_PI)
                    .intoArray(scratch, i);
        }
        exp(scratch, 0, end);
        divideByOnePlus(x, offset, scratch, end);
        scalar.geluTanh(x, offset + end, length - end, scratch);
    }

    /** {@code x[offset + i] /= 1 + y[i]}. */
    private static void divideByOnePlus(float[] x, int offset, float[] y, int end) {
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(FLOATS, x, offset + i)
                    .div(FloatVector.fromArray(FLOATS, y, i).add(1f))
                    .intoArray(x, offset + i);
        }
    }

    @Override
    public void relu(float[] x, int offset, int length) {
        int end = offset + FLOATS.loopBound(length);
        for (int i = offset; i < end; i += LANES) {
            FloatVector.fromArray(FLOATS, x, i).max(0f).intoArray(x, i);
        }
        scalar.relu(x, end, offset + length - end);
    }

    @Override
    public float dot(float[] x, int xOffset, float[] y, int yOffset, int length, float[] scratch) {
        int end = FLOATS.loopBound(length);
        FloatVector sums = FloatVector.zero(FLOATS);
        for (int i = 0; i < end; i += LANES) {
            sums = FloatVector.fromArray(FLOATS, x, xOffset + i)
                    .fma(FloatVector.fromArray(FLOATS, y, yOffset + i), sums);
        }
        sums.intoArray(scratch, 0);
        return (float) sumOfLanes(scratch) + scalar.dot(x, xOffset + end, y, yOffset + end, length - end, scratch);
    }

    @Override
    public void multiplyAdd(float factor, float[] x, int xOffset, float[] y, int yOffset, int length) {
        int end = FLOATS.loopBound(length);
        FloatVector factors = FloatVector.broadcast(FLOATS, factor);
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(FLOATS, x, xOffset + i)
                    .fma(factors, FloatVector.fromArray(FLOATS, y, yOffset + i))
                    .intoArray(y, yOffset + i);
        }
        scalar.multiplyAdd(factor, x, xOffset + end, y, yOffset + end, length - end);
    }

    @Override
    public void multiplyAdd(float[] w, int wOffset, float[] x, int xOffset, float[] y, int yOffset, int length) {
        int end = FLOATS.loopBound(length);
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(FLOATS, x, xOffset + i)
                    .fma(FloatVector.fromArray(FLOATS, w, wOffset + i), FloatVector.fromArray(FLOATS, y, yOffset + i))
                    .intoArray(y, yOffset + i);
        }
        scalar.multiplyAdd(w, wOffset + end, x, xOffset + end, y, yOffset + end, length - end);
    }

    @Override
    public void softmax(float[] x, int offset, int length, float[] scratch) {
        int end = offset + FLOATS.loopBound(length);
        FloatVector highestLanes = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        for (int i = offset; i < end; i += LANES) {
            highestLanes = highestLanes.max(FloatVector.fromArray(FLOATS, x, i));
        }
        float highest = highestLanes.reduceLanes(VectorOperators.MAX);
        for (int i = end; i < offset + length; i++) {
            highest = Math.max(highest, x[i]);
        }
        for (int i = offset; i < end; i += LANES) {
            FloatVector.fromArray(FLOATS, x, i).sub(highest).intoArray(x, i);
        }
        exp(x, offset, end - offset);
        FloatVector sums = FloatVector.zero(FLOATS);
        for (int i = offset; i < end; i += LANES) {
            sums = sums.add(FloatVector.fromArray(FLOATS, x, i));
        }
        sums.intoArray(scratch, 0);
        float sum = (float) sumOfLanes(scratch);
        for (int i = end; i < offset + length; i++) {
            x[i] = Exponential.exp(x[i] - highest);
            sum += x[i];
        }
        float scale = 1f / sum;
        for (int i = offset; i < end; i += LANES) {
            FloatVector.fromArray(FLOATS, x, i).mul(scale).intoArray(x, i);
        }
        for (int i = end; i < offset + length; i++) {
            x[i] *= scale;
        }
    }

    @Override
    public void layerNorm(
            float[] x,
            int xOffset,
            float[] y,
            int yOffset,
            int length,
            float[] weight,
            float[] bias,
            float eps,
            float[] scratch) {
        int end = FLOATS.loopBound(length);
        FloatVector sums = FloatVector.zero(FLOATS);
        for (int i = 0; i < end; i += LANES) {
            sums = sums.add(FloatVector.fromArray(FLOATS, x, xOffset + i));
        }
        sums.intoArray(scratch, 0);
        double sum = sumOfLanes(scratch);
        for (int i = end; i < length; i++) {
            sum += x[xOffset + i];
        }
        float mean = (float) (sum / length);
        FloatVector squareLanes = FloatVector.zero(FLOATS);
        for (int i = 0; i < end; i += LANES) {
            FloatVector d = FloatVector.fromArray(FLOATS, x, xOffset + i).sub(mean);
            squareLanes = d.fma(d, squareLanes);
        }
        squareLanes.intoArray(scratch, 0);
        double squares = sumOfLanes(scratch);
        for (int i = end; i < length; i++) {
            float d = x[xOffset + i] - mean;
            squares += d * d;
        }
        float scale = (float) (1 / Math.sqrt(squares / length + eps));
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(FLOATS, x, xOffset + i)
                    .sub(mean)
                    .mul(scale)
                    .fma(FloatVector.fromArray(FLOATS, weight, i), FloatVector.fromArray(FLOATS, bias, i))
                    .intoArray(y, yOffset + i);
        }
        for (int i = end; i < length; i++) {
            y[yOffset + i] = (x[xOffset + i] - mean) * scale * weight[i] + bias[i];
        }
    }

    /** The vector form of {@link Exponential#exp}, in place; {@code length} is a multiple of the vector's. */
    private static void exp(float[] values, int offset, int length) {
        for (int i = offset; i < offset + length; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, values, i)
                    .max(Exponential.LOWEST)
                    .min(Exponential.HIGHEST);
            FloatVector shifted = x.mul(Exponential.LOG2_E).add(Exponential.ROUNDER);
            FloatVector n = shifted.sub(Exponential.ROUNDER);
            FloatVector r = x.sub(n.mul(Exponential.LN2_HIGH)).sub(n.mul(Exponential.LN2_LOW));
            FloatVector p = r.mul(Exponential.P0)
                    .add(Exponential.P1)
                    .mul(r)
                    .add(Exponential.P2)
                    .mul(r)
                    .add(Exponential.P3)
                    .mul(r)
                    .add(Exponential.P4)
                    .mul(r)
                    .add(Exponential.P5);
            IntVector exponent = (IntVector) shifted.viewAsIntegralLanes();
            FloatVector scale = (FloatVector) exponent.sub(Exponential.ROUNDER_BITS - Exponential.EXPONENT_BIAS)
                    .lanewise(VectorOperators.LSHL, Exponential.MANTISSA_BITS)
                    .viewAsFloatingLanes();
            p.mul(r).mul(r).add(r).add(1f).mul(scale).intoArray(values, i);
        }
    }

    /** Adds up a vector that was stored. The vector module's own reduction does not promise an order. */
    private static double sumOfLanes(float[] lanes) {
        double sum = 0;
        for (int i = 0; i < LANES; i++) {
            sum += lanes[i];
        }
        return sum;
    }

    /** Names the vector width for reports. */
    static String description() {
        return FLOATS.vectorBitSize() + "-bit vectors (" + LANES + " floats)";
    }
}
