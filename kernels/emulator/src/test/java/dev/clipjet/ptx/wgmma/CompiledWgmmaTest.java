package dev.clipjet.ptx.wgmma;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import dev.clipjet.ptx.exec.LaunchResult;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The warp-specialised product of {@code wgmma.cu}, as the compiler wrote it: exact and silent in every schedule and mode. */
class CompiledWgmmaTest {
    private static final int TILE = 64;
    private static final int SEEDS = Integer.getInteger("clipjet.seeds", 100);
    private static final int RING = 3 * 2 * TILE * TILE * 2;

    @ParameterizedTest
    // Fewer steps than stages, as many, and rounds that end within the ring.
    @ValueSource(ints = {1, 2, 3, 4, 7})
    void isExactForAnyNumberOfSteps(int steps) {
        product(2, 3, steps, ExecutionOptions.standard());
    }

    @ParameterizedTest
    @EnumSource(Landing.class)
    void isExactInEveryScheduleAndModel(Landing landing) {
        for (long seed = 0; seed < SEEDS / 5; seed++) {
            MmaModel model = MmaModel.values()[(int) (seed % MmaModel.values().length)];
            product(
                    1,
                    1,
                    4,
                    ExecutionOptions.standard()
                            .withLanding(landing)
                            .withSeed(seed)
                            .withMma(model));
        }
    }

    @Test
    void countsEveryProductAndSector() {
        LaunchResult result = product(2, 2, 4, ExecutionOptions.standard());
        int size = 2 * TILE;
        int k = 4 * TILE;
        assertThat(result.counts().groupMacs()).isEqualTo((long) size * size * k);
        assertThat(result.counts().tensorMacs()).isZero();
    }

    /** Multiplies tiles of small integers, and compares. */
    private static LaunchResult product(int tilesM, int tilesN, int steps, ExecutionOptions options) {
        int k = steps * TILE;
        Random random = new Random(31L * tilesM + 7L * tilesN + steps);
        int[][] a = matrix(random, tilesM * TILE, k);
        int[][] b = matrix(random, tilesN * TILE, k);
        try (Rig rig = Rig.of("wgmma.ptx", options)) {
            int count = tilesM * tilesN * TILE * TILE;
            long c = rig.raw(4L * count);
            LaunchShape shape = new LaunchShape(Dim3.of(tilesN, tilesM), Dim3.of(256), RING);
            LaunchResult result = rig.launch("gemm", shape, k, rig.shorts(tiles(a)), rig.shorts(tiles(b)), c);
            assertThat(result.findings()).isEmpty();
            float[] values = rig.readFloats(c, count);
            for (int m = 0; m < a.length; m++) {
                for (int n = 0; n < b.length; n++) {
                    int sum = 0;
                    for (int i = 0; i < k; i++) {
                        sum += a[m][i] * b[n][i];
                    }
                    int tile = m / TILE * tilesN + n / TILE;
                    assertThat(values[(tile * TILE + m % TILE) * TILE + n % TILE])
                            .as("%d, %d under %s", m, n, options)
                            .isEqualTo(sum);
                }
            }
            return result;
        }
    }

    private static int[][] matrix(Random random, int rows, int columns) {
        int[][] matrix = new int[rows][columns];
        for (int[] row : matrix) {
            for (int i = 0; i < columns; i++) {
                row[i] = random.nextInt(9) - 4;
            }
        }
        return matrix;
    }

    /** Tiles of 64 x 64 halves along K, then by rows; in each row, groups of eight are mixed by the row. */
    private static short[] tiles(int[][] matrix) {
        int k = matrix[0].length;
        short[] tiles = new short[matrix.length * k];
        for (int row = 0; row < matrix.length; row++) {
            for (int column = 0; column < k; column++) {
                int tile = row / TILE * (k / TILE) + column / TILE;
                int group = column % TILE / 8 ^ row % 8;
                tiles[(tile * TILE + row % TILE) * TILE + group * 8 + column % 8] = half(matrix[row][column]);
            }
        }
        return tiles;
    }

    private static short half(int value) {
        int magnitude = Math.abs(value);
        if (magnitude == 0) {
            return 0;
        }
        int exponent = 31 - Integer.numberOfLeadingZeros(magnitude);
        return (short) ((value < 0 ? 0x8000 : 0) | exponent + 15 << 10 | (magnitude << 10 - exponent & 0x3ff));
    }
}
