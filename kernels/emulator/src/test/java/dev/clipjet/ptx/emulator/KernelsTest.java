package dev.clipjet.ptx.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiled kernels, under all checks: exact results where integers are summed, in every schedule and mode. */
class KernelsTest {
    private static final short[] HALVES = {0, 0x3c00, 0x4000, (short) 0xbc00, (short) 0xc000};
    private static final int[] VALUES = {0, 1, 2, -1, -2};

    @ParameterizedTest
    @CsvSource({"64, 64, 32", "64, 128, 96", "128, 64, 224"})
    void theProductIsExactInEveryLandingModeModelAndSchedule(int m, int n, int k) {
        for (Landing landing : Landing.values()) {
            for (MmaModel model : MmaModel.values()) {
                for (long seed = 0; seed < 3; seed++) {
                    product(
                            m,
                            n,
                            k,
                            ExecutionOptions.standard()
                                    .withLanding(landing)
                                    .withMma(model)
                                    .withSeed(seed));
                }
            }
        }
    }

    private static void product(int m, int n, int k, ExecutionOptions options) {
        Random random = new Random(m * 31L + n + k);
        int[] a = random.ints((long) m * k, 0, 5).toArray();
        int[] b = random.ints((long) n * k, 0, 5).toArray();
        try (Rig rig = Rig.of("gemm.ptx", options)) {
            long c = rig.raw(4L * m * n);
            rig.launch(
                    "gemm",
                    Dim3.of(n / 64, m / 64),
                    Dim3.of(128),
                    m,
                    n,
                    k,
                    rig.shorts(halves(a)),
                    rig.shorts(halves(b)),
                    c);
            float[] result = rig.readFloats(c, m * n);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    int sum = 0;
                    for (int l = 0; l < k; l++) {
                        sum += VALUES[a[i * k + l]] * VALUES[b[j * k + l]];
                    }
                    assertThat(result[i * n + j])
                            .as("%d, %d under %s", i, j, options)
                            .isEqualTo(sum);
                }
            }
        }
    }

    private static short[] halves(int[] choices) {
        short[] halves = new short[choices.length];
        for (int i = 0; i < halves.length; i++) {
            halves[i] = HALVES[choices[i]];
        }
        return halves;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4})
    void blocksOfACooperativeGridMeetAndAddUp(long seed) {
        int[] x = new Random(3).ints(5000, -1000, 1000).toArray();
        long expected = Arrays.stream(x).asLongStream().sum();
        try (Rig rig = Rig.of("basics.ptx", ExecutionOptions.standard().withSeed(seed))) {
            long total = rig.raw(4);
            LaunchShape shape = new LaunchShape(Dim3.of(12), Dim3.of(96), Dim3.ONE, 0, true);
            rig.launch("gridsum", shape, x.length, rig.ints(x), rig.raw(48), rig.ints(0), total);
            assertThat(rig.readInts(total, 1)[0]).isEqualTo((int) expected);
        }
    }

    @ParameterizedTest
    @EnumSource(ExecutionOptions.Approximations.class)
    void softmaxSumsToOne(ExecutionOptions.Approximations approximations) {
        int rows = 8;
        int columns = 77;
        Random random = new Random(9);
        float[] x = new float[rows * columns];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian() * 3;
        }
        ExecutionOptions options = ExecutionOptions.standard().withApproximations(approximations);
        try (Rig rig = Rig.of("basics.ptx", options)) {
            long y = rig.raw(4L * x.length);
            rig.launch("softmax", Dim3.of(2), Dim3.of(128), columns, rig.floats(x), y);
            float[] result = rig.readFloats(y, x.length);
            for (int r = 0; r < rows; r++) {
                double sum = 0;
                double scale = 0;
                for (int c = 0; c < columns; c++) {
                    scale += Math.exp(x[r * columns + c]);
                }
                for (int c = 0; c < columns; c++) {
                    int at = r * columns + c;
                    assertThat((double) result[at]).isCloseTo(Math.exp(x[at]) / scale, within(2e-6));
                    sum += result[at];
                }
                assertThat(sum).isCloseTo(1, within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4})
    void softmaxOfEqualsIsExact(long seed) {
        int rows = 8;
        int columns = 77;
        float[] x = new float[rows * columns];
        Arrays.fill(x, -200);
        Random random = new Random(seed);
        for (int row = 0; row < rows; row++) {
            // Of so many columns that are equal each gets the same power of two; e^-200 is nothing beside them.
            for (int i = 0; i < 1 << row % 7; ) {
                int at = row * columns + random.nextInt(columns);
                i += x[at] != 3 ? 1 : 0;
                x[at] = 3;
            }
        }
        try (Rig rig = Rig.of("basics.ptx", ExecutionOptions.standard().withSeed(seed))) {
            long y = rig.raw(4L * x.length);
            rig.launch("softmax", Dim3.of(2), Dim3.of(128), columns, rig.floats(x), y);
            float[] result = rig.readFloats(y, x.length);
            for (int i = 0; i < x.length; i++) {
                assertThat(result[i] * (1 << i / columns % 7)).isEqualTo(x[i] == 3 ? 1 : 0);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"basics.ptx", "basics-lineinfo.ptx"})
    void structuresTablesCallsAndSwitchesWork(String file) {
        try (Rig rig = Rig.of(file, ExecutionOptions.standard())) {
            ByteBuffer shape = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
            shape.putInt(50).putInt(70).putFloat(2f);
            float[] matrix = new float[3500];
            for (int i = 0; i < matrix.length; i++) {
                matrix[i] = i;
            }
            long out = rig.raw(14000);
            rig.launch("transpose", Dim3.of(3, 2), Dim3.of(32, 8), shape.array(), rig.floats(matrix), out);
            float[] transposed = rig.readFloats(out, 3500);
            for (int row = 0; row < 50; row++) {
                for (int column = 0; column < 70; column++) {
                    assertThat(transposed[column * 50 + row]).isEqualTo(2f * (row * 70 + column));
                }
            }
            polynomial(rig);
            branches(rig);
        }
    }

    private static void polynomial(Rig rig) {
        float[] table = {1.f, 2.f, 3.5f, 4.25f, -5.f, 6.f, 7.f, 8.f};
        double[] x = new Random(4).doubles(60, -1, 1).toArray();
        long out = rig.raw(480);
        rig.launch("polynomial", Dim3.ONE, Dim3.of(64), 60, rig.doubles(x), out);
        double[] result = rig.readDoubles(out, 60);
        for (int i = 0; i < 60; i++) {
            double sum = 0;
            for (int j = i & 15; j > 0; j--) {
                sum = Math.fma(sum, x[i], 1.0 / j);
            }
            assertThat(result[i]).isCloseTo(sum + table[i & 7] + 7, within(1e-12));
        }
    }

    private static void branches(Rig rig) {
        int[] x = new Random(5).ints(256, -100_000, 100_000).toArray();
        long out = rig.raw(1024);
        rig.launch("branches", Dim3.ONE, Dim3.of(256), rig.ints(x), out);
        int[] result = rig.readInts(out, 256);
        for (int i = 0; i < 256; i++) {
            int v = x[i];
            int expected = switch (v % 9) {
                case 0 -> v * (v & 15) + i;
                case 1 -> Integer.bitCount(v);
                case 2 -> Integer.numberOfLeadingZeros(v);
                case 3 -> v / 3;
                case 4 -> Integer.reverse(v);
                case 5 -> (int) ((long) v * v >> 7);
                case 6 -> v >> 1 ^ v << 3;
                case 7 -> v == 0 ? 0 : Integer.numberOfTrailingZeros(v) + 1;
                default -> -v;
            };
            assertThat(result[i]).as("branches of %d", v).isEqualTo(expected);
        }
    }

    @Test
    void findingsNameTheLineOfTheSource() {
        String ptx = Rig.text("gemm.ptx").replaceFirst("bar\\.sync\\s+0;", "");
        try (Rig rig = new Rig("gemm.ptx", ptx, ExecutionOptions.standard())) {
            long zeros = rig.shorts(new short[64 * 64]);
            assertThatThrownBy(() ->
                            rig.launch("gemm", Dim3.ONE, Dim3.of(128), 64, 64, 64, zeros, zeros, rig.raw(4 * 64 * 64)))
                    .isInstanceOfSatisfying(KernelFindingsException.class, found -> {
                        assertThat(found.findings()).isNotEmpty();
                        assertThat(found.getMessage()).contains("RACE").contains("gemm.cu:");
                    });
        }
    }

    /** Compilers set a flag that only one branch changes to a constant first. */
    @Test
    void predicatesTakeConstants() {
        String ptx = """
                .version 8.0
                .target sm_80
                .address_size 64
                .visible .entry flags(.param .u64 out)
                {
                    .reg .pred %p<3>;
                    .reg .b32 %r<5>;
                    .reg .b64 %rd<4>;
                    ld.param.u64 %rd1, [out];
                    mov.u32 %r1, %tid.x;
                    setp.lt.u32 %p1, %r1, 3;
                    mov.pred %p2, 0;
                    @!%p1 bra DONE;
                    mov.pred %p2, -1;
                DONE:
                    selp.u32 %r2, 1, 0, %p2;
                    mul.wide.u32 %rd2, %r1, 4;
                    add.s64 %rd3, %rd1, %rd2;
                    st.global.u32 [%rd3], %r2;
                    ret;
                }
                """;
        try (Rig rig = new Rig("flags.ptx", ptx, ExecutionOptions.standard())) {
            long out = rig.raw(32);
            rig.launch("flags", Dim3.of(1), Dim3.of(8), out);
            assertThat(rig.readInts(out, 8)).containsExactly(1, 1, 1, 0, 0, 0, 0, 0);
        }
    }
}
