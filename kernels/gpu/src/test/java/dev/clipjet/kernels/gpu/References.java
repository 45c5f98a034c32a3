package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.Activation;

/** Functions in fp64, and in float32 as a plain program has them. */
final class References {
    private References() {}

    static double activate(Activation activation, double x) {
        return switch (activation) {
            case NONE -> x;
            case RELU -> Math.max(x, 0);
            case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
            case GELU -> x / 2 * erfc(-x / Math.sqrt(2));
            case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        };
    }

    static float activate(Activation activation, float x) {
        return switch (activation) {
            case NONE -> x;
            case RELU -> Math.max(x, 0);
            case QUICK_GELU -> x / (1 + (float) Math.exp(-1.702f * x));
            case GELU -> 0.5f * x * (1 + (float) (1 - erfc(x * 0.70710678f)));
            case GELU_TANH -> 0.5f * x * (1 + (float) Math.tanh(0.7978846f * (x + 0.044715f * x * x * x)));
        };
    }

    /**
     * Complementary error function: the Maclaurin series below 3, the continued fraction of Laplace above (Abramowitz and Stegun
     * 7.1.5, 7.1.14); relative error below 1e-11.
     */
    static double erfc(double x) {
        if (x < 0) {
            return 2 - erfc(-x);
        }
        if (x < 3) {
            double term = x;
            double sum = x;
            for (int i = 1; Math.abs(term) > 1e-18 * sum; i++) {
                term *= -x * x / i;
                sum += term / (2 * i + 1);
            }
            return 1 - 2 / Math.sqrt(Math.PI) * sum;
        }
        double fraction = x;
        for (int i = 60; i > 0; i--) {
            fraction = x + i / 2.0 / fraction;
        }
        return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
    }
}
