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

class LayerNormKernelTest {
    private static final float EPS = 1e-5f;

    /** Minimal, odd, small golden models, B/32, L/14, H/14, the widest in registers, and beyond. */
    private static final int[] WIDTHS = {1, 5, 32, 129, 512, 768, 1024, 1280, 1792, 1793, 2560};

    @ParameterizedTest
    @MethodSource("modes")
    void rowsAreNormed(ExecutionOptions options) {
        try (KernelRig rig = new KernelRig(options)) {
            for (ElementType type : ElementType.computing()) {
                DeviceMatrices matrices = new DeviceMatrices(rig, type);
                LayerNormKernel kernel = new LayerNormKernel(rig.library(), type);
                for (int columns : WIDTHS) {
                    int rows = columns <= 32 ? 9 : 3;
                    NormCase values = new NormCase(type, rows, columns);
                    Matrix in = matrices.of(rows, columns, values.in);
                    Matrix out = matrices.raw(rows, columns);
                    long gamma = rig.values(ElementType.F32, values.gamma);
                    long beta = rig.values(ElementType.F32, values.beta);
                    kernel.record(rig.stream(), in, gamma, beta, EPS, out);
                    float[] result = matrices.read(out);
                    Accuracy.assertNoWorse(
                            type + ", " + columns + " columns",
                            result,
                            values.norm.plain(type, values.in),
                            values.norm.exact(values.in));
                    kernel.record(rig.stream(), in, gamma, beta, EPS, in);
                    assertThat(matrices.read(in)).as("in place").isEqualTo(result);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void aBranchIsAddedFirst(ExecutionOptions options) {
        try (KernelRig rig = new KernelRig(options)) {
            for (ElementType type : ElementType.computing()) {
                DeviceMatrices matrices = new DeviceMatrices(rig, type);
                LayerNormKernel kernel = new LayerNormKernel(rig.library(), type);
                for (int columns : new int[] {3, 96, 768, 1804}) {
                    int rows = 4;
                    NormCase values = new NormCase(type, rows, columns);
                    float[] branch = DeviceMatrices.random(type, new Random(77), rows * columns, -0.5, 1);
                    float[] sum = new float[branch.length];
                    for (int i = 0; i < sum.length; i++) {
                        sum[i] = StoredValues.rounded(type, values.in[i] + branch[i]);
                    }
                    Matrix stream = matrices.of(rows, columns, values.in);
                    Matrix added = matrices.of(rows, columns, branch);
                    long gamma = rig.values(ElementType.F32, values.gamma);
                    long beta = rig.values(ElementType.F32, values.beta);
                    kernel.recordAdding(rig.stream(), stream, added, gamma, beta, EPS, added);
                    assertThat(matrices.read(stream)).isEqualTo(sum);
                    Accuracy.assertNoWorse(
                            type + ", " + columns + " columns",
                            matrices.read(added),
                            values.norm.plain(type, sum),
                            values.norm.exact(sum));
                }
            }
        }
    }

    /** The spread of rows over blocks changes nothing, and a block's last warps may have no row. */
    @Test
    void manyRowsShareABlock() {
        int rows = 132 * 3 + 1;
        int columns = 8;
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            for (ElementType type : ElementType.computing()) {
                DeviceMatrices matrices = new DeviceMatrices(rig, type);
                NormCase values = new NormCase(type, rows, columns);
                Matrix out = matrices.raw(rows, columns);
                new LayerNormKernel(rig.library(), type)
                        .record(
                                rig.stream(),
                                matrices.of(rows, columns, values.in),
                                rig.values(ElementType.F32, values.gamma),
                                rig.values(ElementType.F32, values.beta),
                                EPS,
                                out);
                assertThat(rig.launches().get(0).shape().block().x()).isEqualTo(96);
                Accuracy.assertNoWorse(
                        type + ", many rows",
                        matrices.read(out),
                        values.norm.plain(type, values.in),
                        values.norm.exact(values.in));
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            LayerNormKernel kernel = new LayerNormKernel(rig.library(), ElementType.BF16);
            Matrix in = new Matrix(4096, 4, 64, 64);
            Matrix out = new Matrix(65536, 4, 64, 64);
            assertThatThrownBy(() -> kernel.record(rig.stream(), in, 264, 512, EPS, out))
                    .hasMessageContaining("layer_norm: gamma lies at 0x108");
            assertThatThrownBy(() -> kernel.record(rig.stream(), in, 256, 0, EPS, out))
                    .hasMessageContaining("beta lies at 0x0");
            assertThatThrownBy(() -> kernel.record(rig.stream(), in, 256, 512, -1, out))
                    .hasMessageContaining("eps is -1.0");
            assertThatThrownBy(() -> kernel.record(rig.stream(), in, 256, 512, EPS, out.firstRows(3)))
                    .hasMessageContaining("out is 3 x 64; 4 x 64 is needed");
            Matrix shifted = new Matrix(4096 + 16, 4, 64, 64);
            assertThatThrownBy(() -> kernel.record(rig.stream(), in, 256, 512, EPS, shifted))
                    .hasMessageContaining("out overlaps in");
            assertThatThrownBy(() -> kernel.record(rig.stream(), new Matrix(4096, 4, 3, 3), 256, 512, EPS, out))
                    .hasMessageContaining("bytes from row to row of in");
            assertThatThrownBy(() -> kernel.recordAdding(rig.stream(), in, in, 256, 512, EPS, out))
                    .hasMessageContaining("residual overlaps branch");
        }
    }

    private static List<ExecutionOptions> modes() {
        return Modes.all();
    }

    /** Values whose mean is far from 0, so that a careless variance shows. */
    private static final class NormCase {
        private final float[] in;
        private final float[] gamma;
        private final float[] beta;
        private final RowNorm norm;

        NormCase(ElementType type, int rows, int columns) {
            Random random = new Random(columns);
            in = DeviceMatrices.random(type, random, rows * columns, 8, 1);
            gamma = DeviceMatrices.random(ElementType.F32, random, columns, 1, 0.5);
            beta = DeviceMatrices.random(ElementType.F32, random, columns, 0.5, 0.5);
            norm = new RowNorm(columns, gamma, beta, EPS);
        }
    }
}
