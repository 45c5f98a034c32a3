package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Registers that hold several small values: comparisons of halves, integers of 16 bits, differences of bytes, floats of a byte. */
class PackedValuesFormsTest {
    private static final String COMPARISONS = "eq,ne,lt,le,gt,ge,equ,neu,ltu,leu,gtu,geu,num,nan";
    private static final String[] SETS = {
        "set " + COMPARISONS + " -,and,or,xor -,ftz f16 f16",
        "set " + COMPARISONS + " -,and,or,xor bf16 bf16",
        "set " + COMPARISONS + " -,and,or,xor -,ftz f16x2,u32,s32 f16x2",
        "set " + COMPARISONS + " -,and,or,xor bf16x2,u32,s32 bf16x2",
    };
    private static final String[] INTEGERS = {
        "add u16x2,s16x2", "min,max u16x2", "min,max -,relu s16x2", "min,max relu s32",
    };
    private static final String DIFFERENCES = "vabsdiff4 u32 u32 u32 -,add";
    private static final String[] FLOATS = {
        "cvt rn satfinite -,relu e4m3x2,e5m2x2 f32,f16x2", "cvt rn -,relu f16x2 e4m3x2,e5m2x2",
    };

    private static List<String> expand(String... patterns) {
        List<String> forms = new ArrayList<>();
        for (String pattern : patterns) {
            String rest = pattern.substring(pattern.indexOf(' '));
            for (String opcode : pattern.substring(0, pattern.indexOf(' ')).split(",")) {
                forms.addAll(Vectors.expand(opcode + rest));
            }
        }
        return forms;
    }

    /** Names of the forms that are tested here. */
    static List<String> forms() {
        List<String> forms = new ArrayList<>();
        for (String pattern : SETS) {
            forms.addAll(setForms(pattern));
        }
        forms.addAll(expand(INTEGERS));
        forms.addAll(expand(DIFFERENCES));
        forms.addAll(expand(FLOATS));
        return forms;
    }

    /** Types of a form stand in the order in which they are written, also where both are the same. */
    private static List<String> setForms(String pattern) {
        return Vectors.expand(pattern).stream()
                .filter(name -> !name.matches(".*\\.(f16x2|bf16x2)\\.(u32|s32)$"))
                .toList();
    }

    /** Runs a form on triples of words; the third is a predicate as well. */
    private static int[] run(String name, String operands, int[][] cases) {
        String text = Vectors.kernel(
                "",
                2,
                "mov.u32 %r31, %tid.x;\nmov.u32 %r30, %ctaid.x;\nmad.lo.u32 %r31, %r30, 128, %r31;",
                "mul.wide.u32 %d21, %r31, 16;\nld.param.u64 %d20, [p0];\nadd.u64 %d20, %d20, %d21;",
                "mul.wide.u32 %d21, %r31, 4;\nld.param.u64 %d22, [p1];\nadd.u64 %d22, %d22, %d21;",
                "ld.global.v4.b32 {%r1, %r2, %r3, %r4}, [%d20];\nsetp.ne.u32 %q3, %r3, 0;\nmov.b32 %r0, -1;",
                "mov.b32 {%h1, %h4}, %r1;\nmov.b32 {%h2, %h5}, %r2;\nmov.b16 %h0, -1;",
                name + " " + operands + ";",
                operands.startsWith("%h0") ? "cvt.u32.u16 %r0, %h0;" : "",
                "st.global.u32 [%d22], %r0;");
        int n = cases.length + 127 & -128;
        int[] words = new int[4 * n];
        for (int i = 0; i < cases.length; i++) {
            System.arraycopy(cases[i], 0, words, 4 * i, 3);
        }
        try (Rig rig = new Rig(name, text, ExecutionOptions.standard().withWorkers(1))) {
            long out = rig.raw(4L * n);
            rig.launch("k", Dim3.of(n / 128), Dim3.of(128), rig.ints(words), out);
            return rig.readInts(out, cases.length);
        }
    }

    @Test
    void setsWriteOneForEveryHalfThatFits() {
        for (String pattern : SETS) {
            for (String name : setForms(pattern)) {
                String to = name.substring(0, name.lastIndexOf('.')).replaceAll(".*\\.", "");
                String from = name.substring(name.lastIndexOf('.') + 1);
                boolean packed = from.endsWith("x2");
                boolean combined = name.matches(".*\\.(and|or|xor)\\..*");
                String head = name.substring(0, name.length() - to.length() - from.length() - 2);
                Form half = Form.of(head.replace("set", "setp") + "." + from.replace("x2", ""));
                long[][] x = Operands.of(half);
                int[][] cases = new int[Math.min(512, x[0].length / 2)][];
                for (int i = 0; i < cases.length; i++) {
                    cases[i] = new int[] {
                        (int) (x[0][2 * i] | x[0][2 * i + 1] << 16),
                        (int) (x[1][2 * i] | x[1][2 * i + 1] << 16),
                        combined ? (int) x[2][2 * i] & 1 : 0
                    };
                }
                String r = packed ? "%r" : "%h";
                String operands = (to.contains("16") && !packed ? "%h" : "%r") + "0, " + r + "1, " + r + "2"
                        + (combined ? ", %q3" : "");
                int[] results = run(name, operands, cases);
                int one = to.startsWith("bf16") ? 0x3f80 : to.startsWith("f16") ? 0x3c00 : 0xffff;
                for (int i = 0; i < cases.length; i++) {
                    int expected = one * holds(half, cases[i], 0);
                    if (packed) {
                        expected |= one * holds(half, cases[i], 16) << 16;
                    }
                    assertThat(results[i])
                            .as("%s of %x %x %d", name, cases[i][0], cases[i][1], cases[i][2])
                            .isEqualTo(expected);
                }
            }
        }
    }

    private static int holds(Form half, int[] x, int shift) {
        BigInteger result =
                CompareOracle.result(half, new long[] {x[0] >>> shift & 0xffff, x[1] >>> shift & 0xffff, x[2]});
        return result.intValue() & 1;
    }

    private static int[][] words() {
        int[] edges = {0, 1, 0xffff, 0x7fff, 0x8000, 0x80ff7f01, 0x7f80ff00, -1, 0x00018000, 0xffff0001};
        int[][] cases = new int[1024][];
        Random random = new Random(11);
        for (int i = 0; i < cases.length; i++) {
            int x = i < 100 ? edges[i / 10] : random.nextInt();
            int y = i < 100 ? edges[i % 10] : random.nextInt();
            cases[i] = new int[] {x, y, random.nextInt()};
        }
        return cases;
    }

    @Test
    void integersOfSixteenBitsDoNotReachIntoEachOther() {
        int[][] cases = words();
        for (String name : expand(INTEGERS)) {
            int[] results = run(name, "%r0, %r1, %r2", cases);
            int bits = name.contains("x2") ? 16 : 32;
            for (int i = 0; i < cases.length; i++) {
                long expected = 0;
                for (int at = 0; at < 32; at += bits) {
                    long x = part(cases[i][0], at, bits, name.contains(".s"));
                    long y = part(cases[i][1], at, bits, name.contains(".s"));
                    long value =
                            name.startsWith("add") ? x + y : name.startsWith("min") ? Math.min(x, y) : Math.max(x, y);
                    value = name.contains("relu") ? Math.max(0, value) : value;
                    expected |= (value & (1L << bits) - 1) << at;
                }
                assertThat(results[i])
                        .as("%s of %x %x", name, cases[i][0], cases[i][1])
                        .isEqualTo((int) expected);
            }
        }
    }

    private static long part(int word, int at, int bits, boolean signed) {
        long value = (word & 0xffff_ffffL) >>> at & (1L << bits) - 1;
        return signed && value >>> bits - 1 != 0 ? value - (1L << bits) : value;
    }

    @Test
    void differencesOfBytesAreAbsolute() {
        int[][] cases = words();
        for (String name : expand(DIFFERENCES)) {
            int[] results = run(name, "%r0, %r1, %r2, %r3", cases);
            for (int i = 0; i < cases.length; i++) {
                long bytes = 0;
                long sum = cases[i][2];
                for (int at = 0; at < 32; at += 8) {
                    long difference = Math.abs(part(cases[i][0], at, 8, false) - part(cases[i][1], at, 8, false));
                    bytes |= difference << at;
                    sum += difference;
                }
                assertThat(results[i])
                        .as("%s of %x %x", name, cases[i][0], cases[i][1])
                        .isEqualTo((int) (name.endsWith("add") ? sum : bytes));
            }
        }
    }

    /** What a byte means, by the definition of its format: sign, exponent, fraction; NaN for none. */
    private static double meaning(int bits, boolean e4m3) {
        int fractionBits = e4m3 ? 3 : 2;
        int exponent = (bits & 0x7f) >> fractionBits;
        int fraction = bits & (1 << fractionBits) - 1;
        double sign = bits > 127 ? -1 : 1;
        if (e4m3 && (bits & 0x7f) == 0x7f || !e4m3 && exponent == 31 && fraction != 0) {
            return Double.NaN;
        }
        if (!e4m3 && exponent == 31) {
            return sign * Double.POSITIVE_INFINITY;
        }
        int bias = e4m3 ? 7 : 15;
        double one = 1 << fractionBits;
        return sign
                * (exponent == 0
                        ? fraction / one * Math.pow(2, 1 - bias)
                        : (1 + fraction / one) * Math.pow(2, exponent - bias));
    }

    /** The nearest of all finite numbers; of two, the one whose last bit is zero; the sign of zero is kept. */
    private static int nearest(double value, boolean e4m3) {
        if (Double.isNaN(value)) {
            return 0x7f;
        }
        boolean negative = Double.doubleToRawLongBits(value) < 0;
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        double magnitude = Math.min(Math.abs(value), 1e6);
        for (int bits = 0; bits < 128; bits++) {
            double distance = Math.abs(meaning(bits, e4m3) - magnitude);
            if (distance < least || distance == least && (bits & 1) == 0) {
                least = distance;
                best = bits;
            }
        }
        return negative ? best | 0x80 : best;
    }

    @Test
    void floatsOfAByteRoundToTheNearest() {
        for (String name : expand(FLOATS)) {
            boolean e4m3 = name.contains("e4m3");
            boolean relu = name.contains("relu");
            if (name.endsWith("m3x2") || name.endsWith("m2x2")) {
                int[][] cases = IntStream.range(0, 65536)
                        .mapToObj(i -> new int[] {i, 0, 0})
                        .toArray(int[][]::new);
                int[] results = run(name, "%r0, %h1", cases);
                for (int i = 0; i < cases.length; i++) {
                    int expected = half(meaning(i & 0xff, e4m3), relu) | half(meaning(i >> 8, e4m3), relu) << 16;
                    assertThat(results[i]).as("%s of %x", name, i).isEqualTo(expected);
                }
                continue;
            }
            boolean halves = name.endsWith("f16x2");
            Random random = new Random(5);
            int[][] cases = new int[halves ? 65536 : 20000][];
            for (int i = 0; i < cases.length; i++) {
                int other = random.nextInt(65536);
                cases[i] = halves
                        ? new int[] {i | other << 16, 0, 0}
                        : new int[] {single(random, i, e4m3), single(random, random.nextInt(20000), e4m3), 0};
            }
            int[] results = run(name, halves ? "%h0, %r1" : "%h0, %r1, %r2", cases);
            for (int i = 0; i < cases.length; i++) {
                double upper = halves ? value(cases[i][0] >>> 16) : Float.intBitsToFloat(cases[i][0]);
                double lower = halves ? value(cases[i][0] & 0xffff) : Float.intBitsToFloat(cases[i][1]);
                int expected = byteOf(lower, e4m3, relu) | byteOf(upper, e4m3, relu) << 8;
                assertThat(results[i]).as("%s of %s and %s", name, upper, lower).isEqualTo(expected);
            }
        }
    }

    private static int byteOf(double value, boolean e4m3, boolean relu) {
        return relu && value <= 0 ? 0 : nearest(value, e4m3);
    }

    /** Numbers of the format, numbers halfway between two, their neighbors, and any others. */
    private static int single(Random random, int i, boolean e4m3) {
        if (i >= 2000) {
            return i < 10000
                    ? random.nextInt()
                    : Float.floatToIntBits((float) (random.nextGaussian() * Math.pow(2, random.nextInt(40) - 20)));
        }
        double low = meaning(i % 126, e4m3);
        double high = meaning(i % 126 + 1, e4m3);
        float middle = (float) (Double.isFinite(low + high) ? (low + high) / 2 : 3e5);
        int bits = Float.floatToIntBits(middle) + i / 126 % 3 - 1;
        return i % 2 == 0 ? bits : bits | 1 << 31;
    }

    private static double value(int half) {
        int exponent = half >> 10 & 31;
        int fraction = half & 0x3ff;
        double sign = half > 0x7fff ? -1 : 1;
        if (exponent == 31) {
            return fraction != 0 ? Double.NaN : sign * Double.POSITIVE_INFINITY;
        }
        return sign * (exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * Math.pow(2, exponent - 25));
    }

    private static final Map<Double, Integer> HALVES =
            IntStream.range(0, 65536).boxed().collect(Collectors.toMap(bits -> value(bits), bits -> bits, (x, y) -> x));

    /** All numbers of both formats are halves too. */
    private static int half(double value, boolean relu) {
        if (Double.isNaN(value)) {
            return 0x7fff;
        }
        if (relu && (value < 0 || 1 / value < 0)) {
            return 0;
        }
        return HALVES.get(value);
    }
}
