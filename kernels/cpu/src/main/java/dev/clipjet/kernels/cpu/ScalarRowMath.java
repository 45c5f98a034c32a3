package dev.clipjet.kernels.cpu;

/** {@link RowMath} in plain Java. */
final class ScalarRowMath implements RowMath {
    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public void quickGelu(float[] x, int offset, int length, float[] scratch) {
        for (int i = offset; i < offset + length; i++) {
            x[i] = x[i] / (1f + Exponential.exp(-QUICK_GELU_SLOPE * x[i]));
        }
    }

    @Override
    public void gelu(float[] x, int offset, int length, float[] scratch) {
        for (int i = offset; i < offset + length; i++) {
            float z = Math.abs(x[i]) * ErrorFunction.INVERSE_SQRT_2;
            float t = 1f / (1f + ErrorFunction.P * z);
            float p = ((((ErrorFunction.A5 * t + ErrorFunction.A4) * t + ErrorFunction.A3) * t + ErrorFunction.A2) * t
                            + ErrorFunction.A1)
                    * t;
            float erf = 1f - p * Exponential.exp(-z * z);
            x[i] = 0.5f * (x[i] + Math.abs(x[i]) * erf);
        }
    }

    @Override
    public void geluTanh(float[] x, int offset, int length, float[] scratch) {
        for (int i = offset; i < offset + length; i++) {
            float inner = TanhGelu.TWO_SQRT_2_OVER_PI * x[i] * (1f + TanhGelu.CUBIC * x[i] * x[i]);
            x[i] = x[i] / (1f + Exponential.exp(-inner));
        }
    }

    @Override
    public void relu(float[] x, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            x[i] = Math.max(x[i], 0f);
        }
    }

    @Override
    public float dot(float[] x, int xOffset, float[] y, int yOffset, int length, float[] scratch) {
        float sum = 0;
        for (int i = 0; i < length; i++) {
            sum += x[xOffset + i] * y[yOffset + i];
        }
        return sum;
    }

    @Override
    public void multiplyAdd(float factor, float[] x, int xOffset, float[] y, int yOffset, int length) {
        for (int i = 0; i < length; i++) {
            y[yOffset + i] += factor * x[xOffset + i];
        }
    }

    @Override
    public void multiplyAdd(float[] w, int wOffset, float[] x, int xOffset, float[] y, int yOffset, int length) {
        for (int i = 0; i < length; i++) {
            y[yOffset + i] += w[wOffset + i] * x[xOffset + i];
        }
    }

    @Override
    public void softmax(float[] x, int offset, int length, float[] scratch) {
        float highest = Float.NEGATIVE_INFINITY;
        for (int i = offset; i < offset + length; i++) {
            highest = Math.max(highest, x[i]);
        }
        double sum = 0;
        for (int i = offset; i < offset + length; i++) {
            x[i] = Exponential.exp(x[i] - highest);
            sum += x[i];
        }
        float scale = (float) (1 / sum);
        for (int i = offset; i < offset + length; i++) {
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
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += x[xOffset + i];
        }
        float mean = (float) (sum / length);
        double squares = 0;
        for (int i = 0; i < length; i++) {
            float d = x[xOffset + i] - mean;
            squares += d * d;
        }
        float scale = (float) (1 / Math.sqrt(squares / length + eps));
        for (int i = 0; i < length; i++) {
            y[yOffset + i] = (x[xOffset + i] - mean) * scale * weight[i] + bias[i];
        }
    }
}
