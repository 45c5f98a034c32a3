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

/** {@code tokens.cu} and {@code pooling.cu}. */
class TokensTest {
    private static final float EPS = 1e-5f;

    @ParameterizedTest
    @MethodSource("modes")
    void tokensAreTheirRowsPlusPositions(ExecutionOptions options) {
        int[] ids = {6, 0, 3, 3};
        int[] positionIds = {0, 1, 2, 0};
        try (KernelRig rig = new KernelRig(options)) {
            for (ElementType type : ElementType.computing()) {
                DeviceMatrices matrices = new DeviceMatrices(rig, type);
                for (int columns : new int[] {1, 30, 512, 1024}) {
                    Random random = new Random(columns);
                    float[] table = DeviceMatrices.random(type, random, 7 * columns, 0, 1);
                    float[] positions = DeviceMatrices.random(type, random, 3 * columns, 0, 1);
                    Matrix out = matrices.raw(ids.length, columns);
                    new EmbedTokensKernel(rig.library(), type)
                            .record(
                                    rig.stream(),
                                    rig.ints(ids),
                                    rig.ints(positionIds),
                                    matrices.of(7, columns, table),
                                    matrices.of(3, columns, positions),
                                    out);
                    float[] expected = new float[ids.length * columns];
                    for (int i = 0; i < expected.length; i++) {
                        int t = i / columns;
                        expected[i] = StoredValues.rounded(
                                type,
                                table[ids[t] * columns + i % columns]
                                        + positions[positionIds[t] * columns + i % columns]);
                    }
                    assertThat(matrices.read(out)).isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    void imagesGetTheirClassTokenPositionsAndNorm(ExecutionOptions options) {
        try (KernelRig rig = new KernelRig(options)) {
            for (ElementType type : ElementType.computing()) {
                for (int columns : new int[] {1, 30, 768, 1796}) {
                    imageTokens(rig, type, columns, true);
                    imageTokens(rig, type, columns, false);
                }
            }
        }
    }

    private static void imageTokens(KernelRig rig, ElementType type, int columns, boolean withClass) {
        int images = 2;
        int patches = 4;
        int tokens = patches + (withClass ? 1 : 0);
        DeviceMatrices matrices = new DeviceMatrices(rig, type);
        Random random = new Random(columns);
        float[] in = DeviceMatrices.random(type, random, images * patches * columns, 3, 1);
        float[] classToken = DeviceMatrices.random(type, random, columns, 2, 1);
        float[] positions = DeviceMatrices.random(type, random, tokens * columns, 1, 1);
        float[] sums = new float[images * tokens * columns];
        for (int i = 0; i < sums.length; i++) {
            int token = i / columns % tokens;
            int image = i / columns / tokens;
            int patch = token - (tokens - patches);
            sums[i] = (patch < 0 ? classToken[i % columns] : in[(image * patches + patch) * columns + i % columns])
                    + positions[token * columns + i % columns];
        }
        Matrix patchMatrix = matrices.of(images * patches, columns, in);
        Matrix positionMatrix = matrices.of(tokens, columns, positions);
        long classAddress = withClass ? matrices.of(1, columns, classToken).address() : 0;
        ImageTokensKernel kernel = new ImageTokensKernel(rig.library(), type);
        Matrix out = matrices.raw(images * tokens, columns);
        kernel.record(rig.stream(), patchMatrix, classAddress, positionMatrix, out);
        assertThat(matrices.read(out)).isEqualTo(StoredValues.rounded(type, sums));

        float[] gamma = DeviceMatrices.random(ElementType.F32, random, columns, 1, 0.5);
        float[] beta = DeviceMatrices.random(ElementType.F32, random, columns, 0.5, 0.5);
        Matrix normed = matrices.raw(images * tokens, columns);
        kernel.recordNorming(
                rig.stream(),
                patchMatrix,
                classAddress,
                positionMatrix,
                rig.values(ElementType.F32, gamma),
                rig.values(ElementType.F32, beta),
                EPS,
                normed);
        RowNorm norm = new RowNorm(columns, gamma, beta, EPS);
        Accuracy.assertNoWorse(
                type + ", " + columns + " columns", matrices.read(normed), norm.plain(type, sums), norm.exact(sums));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void patchesAreAveraged(ExecutionOptions options) {
        try (KernelRig rig = new KernelRig(options)) {
            for (ElementType type : ElementType.computing()) {
                DeviceMatrices matrices = new DeviceMatrices(rig, type);
                for (int columns : new int[] {1, 30, 260}) {
                    for (int first = 0; first < 2; first++) {
                        int images = 2;
                        int tokens = columns == 1 ? 2 : 19;
                        float[] in = DeviceMatrices.random(type, new Random(9), images * tokens * columns, 1, 1);
                        Matrix out = matrices.raw(images, columns);
                        new AveragePatchesKernel(rig.library(), type)
                                .record(rig.stream(), matrices.of(images * tokens, columns, in), first, out);
                        float[] plain = new float[images * columns];
                        double[] exact = new double[plain.length];
                        for (int i = 0; i < plain.length; i++) {
                            for (int t = first; t < tokens; t++) {
                                float x = in[(i / columns * tokens + t) * columns + i % columns];
                                plain[i] += x;
                                exact[i] += x;
                            }
                            plain[i] = StoredValues.rounded(type, plain[i] / (tokens - first));
                            exact[i] /= tokens - first;
                        }
                        Accuracy.assertNoWorse(type + ", " + columns + " columns", matrices.read(out), plain, exact);
                    }
                }
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (KernelRig rig = new KernelRig(ExecutionOptions.standard())) {
            Matrix table = new Matrix(4096, 7, 32, 32);
            Matrix out = new Matrix(65536, 10, 32, 32);
            EmbedTokensKernel embed = new EmbedTokensKernel(rig.library(), ElementType.F16);
            assertThatThrownBy(() -> embed.record(rig.stream(), 2, 4, table, table, out))
                    .hasMessageContaining("embed_tokens: ids lies at 0x2");
            assertThatThrownBy(() -> embed.record(rig.stream(), 4, 4, table, new Matrix(4096, 7, 24, 32), out))
                    .hasMessageContaining("positions is 7 x 24; 7 x 32 is needed");
            assertThatThrownBy(() -> embed.record(rig.stream(), 4, 4, table, table, table))
                    .hasMessageContaining("out overlaps table");
            ImageTokensKernel tokens = new ImageTokensKernel(rig.library(), ElementType.F16);
            Matrix positions = new Matrix(16384, 5, 32, 32);
            assertThatThrownBy(() -> tokens.record(rig.stream(), table, 256, positions, out))
                    .hasMessageContaining("image_tokens: rows of patches is 7, which is no multiple of 4");
            Matrix patches = new Matrix(4096, 8, 32, 32);
            assertThatThrownBy(() -> tokens.record(rig.stream(), patches, 256, positions, out.firstRows(9)))
                    .hasMessageContaining("out is 9 x 32; 10 x 32 is needed");
            assertThatThrownBy(() -> tokens.record(rig.stream(), patches, 258, positions, out))
                    .hasMessageContaining("classToken lies at 0x102");
            assertThatThrownBy(() -> tokens.recordNorming(rig.stream(), patches, 256, positions, 256, 260, EPS, out))
                    .hasMessageContaining("beta lies at 0x104");
            AveragePatchesKernel average = new AveragePatchesKernel(rig.library(), ElementType.F16);
            assertThatThrownBy(() -> average.record(rig.stream(), patches, 8, out.firstRows(1)))
                    .hasMessageContaining("the first token is 8 of 8");
            assertThatThrownBy(() -> average.record(rig.stream(), patches, 0, out.firstRows(3)))
                    .hasMessageContaining("rows of in is 8, which is no multiple of 3");
        }
    }

    private static List<ExecutionOptions> modes() {
        return Modes.all();
    }
}
