package dev.clipjet.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RowMathTest {
    private static final int[] LENGTHS = {1, 3, 7, 8, 9, 17, 64, 257};

    static Stream<RowMath> implementations() {
        return Stream.of(new ScalarRowMath(), new VectorRowMath());
    }

    @Test
    void exponential_is_accurate_over_its_range() {
        for (float x = -86.9f; x < 87.9f; x += 0.0137f) {
            double exact = Math.exp(x);
            assertThat(Math.abs(Exponential.exp(x) - exact) / exact)
                    .as("exp(%s)", x)
                    .isLessThan(2.5e-7);
        }
        assertThat(Exponential.exp(-1000f)).isBetween(0f, 1e-37f);
        assertThat(Exponential.exp(1000f)).isGreaterThan(1e38f);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void quick_gelu_matches_its_formula(RowMath math) {
        check(math::quickGelu, x -> x / (1 + Math.exp(-1.702 * x)));
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void gelu_matches_its_formula(RowMath math) {
        check(math::gelu, x -> x / 2 * (1 + erf(x / Math.sqrt(2))));
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void tanh_gelu_matches_its_formula(RowMath math) {
        check(math::geluTanh, x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void activations_survive_extreme_values(RowMath math) {
        float[] x = {-1e30f, -1e4f, -90f, 90f, 1e4f, 3e5f, 0f, -0f};
        float[] quick = x.clone();
        float[] exact = x.clone();
        float[] tanh = x.clone();
        math.quickGelu(quick, 0, x.length, new float[x.length]);
        math.gelu(exact, 0, x.length, new float[x.length]);
        math.geluTanh(tanh, 0, 6, new float[6]);
        for (int i = 0; i < x.length; i++) {
            assertThat(quick[i]).isCloseTo(Math.max(x[i], 0f), within(1e-6f));
            assertThat(exact[i]).isCloseTo(Math.max(x[i], 0f), within(1e-6f));
        }
        assertThat(tanh[4]).isEqualTo(1e4f);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void softmax_sums_to_one_and_keeps_ratios(RowMath math) {
        Random random = new Random(1);
        for (int length : LENGTHS) {
            float[] x = new float[length + 4];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (random.nextGaussian() * 20 + 1000);
            }
            float[] before = x.clone();
            math.softmax(x, 2, length, new float[RowMath.MAX_LANES]);
            double highest = Double.NEGATIVE_INFINITY;
            for (int i = 2; i < 2 + length; i++) {
                highest = Math.max(highest, before[i]);
            }
            double sum = 0;
            for (int i = 2; i < 2 + length; i++) {
                sum += Math.exp(before[i] - highest);
            }
            for (int i = 2; i < 2 + length; i++) {
                double exact = Math.exp(before[i] - highest) / sum;
                assertThat((double) x[i]).isCloseTo(exact, within(1e-6 * exact + 1e-37));
            }
            assertThat(x[1]).isEqualTo(before[1]);
            assertThat(x[length + 2]).isEqualTo(before[length + 2]);
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void layer_norm_matches_double_precision(RowMath math) {
        Random random = new Random(2);
        for (int length : LENGTHS) {
            float[] x = new float[length];
            float[] weight = new float[length];
            float[] bias = new float[length];
            double mean = 0;
            for (int i = 0; i < length; i++) {
                // A large mean: a one-pass variance would lose its digits here.
                x[i] = (float) (random.nextGaussian() + 100);
                weight[i] = (float) random.nextGaussian();
                bias[i] = (float) random.nextGaussian();
                mean += x[i];
            }
            mean /= length;
            double variance = 0;
            for (float v : x) {
                variance += (v - mean) * (v - mean) / length;
            }
            float[] y = new float[length];
            math.layerNorm(x, 0, y, 0, length, weight, bias, 1e-5f, new float[RowMath.MAX_LANES]);
            for (int i = 0; i < length; i++) {
                double exact = (x[i] - mean) / Math.sqrt(variance + 1e-5) * weight[i] + bias[i];
                assertThat((double) y[i]).isCloseTo(exact, within(3e-5));
            }
        }
    }

    @FunctionalInterface
    private interface InPlace {
        void apply(float[] x, int offset, int length, float[] scratch);
    }

    private static void check(InPlace actual, DoubleUnaryOperator exact) {
        for (int length : LENGTHS) {
            float[] x = new float[length + 2];
            for (int i = 0; i < x.length; i++) {
                x[i] = -9f + 18f * i / x.length + 0.01f;
            }
            float[] before = x.clone();
            actual.apply(x, 1, length, new float[length]);
            for (int i = 1; i <= length; i++) {
                assertThat((double) x[i])
                        .as("x = %s", before[i])
                        .isCloseTo(exact.applyAsDouble(before[i]), within(1e-6 * Math.max(1, Math.abs(before[i]))));
            }
            assertThat(x[0]).isEqualTo(before[0]);
            assertThat(x[length + 1]).isEqualTo(before[length + 1]);
        }
    }

    /** The error function by its series, in double precision. */
    private static double erf(double z) {
        if (Math.abs(z) > 5) {
            return Math.signum(z);
        }
        double term = z;
        double sum = z;
        for (int n = 1; n < 200; n++) {
            term *= -z * z / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }
}
