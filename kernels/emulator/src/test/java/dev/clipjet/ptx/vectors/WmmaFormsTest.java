package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * {@code wmma}: matrices of small integers, loaded, multiplied and stored, are the product that a plain loop gives. Fragments are
 * opaque, so only whole programs say what they hold.
 */
class WmmaFormsTest {
    private static final String SHAPES = "m16n16k16,m32n8k16,m8n32k16";
    private static final String[] SPACES = {"", ".global", ".shared", ".shared::cta"};

    private static final String[] MOVES = {
        "wmma load a,b sync aligned row,col " + SHAPES + " -,global,shared,shared::cta f16,bf16,s8,u8",
        "wmma load a,b sync aligned row,col m16n16k8 -,global,shared,shared::cta tf32",
        "wmma load a,b sync aligned row,col m8n8k4 -,global,shared,shared::cta f64",
        "wmma load c sync aligned row,col " + SHAPES + " -,global,shared,shared::cta f16,f32,s32",
        "wmma load c sync aligned row,col m16n16k8 -,global,shared,shared::cta f32",
        "wmma load c sync aligned row,col m8n8k4 -,global,shared,shared::cta f64",
        "wmma store d sync aligned row,col " + SHAPES + " -,global,shared,shared::cta f16,f32,s32",
        "wmma store d sync aligned row,col m16n16k8 -,global,shared,shared::cta f32",
        "wmma store d sync aligned row,col m8n8k4 -,global,shared,shared::cta f64",
    };
    private static final String[] PRODUCTS = {
        "wmma mma sync aligned row,col row,col " + SHAPES + " f16,f32 f16,f32",
        "wmma mma sync aligned row,col row,col " + SHAPES + " f32 bf16 bf16 f32",
        "wmma mma sync aligned row,col row,col " + SHAPES + " s32 s8 s8 s32 -,satfinite",
        "wmma mma sync aligned row,col row,col " + SHAPES + " s32 u8 u8 s32 -,satfinite",
        "wmma mma sync aligned row,col row,col m16n16k8 f32 tf32 tf32 f32",
        "wmma mma sync aligned row,col row,col m8n8k4 f64 f64 f64 f64 -,rn",
    };

    /** Names of the forms that are tested here. */
    static List<String> forms() {
        List<String> forms = new ArrayList<>();
        for (String[] patterns : new String[][] {MOVES, PRODUCTS}) {
            for (String pattern : patterns) {
                forms.addAll(Vectors.expand(pattern));
            }
        }
        return forms;
    }

    /** Operands that may fit a form. */
    static List<String> choices(Form form) {
        List<String> choices = new ArrayList<>();
        if (form.has("mma")) {
            int[][] counts = {
                {4, 8, 8, 4},
                {4, 8, 8, 8},
                {8, 8, 8, 4},
                {8, 8, 8, 8},
                {8, 4, 4, 8},
                {8, 8, 2, 8},
                {8, 2, 8, 8},
                {8, 2, 2, 8},
                {8, 4, 1, 8},
                {8, 1, 4, 8},
            };
            for (int[] n : counts) {
                choices.add(list("%r", 0, n[0]) + ", " + list("%r", 8, n[1]) + ", " + list("%r", 16, n[2]) + ", "
                        + list("%r", 24, n[3]));
            }
            choices.add("{%d0, %d1}, {%d2}, {%d3}, {%d4, %d5}");
            return choices;
        }
        for (String registers : List.of(
                "{%d0}", "{%d0, %d1}", list("%r", 0, 1), list("%r", 0, 2), list("%r", 0, 4), list("%r", 0, 8))) {
            choices.add(form.has("store") ? "[%d20], " + registers + ", %r30" : registers + ", [%d20], %r30");
            choices.add(form.has("store") ? "[%d20], " + registers : registers + ", [%d20]");
        }
        return choices;
    }

    private static String list(String prefix, int from, int count) {
        return "{" + Vectors.list(prefix, from, count).replaceAll("[{}]", "") + "}";
    }

    /** One matrix in memory: {@code rows} times {@code columns}, by rows or by columns, with elements between its lines. */
    private record Layout(int rows, int columns, boolean byRows, int gap) {
        int leading() {
            return (byRows ? columns : rows) + gap;
        }

        int index(int row, int column) {
            return byRows ? row * leading() + column : column * leading() + row;
        }

        int size() {
            return (byRows ? rows : columns) * leading();
        }
    }

    @Test
    void productsAreThoseOfAPlainLoop() {
        int tested = 0;
        for (String pattern : PRODUCTS) {
            for (String name : Vectors.expand(pattern)) {
                for (int choice = 0; choice < 16; choice++) {
                    check(Form.of(name), SPACES[choice & 3], (choice & 4) != 0, (choice & 8) != 0);
                    tested++;
                }
            }
        }
        assertThat(tested).isGreaterThan(1500);
    }

    private static int[] shape(String name) {
        String[] numbers =
                name.replaceAll(".*\\.m(\\d+)n(\\d+)k(\\d+)\\..*", "$1 $2 $3").split(" ");
        return new int[] {Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), Integer.parseInt(numbers[2])};
    }

    private static void check(Form form, String space, boolean rowsC, boolean gaps) {
        String name = form.name();
        int[] shape = shape(name);
        boolean halves = form.types().size() == 2;
        String typeA = halves ? "f16" : form.types().get(1);
        String typeC = halves ? form.types().get(1) : form.types().get(3);
        String typeD = form.types().get(0);
        String layouts = name.replaceAll(".*aligned\\.(row|col)\\.(row|col)\\..*", "$1 $2");
        int gap = gaps ? 16 : 0;
        Layout a = new Layout(shape[0], shape[2], layouts.startsWith("row"), gap);
        Layout b = new Layout(shape[2], shape[1], layouts.endsWith("row"), gap);
        Layout c = new Layout(shape[0], shape[1], rowsC, gap);
        Layout d = new Layout(shape[0], shape[1], !rowsC, gap);
        Random random = new Random(name.hashCode());
        int least = typeA.equals("u8") ? 0 : -6;
        int[] x = random.ints(a.size(), least, 7).toArray();
        int[] y = random.ints(b.size(), least, 7).toArray();
        int[] z = random.ints(c.size(), -40, 40).toArray();
        if (form.has("satfinite")) {
            for (int i = 0; i < z.length; i++) {
                z[i] += Integer.MAX_VALUE - 40;
            }
        }
        String shapeName = "m" + shape[0] + "n" + shape[1] + "k" + shape[2];
        boolean shared = space.startsWith(".shared");
        String text = Vectors.kernel(
                "",
                4,
                ".shared .align 32 .b8 sa[4096];\n.shared .align 32 .b8 sb[4096];\n.shared .align 32 .b8 sc[8192];",
                ".shared .align 32 .b8 sd[8192];\n.reg .b32 %a<8>, %b<8>, %c<8>, %e<8>;\n.reg .b64 %la<2>, %lb<2>, %lc<2>, %le<2>;",
                "mov.u32 %r1, %tid.x;",
                place("%d10", 0, "sa", bytes(typeA) * a.size(), shared, true),
                place("%d11", 1, "sb", bytes(typeA) * b.size(), shared, true),
                place("%d12", 2, "sc", bytes(typeC) * c.size(), shared, true),
                place("%d13", 3, "sd", 0, shared, false),
                "bar.sync 0;\nmov.u32 %r10, " + a.leading() + ";\nmov.u32 %r11, " + b.leading() + ";",
                "mov.u32 %r12, " + c.leading() + ";\nmov.u32 %r13, " + d.leading() + ";",
                load("a", a, shapeName, space, typeA, registers("a", typeA, a, 'a'), "%d10", gaps ? "%r10" : null),
                load("b", b, shapeName, space, typeA, registers("b", typeA, b, 'b'), "%d11", gaps ? "%r11" : null),
                load("c", c, shapeName, space, typeC, registers("c", typeC, c, 'c'), "%d12", gaps ? "%r12" : null),
                name + " " + registers("e", typeD, d, 'd') + ", " + registers("a", typeA, a, 'a') + ", "
                        + registers("b", typeA, b, 'b') + ", " + registers("c", typeC, c, 'c') + ";",
                "wmma.store.d.sync.aligned." + (d.byRows ? "row." : "col.") + shapeName + space + "." + typeD
                        + " [%d13], " + registers("e", typeD, d, 'd') + (gaps ? ", %r13;" : ";"),
                !shared ? "" : "bar.sync 0;\nmov.u64 %d10, %d13;" + copyBack(d, gaps, bytes(typeD)));
        try (Rig rig = new Rig(name, text, ExecutionOptions.standard().withWorkers(1))) {
            int size = bytes(typeD) * d.size();
            long out = rig.bytes(new byte[size]);
            rig.launch(
                    "k",
                    Dim3.of(1),
                    Dim3.of(32),
                    rig.bytes(encoded(typeA, x)),
                    rig.bytes(encoded(typeA, y)),
                    rig.bytes(encoded(typeC, z)),
                    out);
            byte[] stored = new byte[size];
            rig.read(out, size).get(stored);
            for (int row = 0; row < shape[0]; row++) {
                for (int column = 0; column < shape[1]; column++) {
                    long sum = z[c.index(row, column)];
                    for (int i = 0; i < shape[2]; i++) {
                        sum += (long) x[a.index(row, i)] * y[b.index(i, column)];
                    }
                    if (form.has("satfinite")) {
                        sum = Math.min(Integer.MAX_VALUE, sum);
                    }
                    byte[] expected = encoded(typeD, new int[] {(int) sum});
                    int at = bytes(typeD) * d.index(row, column);
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(stored[at + i])
                                .as("%s in %s, row %d, column %d", name, space, row, column)
                                .isEqualTo(expected[i]);
                    }
                }
            }
        }
    }

    private static int bytes(String type) {
        return switch (type) {
            case "f64" -> 8;
            case "f32", "s32", "tf32" -> 4;
            case "f16", "bf16" -> 2;
            default -> 1;
        };
    }

    private static String registers(String prefix, String type, Layout layout, char matrix) {
        if (type.equals("f64")) {
            return "{" + (matrix == 'a' || matrix == 'b' ? "%l" + prefix + "0" : "%l" + prefix + "0, %l" + prefix + "1")
                    + "}";
        }
        boolean first = type.equals("f16") && (matrix == 'a' || matrix == 'b');
        int count = first ? 8 : layout.rows * layout.columns * bytes(type) / 128;
        return list("%" + prefix, 0, count);
    }

    private static String load(
            String matrix,
            Layout layout,
            String shape,
            String space,
            String type,
            String registers,
            String at,
            String stride) {
        return "wmma.load." + matrix + ".sync.aligned." + (layout.byRows ? "row." : "col.") + shape + space + "." + type
                + " " + registers + ", [" + at + "]" + (stride == null ? ";" : ", " + stride + ";");
    }

    /** Address of a matrix: an argument, or shared memory into which warps copy it word by word. */
    private static String place(String register, int parameter, String array, int bytes, boolean shared, boolean copy) {
        String argument = "ld.param.u64 " + register + ", [p" + parameter + "];\n";
        if (!shared) {
            return argument;
        }
        StringBuilder text = new StringBuilder(argument + "mov.u64 %d14, " + array + ";\n");
        text.append("mul.wide.u32 %d15, %r1, 4;\nadd.u64 %d16, ")
                .append(register)
                .append(", %d15;\nadd.u64 %d17, %d14, %d15;\n");
        for (int at = 0; copy && at < bytes; at += 128) {
            text.append("ld.global.u32 %r2, [%d16+")
                    .append(at)
                    .append("];\nst.shared.u32 [%d17+")
                    .append(at)
                    .append("], %r2;\n");
        }
        return text + (copy ? "" : "mov.u64 %d18, " + register + ";\n") + "mov.u64 " + register + ", %d14;\n";
    }

    /** From shared to global memory, only what a matrix with gaps has. */
    private static String copyBack(Layout d, boolean gaps, int bytes) {
        StringBuilder text = new StringBuilder();
        int line = (d.byRows ? d.columns : d.rows) * bytes;
        int lines = d.byRows ? d.rows : d.columns;
        for (int i = 0; i < lines; i++) {
            for (int at = 0; at < line; at += 128) {
                int words = Math.min(32, (line - at) / 4);
                text.append("\nsetp.lt.u32 %q1, %r1, ")
                        .append(words)
                        .append(";\nmul.wide.u32 %d15, %r1, 4;\nadd.u64 %d16, %d18, %d15;\n");
                text.append("add.u64 %d17, %d13, %d15;\n");
                int from = i * d.leading() * bytes + at;
                text.append("@%q1 ld.shared.u32 %r2, [%d17+").append(from).append("];\n");
                text.append("@%q1 st.global.u32 [%d16+").append(from).append("], %r2;\n");
            }
        }
        return text.toString();
    }

    /** Small integers in a format; halves of them are exact. */
    private static byte[] encoded(String type, int[] values) {
        ByteBuffer buffer =
                ByteBuffer.allocate(values.length * bytes(type) + 127 & -128).order(ByteOrder.LITTLE_ENDIAN);
        if (values.length == 1) {
            buffer = ByteBuffer.allocate(bytes(type)).order(ByteOrder.LITTLE_ENDIAN);
        }
        for (int value : values) {
            switch (type) {
                case "f64" -> buffer.putDouble(value);
                case "f32", "tf32" -> buffer.putFloat(value);
                case "s32" -> buffer.putInt(value);
                case "bf16" -> buffer.putShort((short) (Float.floatToIntBits(value) >>> 16));
                case "f16" -> buffer.putShort(half(value));
                default -> buffer.put((byte) value);
            }
        }
        return buffer.array();
    }

    private static short half(int value) {
        if (value == 0) {
            return 0;
        }
        int magnitude = Math.abs(value);
        int exponent = 31 - Integer.numberOfLeadingZeros(magnitude);
        int fraction = (magnitude << 10 - exponent) & 0x3ff;
        return (short) ((value < 0 ? 0x8000 : 0) | exponent + 15 << 10 | fraction);
    }
}
