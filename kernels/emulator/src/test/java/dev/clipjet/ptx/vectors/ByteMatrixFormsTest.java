package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@code mma} of bytes and of doubles. Where a lane holds which element is written down here from the manual's figures. */
class ByteMatrixFormsTest {
    private static final String BYTES =
            "mma sync aligned m8n8k16,m16n8k16,m16n8k32 row col -,satfinite s32 s8,u8 s8,u8 s32";
    private static final String DOUBLES = "mma sync aligned m8n8k4 row col -,rn f64 f64 f64 f64";

    /** Names of the forms that are tested here. */
    static List<String> forms() {
        List<String> forms = new ArrayList<>(Vectors.expand(BYTES));
        forms.addAll(Vectors.expand(DOUBLES));
        return forms;
    }

    @Test
    void productsOfBytesAreExact() {
        for (String name : Vectors.expand(BYTES)) {
            Form form = Form.of(name);
            int m = name.contains("m16") ? 16 : 8;
            int k = name.contains("k32") ? 32 : 16;
            Random random = new Random(name.hashCode());
            for (int kind = 0; kind < 4; kind++) {
                int[][] a = new int[m][k];
                int[][] b = new int[k][8];
                int[][] c = new int[m][8];
                for (int[] row : a) {
                    for (int i = 0; i < k; i++) {
                        row[i] = kind == 0 ? 0x80 : kind == 1 ? 0xff : random.nextInt(256);
                    }
                }
                for (int[] row : b) {
                    for (int i = 0; i < 8; i++) {
                        row[i] = kind == 0 ? 0x80 : kind == 1 ? 0x7f : random.nextInt(256);
                    }
                }
                for (int[] row : c) {
                    for (int i = 0; i < 8; i++) {
                        row[i] = kind == 0 ? Integer.MAX_VALUE : kind == 1 ? Integer.MIN_VALUE : random.nextInt();
                    }
                }
                assertThat(run(form, m, k, a, b, c)).as(name).isDeepEqualTo(expected(form, m, k, a, b, c));
            }
        }
    }

    private static int[][] expected(Form form, int m, int k, int[][] a, int[][] b, int[][] c) {
        int[][] d = new int[m][8];
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < 8; column++) {
                BigInteger sum = BigInteger.valueOf(c[row][column]);
                for (int i = 0; i < k; i++) {
                    sum = sum.add(number(form.types().get(1), a[row][i])
                            .multiply(number(form.types().get(2), b[i][column])));
                }
                if (form.has("satfinite")) {
                    sum = sum.max(BigInteger.valueOf(Integer.MIN_VALUE)).min(BigInteger.valueOf(Integer.MAX_VALUE));
                }
                d[row][column] = sum.intValue();
            }
        }
        return d;
    }

    private static BigInteger number(String type, int bits) {
        return BigInteger.valueOf(type.equals("s8") && bits > 127 ? bits - 256 : bits);
    }

    private static int[][] run(Form form, int m, int k, int[][] a, int[][] b, int[][] c) {
        int[] words = new int[32 * 16];
        for (int lane = 0; lane < 32; lane++) {
            int group = lane / 4;
            int inGroup = lane % 4;
            // Elements a0 a1 ... in the order of the manual: four to a register.
            for (int i = 0; i < m * k / 32; i++) {
                int row = m == 8 ? group : i % 8 < 4 ? group : group + 8;
                int column = inGroup * 4 + (i & 3) + (i < 8 ? 0 : 16);
                words[16 * lane + i / 4] |= a[row][column] << 8 * (i % 4);
            }
            for (int i = 0; i < k / 4; i++) {
                int row = inGroup * 4 + (i & 3) + (i < 4 ? 0 : 16);
                words[16 * lane + 4 + i / 4] |= b[row][group] << 8 * (i % 4);
            }
            for (int i = 0; i < m / 4; i++) {
                words[16 * lane + 8 + i] = c[i < 2 ? group : group + 8][inGroup * 2 + (i & 1)];
            }
        }
        String text = Vectors.kernel(
                "",
                2,
                Vectors.address("%d20", 0, 64) + Vectors.address("%d21", 1, 16),
                "ld.global.v4.u32 {%r0, %r1, %r2, %r3}, [%d20];\nld.global.v2.u32 {%r4, %r5}, [%d20+16];",
                "ld.global.v4.u32 {%r8, %r9, %r10, %r11}, [%d20+32];\nmov.u32 %r14, 0;\nmov.u32 %r15, 0;",
                form.name() + " " + list(12, m / 4) + ", " + list(0, m * k / 128) + ", " + list(4, k / 16) + ", "
                        + list(8, m / 4) + ";",
                "st.global.v4.u32 [%d21], {%r12, %r13, %r14, %r15};");
        int[][] d = new int[m][8];
        try (Rig rig = new Rig(form.name(), text, ExecutionOptions.standard())) {
            long out = rig.raw(512);
            rig.launch("k", Dim3.of(1), Dim3.of(32), rig.ints(words), out);
            int[] results = rig.readInts(out, 128);
            for (int lane = 0; lane < 32; lane++) {
                for (int i = 0; i < m / 4; i++) {
                    d[i < 2 ? lane / 4 : lane / 4 + 8][lane % 4 * 2 + (i & 1)] = results[4 * lane + i];
                }
            }
        }
        return d;
    }

    private static String list(int from, int count) {
        return "{" + Vectors.list("%r", from, count).replaceAll("[{}]", "") + "}";
    }

    /** Factors of few bits, whose sums are exact in every order. */
    @Test
    void productsOfDoublesAreThoseOfTheirMatrices() {
        for (String name : Vectors.expand(DOUBLES)) {
            Random random = new Random(7);
            double[] a = random.ints(32, -1000, 1000).mapToDouble(i -> i / 8.0).toArray();
            double[] b = random.ints(32, -1000, 1000).mapToDouble(i -> i / 16.0).toArray();
            double[] c =
                    random.ints(64, -100000, 100000).mapToDouble(i -> i / 4.0).toArray();
            String text = Vectors.kernel(
                    "",
                    4,
                    Vectors.address("%d10", 0, 8) + Vectors.address("%d11", 1, 8) + Vectors.address("%d12", 2, 16),
                    Vectors.address("%d13", 3, 16),
                    "ld.global.f64 %d1, [%d10];\nld.global.f64 %d2, [%d11];\nld.global.v2.f64 {%d3, %d4}, [%d12];",
                    name + " {%d5, %d6}, {%d1}, {%d2}, {%d3, %d4};\nst.global.v2.f64 [%d13], {%d5, %d6};");
            try (Rig rig = new Rig(name, text, ExecutionOptions.standard())) {
                long out = rig.raw(512);
                // A is row-major and B column-major by lanes; C and D have two neighbors of a row in each lane.
                rig.launch("k", Dim3.of(1), Dim3.of(32), rig.doubles(a), rig.doubles(b), rig.doubles(c), out);
                double[] expected = new double[64];
                for (int i = 0; i < 64; i++) {
                    expected[i] = c[i];
                    for (int j = 0; j < 4; j++) {
                        expected[i] += a[i / 8 * 4 + j] * b[i % 8 * 4 + j];
                    }
                }
                assertThat(rig.readDoubles(out, 64)).as(name).isEqualTo(expected);
            }
        }
    }
}
