package dev.clipjet.ptx.wgmma;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One {@code wgmma} for each layout of its operands. The test places the elements by the pictures of the manual, atom by atom; the
 * emulator finds them by its formula on addresses. The products are of small integers, so that the result is exact.
 */
public final class WgmmaLayoutTest {
    private static final int B_AT = 16384;
    private static final int BYTES = 49152;

    /**
     * How an operand lies.
     *
     * @param mnMajor whether rows (columns) are contiguous instead of k
     * @param swizzle bytes of a swizzled row, 0 for none
     */
    record Placement(boolean mnMajor, int swizzle) {
        /** Byte offset of an element in an operand of so many rows. */
        int of(int mn, int k, int rows, int element) {
            int chunk = 16 / element;
            if (!mnMajor && swizzle == 0) {
                // Core matrices of 8 rows of 16 bytes; along k they are rows * 16 bytes apart.
                return k / chunk * rows * 16 + mn / 8 * 128 + mn % 8 * 16 + k % chunk * element;
            }
            if (!mnMajor) {
                int row = mn % 8;
                int column = k / chunk;
                int mixed = column ^ (swizzle == 128 ? row : swizzle == 64 ? row / 2 : row / 4);
                return mn / 8 * 8 * swizzle + row * swizzle + mixed * 16 + k % chunk * element;
            }
            if (swizzle == 0) {
                // Core matrices of 8 along k, each 8 rows wide; first all along k, then the next 8 rows.
                return mn / 8 * 256 + k / 8 * 128 + k % 8 * 16 + mn % 8 * 2;
            }
            int width = swizzle / 2;
            int row = k % 8;
            int column = mn % width / 8;
            int mixed = column ^ (swizzle == 128 ? row : swizzle == 64 ? row / 2 : row / 4);
            return mn / width * 16 * swizzle + k / 8 * 8 * swizzle + row * swizzle + mixed * 16 + mn % 8 * 2;
        }

        long descriptor(int start, int rows) {
            int leading = 16;
            int stride = 8 * swizzle;
            if (!mnMajor && swizzle == 0) {
                leading = rows * 16;
                stride = 128;
            } else if (mnMajor && swizzle == 0) {
                leading = 128;
                stride = 256;
            } else if (mnMajor) {
                leading = 16 * swizzle;
            }
            long mode = swizzle == 128 ? 1 : swizzle == 64 ? 2 : swizzle == 32 ? 3 : 0;
            return start >> 4 | (long) leading >> 4 << 16 | (long) stride >> 4 << 32 | mode << 62;
        }
    }

    record Case(String type, int n, Placement a, Placement b, boolean halfResult, boolean registers) {
        String instruction() {
            return "wgmma.mma_async.sync.aligned.m64n%d%s.%s.%s.%s"
                    .formatted(n, type.equals("tf32") ? "k8" : "k16", halfResult ? "f16" : "f32", type, type);
        }
    }

    static List<Case> cases() {
        List<Case> all = new ArrayList<>();
        int[] swizzles = {0, 32, 64, 128};
        for (int swizzle : swizzles) {
            Placement k = new Placement(false, swizzle);
            Placement mn = new Placement(true, swizzle);
            for (int n : new int[] {8, 64, 256}) {
                all.add(new Case("f16", n, k, k, false, false));
            }
            all.add(new Case("bf16", 128, mn, mn, false, false));
            all.add(new Case("f16", 24, k, n(mn, 24), false, false));
            all.add(new Case("bf16", 64, mn, k, false, false));
            all.add(new Case("tf32", 96, k, k, false, false));
            all.add(new Case("f16", 64, k, mn, true, false));
            all.add(new Case("f16", 40, k, k, false, true));
            all.add(new Case("tf32", 40, k, k, false, true));
        }
        Placement plain = new Placement(false, 0);
        for (int n : new int[] {8, 64, 128, 256}) {
            all.add(new Case("f16", n, plain, plain, true, false));
            all.add(new Case("f16", n, plain, plain, false, true));
            all.add(new Case("bf16", n, plain, plain, false, true));
            all.add(new Case("tf32", n, plain, plain, false, true));
        }
        String[] types = {"f16", "bf16", "tf32"};
        for (int n = 8; n <= 256; n += 8) {
            all.add(new Case(types[n / 8 % 3], n, plain, plain, false, false));
        }
        return all;
    }

    /** Full names of the instructions that the cases execute. */
    public static List<String> forms() {
        return cases().stream().map(Case::instruction).distinct().toList();
    }

    /** A width of 24 does not fill the wider patterns. */
    private static Placement n(Placement placement, int n) {
        return n % (placement.swizzle / 2 == 0 ? 8 : placement.swizzle / 2) == 0 ? placement : new Placement(true, 0);
    }

    private static String kernel(Case c) {
        boolean tf32 = c.type.equals("tf32");
        int count = c.halfResult ? c.n / 4 : c.n / 2;
        String d = WgmmaText.registers(c.halfResult ? "%h" : "%d", count);
        String a = c.registers ? WgmmaText.registers("%a", 4) : "%rd5";
        String transposition =
                tf32 ? "" : (c.registers ? "" : ", " + (c.a.mnMajor ? 1 : 0)) + ", " + (c.b.mnMajor ? 1 : 0);
        StringBuilder text = new StringBuilder("""
                .version 8.0
                .target sm_90a
                .address_size 64
                .visible .entry k(.param .u64 image, .param .u64 out, .param .u64 da, .param .u64 db, .param .u64 frag)
                {
                    .reg .pred %p<4>;
                    .reg .b32 %r<64>;
                    .reg .b32 %a<4>;
                    .reg .b32 %h<64>;
                    .reg .f32 %d<128>;
                    .reg .b64 %rd<32>;
                    .shared .align 1024 .b8 smem[49152];
                    ld.param.u64 %rd1, [image];
                    ld.param.u64 %rd2, [out];
                    ld.param.u64 %rd5, [da];
                    ld.param.u64 %rd6, [db];
                    ld.param.u64 %rd7, [frag];
                    mov.u32 %r1, %tid.x;
                    shl.b32 %r2, %r1, 2;
                    mov.u32 %r3, smem;
                    add.u32 %r3, %r3, %r2;
                    mul.wide.u32 %rd3, %r1, 4;
                    add.u64 %rd3, %rd3, %rd1;
                    mov.u32 %r4, 0;
                COPY:
                    ld.global.u32 %r5, [%rd3];
                    st.shared.u32 [%r3], %r5;
                    add.u32 %r3, %r3, 512;
                    add.u64 %rd3, %rd3, 512;
                    add.u32 %r4, %r4, 1;
                    setp.lt.u32 %p1, %r4, 96;
                    @%p1 bra COPY;
                    fence.proxy.async;
                    bar.sync 0;
                    mul.wide.u32 %rd8, %r1, 16;
                    add.u64 %rd8, %rd8, %rd7;
                    ld.global.v4.u32 {%a0, %a1, %a2, %a3}, [%rd8];
                    setp.ne.u32 %p2, %r4, %r4;
                    wgmma.fence.sync.aligned;
                """);
        text.append("    %s %s, %s, %%rd6, %%p2, 1, 1%s;\n".formatted(c.instruction(), d, a, transposition));
        text.append("    setp.eq.u32 %p2, %r4, %r4;\n");
        text.append("    %s %s, %s, %%rd6, %%p2, -1, 1%s;\n".formatted(c.instruction(), d, a, transposition));
        text.append("    %s %s, %s, %%rd6, %%p2, -1, -1%s;\n".formatted(c.instruction(), d, a, transposition));
        text.append("    wgmma.commit_group.sync.aligned;\n    wgmma.wait_group.sync.aligned 0;\n");
        if (c.halfResult) {
            for (int i = 0; i < c.n / 2; i++) {
                text.append("    {.reg .b16 %lo, %hi;\n    mov.b32 {%lo, %hi}, %h")
                        .append(i / 2)
                        .append(";\n")
                        .append("    cvt.f32.f16 %d")
                        .append(i)
                        .append(", ")
                        .append(i % 2 == 0 ? "%lo" : "%hi")
                        .append(";}\n");
            }
        }
        return text.append(WgmmaText.storeAccumulator(c.n))
                .append("    ret;\n}\n")
                .toString();
    }

    private static int bits(String type, int value) {
        if (type.equals("f16")) {
            int magnitude = Math.abs(value);
            if (magnitude == 0) {
                return 0;
            }
            int exponent = 31 - Integer.numberOfLeadingZeros(magnitude);
            return (value < 0 ? 0x8000 : 0) | exponent + 15 << 10 | (magnitude << 10 - exponent & 0x3ff);
        }
        int whole = Float.floatToRawIntBits(value);
        return type.equals("bf16") ? whole >>> 16 : whole | 0x1234 & (value == 0 ? 0 : 0xfff);
    }

    private static void put(byte[] image, int at, int bits, int element) {
        for (int i = 0; i < element; i++) {
            image[at + i] = (byte) (bits >>> 8 * i);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsThePlainProduct(Case c) {
        int element = c.type.equals("tf32") ? 4 : 2;
        int k = 32 / element;
        Random random = new Random(c.hashCode());
        int[][] a = new int[64][k];
        int[][] b = new int[k][c.n];
        byte[] image = new byte[BYTES];
        for (int m = 0; m < 64; m++) {
            for (int i = 0; i < k; i++) {
                a[m][i] = random.nextInt(17) - 8;
                put(image, c.a.of(m, i, 64, element), bits(c.type, a[m][i]), element);
            }
        }
        for (int i = 0; i < k; i++) {
            for (int n = 0; n < c.n; n++) {
                b[i][n] = random.nextInt(17) - 8;
                put(image, B_AT + c.b.of(n, i, c.n, element), bits(c.type, b[i][n]), element);
            }
        }
        for (Landing landing : Landing.values()) {
            for (MmaModel model : MmaModel.values()) {
                ExecutionOptions options =
                        ExecutionOptions.standard().withLanding(landing).withMma(model);
                try (Rig rig = new Rig("wgmma", kernel(c), options)) {
                    long out = rig.raw(4L * 64 * c.n);
                    rig.launch(
                            "k",
                            Dim3.ONE,
                            Dim3.of(128),
                            rig.bytes(image),
                            out,
                            c.a.descriptor(0, 64),
                            c.b.descriptor(B_AT, c.n),
                            rig.ints(fragments(c, a)));
                    float[] found = rig.readFloats(out, 64 * c.n);
                    for (int m = 0; m < 64; m++) {
                        for (int n = 0; n < c.n; n++) {
                            int sum = 0;
                            for (int i = 0; i < k; i++) {
                                sum += a[m][i] * b[i][n];
                            }
                            assertThat(found[m * c.n + n])
                                    .as("%s, row %d, column %d, %s, %s", c, m, n, landing, model)
                                    .isEqualTo(sum);
                        }
                    }
                }
            }
        }
    }

    /** A in registers: thread 32 w + 4 g + t has rows 16 w + g and 16 w + g + 8. */
    private static int[] fragments(Case c, int[][] a) {
        int[] registers = new int[512];
        for (int thread = 0; thread < 128; thread++) {
            int row = 16 * (thread / 32) + thread % 32 / 4;
            int t = thread % 4;
            for (int r = 0; r < 4; r++) {
                int m = row + (r % 2 == 1 ? 8 : 0);
                registers[4 * thread + r] = c.type.equals("tf32")
                        ? bits("tf32", a[m][t + 4 * (r / 2)])
                        : bits(c.type, a[m][2 * t + 8 * (r / 2)]) & 0xffff
                                | bits(c.type, a[m][2 * t + 1 + 8 * (r / 2)]) << 16;
            }
        }
        return registers;
    }
}
