package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BiasActivationKernelTest {
    @ParameterizedTest
    @CsvSource({
        "F16, QUICK_GELU, 3, 698",
        "BF16, GELU, 2, 239",
        "F32, GELU_TANH, 4, 1030",
        "F16, NONE, 1, 1",
        "F32, NONE, 5, 512"
    })
    void everyElementGetsItsBiasAndTheActivation(ElementType type, Activation activation, int rows, int columns) {
        int stride = (columns + 15) / 8 * 8;
        Random random = new Random(columns);
        float[] x = new float[rows * stride];
        float[] bias = new float[columns];
        for (int i = 0; i < x.length; i++) {
            x[i] = StoredValues.rounded(type, (float) random.nextGaussian());
        }
        for (int i = 0; i < columns; i++) {
            bias[i] = (float) random.nextGaussian();
        }
        // Half a unit of the last place, and what the approximate exponential adds.
        double precision = type == ElementType.F16 ? 0x1p-11 : type == ElementType.BF16 ? 0x1p-8 : 1e-6;
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            long address = rig.values(type, x);
            new BiasActivationKernel(rig.library(), type)
                    .record(
                            rig.stream(),
                            new Matrix(address, rows, columns, stride),
                            rig.values(ElementType.F32, bias),
                            activation);
            float[] result = rig.read(type, address, x.length);
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    double sum = (double) x[row * stride + column] + bias[column];
                    double expected = exact(activation, sum);
                    assertThat((double) result[row * stride + column])
                            .isCloseTo(expected, within(1.01 * precision * Math.abs(expected) + 2e-6));
                }
            }
        }
    }

    private static double exact(Activation activation, double x) {
        return switch (activation) {
            case NONE -> x;
            case RELU -> Math.max(x, 0);
            case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
            case GELU -> x / 2 * (1 + erf(x / Math.sqrt(2)));
            case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        };
    }

    /** By its Taylor series, which converges everywhere and is short for the arguments of these tests. */
    private static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 100; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void withoutABiasOnlyTheActivationIsApplied(ElementType type) {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            long address = rig.values(type, 2, -1, 0, 0, 0, 0, 0, 0);
            new BiasActivationKernel(rig.library(), type)
                    .record(rig.stream(), new Matrix(address, 1, 2, 8), 0, Activation.QUICK_GELU);
            assertThat((double) rig.read(type, address, 2)[0]).isCloseTo(2 / (1 + Math.exp(-3.404)), within(8e-3));
            assertThat((double) rig.read(type, address, 2)[1]).isCloseTo(-1 / (1 + Math.exp(1.702)), within(1e-3));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void whatDoesNotFitIsRefused(ElementType type) {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            BiasActivationKernel kernel = new BiasActivationKernel(rig.library(), type);
            assertThatThrownBy(() -> kernel.record(rig.stream(), new Matrix(256, 1, 9, 9), 0, Activation.NONE))
                    .hasMessageContaining("bytes of a row");
            assertThatThrownBy(() -> kernel.record(rig.stream(), new Matrix(256, 70000, 8, 8), 0, Activation.NONE))
                    .hasMessageContaining("rows is 70000");
        }
    }
}
