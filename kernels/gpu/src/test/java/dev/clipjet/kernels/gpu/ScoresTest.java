package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code scores.cu}. */
class ScoresTest {
    private static final ElementType F32 = ElementType.F32;

    @ParameterizedTest
    @MethodSource("modes")
    void rowsGetLengthOne(ExecutionOptions options) {
        try (KernelRig rig = new KernelRig(options)) {
            for (ElementType type : ElementType.computing()) {
                for (int columns : new int[] {1, 30, 512, 1280}) {
                    float[] in = DeviceMatrices.random(type, new Random(columns), 5 * columns, 0.5, 3);
                    Matrix out = new DeviceMatrices(rig, F32).raw(5, columns);
                    new NormalizeKernel(rig.library(), type)
                            .record(rig.stream(), new DeviceMatrices(rig, type).of(5, columns, in), 1e-12f, out);
                    float[] plain = new float[in.length];
                    double[] exact = new double[in.length];
                    for (int row = 0; row < 5; row++) {
                        float sum = 0;
                        double exactSum = 0;
                        for (int i = row * columns; i < (row + 1) * columns; i++) {
                            sum += in[i] * in[i];
                            exactSum += (double) in[i] * in[i];
                        }
                        for (int i = row * columns; i < (row + 1) * columns; i++) {
                            plain[i] = in[i] / (float) Math.sqrt(sum);
                            exact[i] = in[i] / Math.sqrt(exactSum);
                        }
                    }
                    Accuracy.assertNoWorse(
                            type + ", " + columns + " columns", new DeviceMatrices(rig, F32).read(out), plain, exact);
                }
            }
        }
    }

    @Test
    void zerosAreDividedByEps() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            DeviceMatrices matrices = new DeviceMatrices(rig, F32);
            Matrix out = matrices.raw(1, 6);
            new NormalizeKernel(rig.library(), F32).record(rig.stream(), matrices.of(1, 6, new float[6]), 1e-12f, out);
            assertThat(matrices.read(out)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void imagesMeetTexts(ExecutionOptions options) {
        try (KernelRig rig = new KernelRig(options)) {
            DeviceMatrices matrices = new DeviceMatrices(rig, F32);
            for (int[] shape : new int[][] {{1, 1, 1}, {1, 37, 30}, {33, 2, 96}, {40, 65, 33}, {2, 3, 1280}}) {
                int images = shape[0];
                int texts = shape[1];
                int columns = shape[2];
                Random random = new Random(columns);
                float[] image = DeviceMatrices.random(F32, random, images * columns, 0.1, 1);
                float[] text = DeviceMatrices.random(F32, random, texts * columns, 0.1, 1);
                float scale = 14.3f;
                float bias = -3.7f;
                Matrix out = matrices.raw(images, texts);
                new LogitsKernel(rig.library())
                        .record(
                                rig.stream(),
                                matrices.of(images, columns, image),
                                matrices.of(texts, columns, text),
                                scale,
                                bias,
                                out);
                float[] plain = new float[images * texts];
                double[] exact = new double[plain.length];
                for (int i = 0; i < plain.length; i++) {
                    for (int e = 0; e < columns; e++) {
                        plain[i] += image[i / texts * columns + e] * text[i % texts * columns + e];
                        exact[i] += (double) image[i / texts * columns + e] * text[i % texts * columns + e];
                    }
                    plain[i] = plain[i] * scale + bias;
                    exact[i] = exact[i] * scale + bias;
                }
                Accuracy.assertNoWorse(
                        images + " images, " + texts + " texts of " + columns, matrices.read(out), plain, exact);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void logitsBecomeProbabilities(ExecutionOptions options) {
        try (KernelRig rig = new KernelRig(options)) {
            DeviceMatrices matrices = new DeviceMatrices(rig, F32);
            for (int columns : new int[] {1, 30, 259, 1000}) {
                float[] in = DeviceMatrices.random(F32, new Random(columns), 3 * columns, 20, 8);
                Matrix logits = matrices.of(3, columns, in);
                Matrix out = matrices.raw(3, columns);
                SoftmaxKernel softmax = new SoftmaxKernel(rig.library());
                softmax.record(rig.stream(), logits, out);
                float[] plain = new float[in.length];
                double[] exact = new double[in.length];
                float[] plainSigmoid = new float[in.length];
                double[] exactSigmoid = new double[in.length];
                for (int row = 0; row < 3; row++) {
                    float top = Float.NEGATIVE_INFINITY;
                    for (int i = row * columns; i < (row + 1) * columns; i++) {
                        top = Math.max(top, in[i]);
                    }
                    float sum = 0;
                    double exactSum = 0;
                    for (int i = row * columns; i < (row + 1) * columns; i++) {
                        sum += (float) Math.exp(in[i] - top);
                        exactSum += Math.exp((double) in[i] - top);
                    }
                    for (int i = row * columns; i < (row + 1) * columns; i++) {
                        plain[i] = (float) Math.exp(in[i] - top) / sum;
                        exact[i] = Math.exp((double) in[i] - top) / exactSum;
                        plainSigmoid[i] = 1 / (1 + (float) Math.exp(-(in[i])));
                        exactSigmoid[i] = 1 / (1 + Math.exp(-(double) in[i]));
                    }
                }
                float[] result = matrices.read(out);
                assertClose("softmax of " + columns, result, plain, exact);
                Matrix sigmoids = matrices.raw(3, columns);
                new SigmoidKernel(rig.library()).record(rig.stream(), logits, sigmoids);
                assertClose("sigmoid of " + columns, matrices.read(sigmoids), plainSigmoid, exactSigmoid);
                softmax.record(rig.stream(), logits, logits);
                assertThat(matrices.read(logits)).as("in place").isEqualTo(result);
            }
        }
    }

    /** The rule, or within two units of the last place of the largest: a plain result of 1 may well be exact. */
    private static void assertClose(String what, float[] result, float[] plain, double[] exact) {
        double most = 0;
        double plainMost = 0;
        double largest = 0;
        for (int i = 0; i < exact.length; i++) {
            most = Math.max(most, Math.abs(result[i] - exact[i]));
            plainMost = Math.max(plainMost, Math.abs(plain[i] - exact[i]));
            largest = Math.max(largest, exact[i]);
        }
        assertThat(most).as(what).isLessThanOrEqualTo(Math.max(2 * plainMost, 2 * Math.ulp((float) largest)));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            Matrix in = new Matrix(4096, 4, 64, 64);
            Matrix out = new Matrix(65536, 4, 64, 64);
            NormalizeKernel normalize = new NormalizeKernel(rig.library(), ElementType.F16);
            assertThatThrownBy(() -> normalize.record(rig.stream(), in, -1, out))
                    .hasMessageContaining("eps is -1.0");
            assertThatThrownBy(() -> normalize.record(rig.stream(), in, 0, in)).hasMessageContaining("out overlaps in");
            assertThatThrownBy(() -> normalize.record(rig.stream(), in, 0, out.firstRows(2)))
                    .hasMessageContaining("normalize: out is 2 x 64; 4 x 64 is needed");
            LogitsKernel logits = new LogitsKernel(rig.library());
            assertThatThrownBy(() -> logits.record(rig.stream(), in, in, 1, 0, out))
                    .hasMessageContaining("logits: out is 4 x 64; 4 x 4 is needed");
            assertThatThrownBy(() -> logits.record(rig.stream(), in, new Matrix(8192, 4, 60, 64), 1, 0, out))
                    .hasMessageContaining("texts is 4 x 60; 4 x 64 is needed");
            SoftmaxKernel softmax = new SoftmaxKernel(rig.library());
            assertThatThrownBy(() -> softmax.record(rig.stream(), in, new Matrix(4112, 4, 64, 64)))
                    .hasMessageContaining("softmax_rows: out overlaps in");
            SigmoidKernel sigmoid = new SigmoidKernel(rig.library());
            assertThatThrownBy(() -> sigmoid.record(rig.stream(), in, out.firstRows(1)))
                    .hasMessageContaining("sigmoid: out is 1 x 64");
        }
    }

    private static List<ExecutionOptions> modes() {
        return Modes.all();
    }
}
