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

/**
 * Matrix instructions of a warp: {@code ldmatrix stmatrix movmatrix} move elements that all differ, {@code mma} multiplies one-hot
 * matrices for every place of A and of B, and small integers, whose products are exact. Where a lane holds which element is
 * written down here from the manual's figures.
 */
class MatrixFormsTest {
    private static final String[] PATTERNS = {
        "ldmatrix sync aligned m8n8 x1,x2,x4 -,trans -,shared,shared::cta b16",
        "stmatrix sync aligned m8n8 x1,x2,x4 -,trans -,shared,shared::cta b16",
        "movmatrix sync aligned m8n8 trans b16",
        "mma sync aligned m16n8k8,m16n8k16 row col f32 f16 f16 f32",
        "mma sync aligned m16n8k8,m16n8k16 row col f16 f16 f16 f16",
        "mma sync aligned m16n8k8,m16n8k16 row col f32 bf16 bf16 f32",
        "mma sync aligned m16n8k4,m16n8k8 row col f32 tf32 tf32 f32",
    };

    /** Names of the forms that are tested here. */
    static List<String> forms() {
        List<String> forms = new ArrayList<>();
        for (String pattern : PATTERNS) {
            forms.addAll(Vectors.expand(pattern));
        }
        return forms;
    }

    static String operands(Form form) {
        int n = form.has("x4") ? 4 : form.has("x2") ? 2 : 1;
        return switch (form.opcode()) {
            case "ldmatrix" -> "{" + Vectors.list("%r", 0, n).replaceAll("[{}]", "") + "}, [%d20]";
            case "stmatrix" -> "[%d20], {" + Vectors.list("%r", 0, n).replaceAll("[{}]", "") + "}";
            case "movmatrix" -> "%r0, %r1";
            default -> {
                Shape shape = Shape.of(form);
                yield braces(0, shape.c) + ", " + braces(4, shape.a) + ", " + braces(8, shape.b) + ", "
                        + braces(12, shape.c);
            }
        };
    }

    private static String braces(int from, int count) {
        return "{" + Vectors.list("%r", from, count).replaceAll("[{}]", "") + "}";
    }

    private record Shape(int k, int a, int b, int c) {
        static Shape of(Form form) {
            int k = form.has("m16n8k16") ? 16 : form.has("m16n8k8") ? 8 : 4;
            boolean tf32 = form.types().size() > 1 && form.types().get(1).equals("tf32");
            return new Shape(
                    k, tf32 ? k / 2 : k / 4, tf32 ? k / 4 : k / 8, form.type().equals("f32") ? 4 : 2);
        }
    }

    @Test
    void matricesMoveElementByElement() {
        for (String name : forms()) {
            Form form = Form.of(name);
            if (!form.opcode().equals("mma")) {
                assertThat(Decoding.accepts(name + " " + operands(form) + ";"))
                        .as(name)
                        .isTrue();
                move(form);
            }
        }
    }

    /** Elements of matrix m, row r, column c have the value 64 m + 8 r + c + 1; shared rows lie 48 bytes apart. */
    private static void move(Form form) {
        boolean load = form.opcode().equals("ldmatrix");
        boolean registers = form.opcode().equals("movmatrix");
        int n = form.has("x4") ? 4 : form.has("x2") ? 2 : 1;
        boolean generic = !form.name().contains("shared");
        int[] fragments = new int[32 * 4];
        for (int lane = 0; lane < 32; lane++) {
            for (int m = 0; m < 4; m++) {
                int at = 64 * m + 8 * (lane / 4) + 2 * (lane % 4) + 1;
                fragments[4 * lane + m] = at | at + 1 << 16;
            }
        }
        String text = Vectors.kernel(
                "",
                2,
                ".shared .align 16 .b8 s[2048];",
                Vectors.address("%d21", 0, 16) + Vectors.address("%d22", 1, 16),
                "ld.global.v4.b32 {%r0, %r1, %r2, %r3}, [%d21];",
                "mov.u64 %d20, s;\nmul.wide.u32 %d23, %r31, 48;\nadd.u64 %d20, %d20, %d23;",
                // Row r of matrix m is written by lane 8 m + r: every lane takes the row from global memory.
                load
                        ? "ld.global.v4.b32 {%r4, %r5, %r6, %r7}, [%d21];\nst.shared.v4.b32 [%d20], {%r4, %r5, %r6, %r7};"
                        : "",
                "bar.sync 0;",
                generic ? "cvta.shared.u64 %d20, %d20;" : "",
                "mov.u32 %r10, 0;",
                form.name() + " " + operands(form) + ";",
                "bar.sync 0;",
                form.opcode().equals("stmatrix")
                        ? (generic ? "cvta.to.shared.u64 %d20, %d20;\n" : "")
                                + (n < 4 ? "setp.ge.u32 %q1, %r31, " + 8 * n + ";\n@%q1 bra DONE;\n" : "")
                                + "ld.shared.v4.b32 {%r0, %r1, %r2, %r3}, [%d20];"
                        : "",
                "st.global.v4.b32 [%d22], {%r0, %r1, %r2, %r3};\nDONE:");
        int[] rows = new int[32 * 4];
        for (int lane = 0; lane < 32; lane++) {
            for (int pair = 0; pair < 4; pair++) {
                int at = 8 * lane + 2 * pair + 1;
                rows[4 * lane + pair] = at | at + 1 << 16;
            }
        }
        try (Rig rig = new Rig(form.name(), text, ExecutionOptions.standard().withWorkers(1))) {
            int[] input = load ? rows : fragments.clone();
            if (registers) {
                for (int lane = 0; lane < 32; lane++) {
                    input[4 * lane + 1] = fragments[4 * lane];
                }
            }
            long out = rig.ints(new int[128]);
            rig.launch("k", Dim3.of(1), Dim3.of(32), rig.ints(input), out);
            int[] results = rig.readInts(out, 128);
            boolean transposed = form.has("trans");
            for (int m = 0; m < n; m++) {
                for (int row = 0; row < 8; row++) {
                    for (int column = 0; column < 8; column++) {
                        int value = 64 * m + 8 * (transposed ? column : row) + (transposed ? row : column) + 1;
                        // In shared memory a row is a lane's 16 bytes; in registers a lane holds two neighbors of a
                        // row.
                        int word = load || registers
                                ? results[4 * (4 * row + column / 2) + m]
                                : results[4 * (8 * m + row) + column / 2];
                        assertThat(word >>> 16 * (column % 2) & 0xffff)
                                .as("%s matrix %d row %d column %d", form.name(), m, row, column)
                                .isEqualTo(value);
                    }
                }
            }
        }
    }

    @Test
    void productsAreThoseOfTheMatrices() {
        for (String name : forms()) {
            Form form = Form.of(name);
            if (form.opcode().equals("mma")) {
                assertThat(Decoding.accepts(name + " " + operands(form) + ";"))
                        .as(name)
                        .isTrue();
                multiply(form);
            }
        }
    }

    private static void multiply(Form form) {
        Shape shape = Shape.of(form);
        int k = shape.k;
        Random random = new Random(form.name().hashCode());
        List<int[][][]> cases = new ArrayList<>();
        for (int i = 0; i < 16 * k; i++) {
            int[][] a = new int[16][k];
            a[i / k][i % k] = 1;
            cases.add(new int[][][] {a, distinct(k, 8), new int[16][8]});
        }
        for (int i = 0; i < 8 * k; i++) {
            int[][] b = new int[k][8];
            b[i / 8][i % 8] = 1;
            cases.add(new int[][][] {distinct(16, k), b, new int[16][8]});
        }
        cases.add(new int[][][] {new int[16][k], new int[k][8], distinct(16, 8)});
        for (int i = 0; i < 8; i++) {
            cases.add(new int[][][] {random(16, k, random), random(k, 8, random), random(16, 8, random)});
        }
        int[] words = new int[cases.size() * 32 * 16];
        for (int n = 0; n < cases.size(); n++) {
            for (int lane = 0; lane < 32; lane++) {
                for (int slot = 0; slot < 12; slot++) {
                    words[(n * 32 + lane) * 16 + slot] = fragment(form, shape, cases.get(n), slot, lane);
                }
            }
        }
        String text = Vectors.kernel(
                "",
                2,
                "mov.u32 %r31, %ctaid.x;\nmov.u32 %r30, %laneid;\nmad.lo.u32 %r31, %r31, 32, %r30;",
                "mul.wide.u32 %d1, %r31, 64;\nld.param.u64 %d2, [p0];\nadd.u64 %d2, %d2, %d1;",
                "mul.wide.u32 %d1, %r31, 16;\nld.param.u64 %d3, [p1];\nadd.u64 %d3, %d3, %d1;",
                "ld.global.v4.b32 {%r4, %r5, %r6, %r7}, [%d2];",
                "ld.global.v4.b32 {%r8, %r9, %r10, %r11}, [%d2+16];",
                "ld.global.v4.b32 {%r12, %r13, %r14, %r15}, [%d2+32];",
                "mov.v4.b32 {%r0, %r1, %r2, %r3}, {0, 0, 0, 0};",
                form.name() + " " + operands(form) + ";",
                "st.global.v4.b32 [%d3], {%r0, %r1, %r2, %r3};");
        try (Rig rig = new Rig(form.name(), text, ExecutionOptions.standard().withWorkers(1))) {
            long out = rig.raw(16L * 32 * cases.size());
            rig.launch("k", Dim3.of(cases.size()), Dim3.of(32), rig.ints(words), out);
            int[] results = rig.readInts(out, 128 * cases.size());
            for (int n = 0; n < cases.size(); n++) {
                check(form, cases.get(n), results, 128 * n, n);
            }
        }
    }

    private static int[][] distinct(int rows, int columns) {
        int[][] matrix = new int[rows][columns];
        for (int i = 0; i < rows * columns; i++) {
            matrix[i / columns][i % columns] = i + 1;
        }
        return matrix;
    }

    private static int[][] random(int rows, int columns, Random random) {
        int[][] matrix = new int[rows][columns];
        for (int i = 0; i < rows * columns; i++) {
            matrix[i / columns][i % columns] = random.nextInt(17) - 8;
        }
        return matrix;
    }

    /** The word of a lane: slots 0 to 3 are A, 4 to 7 B, 8 to 11 C; slots beyond a shape's registers are not used. */
    private static int fragment(Form form, Shape shape, int[][][] matrices, int slot, int lane) {
        String type = slot < 8 ? form.types().get(1) : form.type();
        int[][] matrix = matrices[slot / 4];
        int register = slot % 4;
        int group = lane / 4;
        int within = lane % 4;
        if (register >= (slot < 4 ? shape.a : slot < 8 ? shape.b : shape.c)) {
            return 0;
        }
        if (slot >= 8) {
            return type.equals("f32")
                    ? Float.floatToRawIntBits(matrix[group + 8 * (register / 2)][2 * within + register % 2])
                    : pair(
                            Format.F16,
                            matrix[group + 8 * register][2 * within],
                            matrix[group + 8 * register][2 * within + 1]);
        }
        if (type.equals("tf32")) {
            int value = slot < 4
                    ? matrix[group + 8 * (register % 2)][within + 4 * (register / 2)]
                    : matrix[within + 4 * register][group];
            return Float.floatToRawIntBits(value);
        }
        Format format = Format.of(type);
        if (slot < 4) {
            int row = group + 8 * (register % 2);
            int column = 2 * within + 8 * (register / 2);
            return pair(format, matrix[row][column], matrix[row][column + 1]);
        }
        int row = 2 * within + 8 * register;
        return pair(format, matrix[row][group], matrix[row + 1][group]);
    }

    private static int pair(Format format, int low, int high) {
        return (int) (bits(format, low) | bits(format, high) << 16);
    }

    private static long bits(Format format, int value) {
        return format.round(Exact.of(BigInteger.valueOf(value)), Format.Mode.NEAREST, false);
    }

    private static void check(Form form, int[][][] matrices, int[] results, int at, int n) {
        for (int row = 0; row < 16; row++) {
            for (int column = 0; column < 8; column++) {
                int sum = matrices[2][row][column];
                for (int i = 0; i < matrices[1].length; i++) {
                    sum += matrices[0][row][i] * matrices[1][i][column];
                }
                int lane = 4 * (row % 8) + column / 2;
                boolean single = form.type().equals("f32");
                int word = results[at + 4 * lane + (single ? 2 * (row / 8) + column % 2 : row / 8)];
                Format format = single ? Format.F32 : Format.F16;
                long result = single ? word & 0xffff_ffffL : word >>> 16 * (column % 2) & 0xffff;
                assertThat(result)
                        .as("%s case %d row %d column %d", form.name(), n, row, column)
                        .isEqualTo(bits(format, sum));
            }
        }
    }
}
