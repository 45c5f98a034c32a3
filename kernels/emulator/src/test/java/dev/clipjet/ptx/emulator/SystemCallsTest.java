package dev.clipjet.ptx.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.LaunchResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a kernel gets from the driver: {@code printf}, {@code assert}, the workspace of a cooperative grid, spaces of addresses. */
class SystemCallsTest {
    private static final String HEAD = """
            .version 8.0
            .target sm_80
            .address_size 64
            .extern .func (.param .b32 r) vprintf (.param .b64 f, .param .b64 a);
            .extern .func __assertfail (.param .b64 m, .param .b64 f, .param .b32 l, .param .b64 n, .param .b64 s);
            """;

    private static String string(String name, String text) {
        StringBuilder bytes = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.append(b & 0xff).append(", ");
        }
        int size = text.getBytes(StandardCharsets.UTF_8).length + 1;
        return ".global .align 1 .b8 " + name + "[" + size + "] = {" + bytes + "0};\n";
    }

    /** Each lane prints; the arguments are words and doubles, the latter marked by a type. */
    private static String print(String format, List<Object> arguments, int threads, int blocks) {
        StringBuilder stores = new StringBuilder();
        int at = 0;
        for (Object argument : arguments) {
            int size = argument instanceof Integer ? 4 : 8;
            at = at + size - 1 & -size;
            String place = "[l+" + at + "]";
            if (argument instanceof Integer value) {
                stores.append("st.local.u32 ")
                        .append(place)
                        .append(", ")
                        .append(value)
                        .append(";\n");
            } else if (argument instanceof Long value) {
                stores.append("mov.u64 %d3, ")
                        .append(value)
                        .append(";\nst.local.u64 ")
                        .append(place)
                        .append(", %d3;\n");
            } else if (argument instanceof Double value) {
                stores.append(String.format("mov.f64 %%d3, 0d%016X;%n", Double.doubleToRawLongBits(value)));
                stores.append("st.local.f64 ").append(place).append(", %d3;\n");
            } else {
                // A string, or the number of the thread.
                String source = argument.equals("thread") ? "%d4" : "text";
                stores.append("mov.u64 %d3, ")
                        .append(source)
                        .append(";\nst.local.u64 ")
                        .append(place)
                        .append(", %d3;\n");
            }
            at += size;
        }
        String text = HEAD
                + string("format", format)
                + string("text", "word")
                + """
                .visible .entry k(.param .u64 p)
                {
                .reg .b32 %r<8>;
                .reg .b64 %d<8>;
                .local .align 8 .b8 l[128];
                mov.u32 %r1, %tid.x;
                cvt.u64.u32 %d4, %r1;
                STORES
                mov.u64 %d1, format;
                mov.u64 %d2, l;
                cvta.local.u64 %d2, %d2;
                { .param .b64 f; .param .b64 a; .param .b32 r; st.param.b64 [f], %d1; st.param.b64 [a], %d2;
                call.uni (r), vprintf, (f, a); ld.param.b32 %r2, [r]; }
                ld.param.u64 %d5, [p];
                mov.u32 %r3, %ctaid.x;
                or.b32 %r1, %r1, %r3;
                setp.ne.u32 %p, %r1, 0;
                @!%p st.global.u32 [%d5], %r2;
                ret;
                }
                """.replace("STORES", stores).replace(".reg .b32", ".reg .pred %p;\n.reg .b32");
        List<LaunchResult> results = new ArrayList<>();
        try (Rig rig = new Rig("print", text, ExecutionOptions.standard())) {
            long count = rig.ints(-9);
            results.add(rig.launch("k", new LaunchShape(Dim3.of(blocks), Dim3.of(threads), 0), count));
            assertThat(rig.readInts(count, 1)[0]).as("result of printf").isEqualTo(arguments.size());
        }
        return results.get(0).printed();
    }

    /** The texts are those that the C library of GNU gives, for its {@code printf} of the same arguments. */
    @Test
    void formatsAsCDoes() {
        assertPrints("plain, 100 %\n", "plain, 100 %%\n");
        assertPrints("-7|00042|+5| 5|   -7|-7   |007", "%d|%05d|%+d|% d|%5d|%-5d|%.3d", -7, 42, 5, 5, -7, -7, 7);
        assertPrints("4294967289|ff|FF|0xff|017|0", "%u|%x|%X|%#x|%#o|%#x", -7, 255, 255, 255, 15, 0);
        assertPrints("-1|1234567890123|deadbeefcafe", "%lld|%ld|%llx", -1L, 1234567890123L, 0xdeadbeefcafeL);
        assertPrints("-128|128|-1|65535", "%hhd|%hhu|%hd|%hu", 128, 128, 65535, 65535);
        assertPrints("A|  word|word  |wo|0xabc", "%c|%6s|%-6s|%.2s|%p", 65, "s", "s", "s", 0xabcL);
        assertPrints(
                "1.500000|-0.00|3|  2.50|2.5000e+00|1E-05",
                "%f|%.2f|%.0f|%6.2f|%.4e|%.0E",
                1.5,
                -0.0,
                2.5000001,
                2.5,
                2.5,
                1e-5);
        assertPrints(
                "2|0.125|1e-05|1e+06|100000|0.0001|1.00000",
                "%.0f|%g|%g|%g|%g|%g|%#g",
                2.5,
                0.125,
                1e-5,
                1e6,
                1e5,
                1e-4,
                1.0);
        assertPrints("inf|-INF|nan|  inf", "%f|%F|%g|%05f", 1 / 0.0, -1 / 0.0, 0.0 / 0.0, 1 / 0.0);
        assertPrints("0x1.8p+0|0x0p+0|0x1.999999999999ap-4|0x1.ap-4", "%a|%a|%a|%.1a", 1.5, 0.0, 0.1, 0.1);
        assertPrints(
                "0.1000000000000000055511151231257827|1.2345678901234567e+300",
                "%.34f|%.16e",
                0.1,
                1.2345678901234567e300);
        assertPrints("    7|7    |00007|3.14", "%*d|%*d|%.*d|%.*f", 5, 7, -5, 7, 5, 7, 2, 3.14159);
        assertPrints("%y|50%", "%y|50%");
    }

    private static void assertPrints(String expected, String format, Object... arguments) {
        assertThat(print(format, List.of(arguments), 1, 1)).as(format).isEqualTo(expected);
    }

    @Test
    void printsInTheOrderOfThreadsAndBlocks() {
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 3 * 40; i++) {
            expected.append("thread ").append(i % 40).append('\n');
        }
        assertThat(print("thread %lld\n", List.of("thread"), 40, 3)).isEqualTo(expected.toString());
    }

    @Test
    void anAssertionThatFailsIsReportedWithItsText() {
        String text = HEAD + string("message", "x > 0") + string("file", "a.cu") + string("name", "void k(int)") + """
                .visible .entry k()
                {
                .reg .pred %p;
                .reg .b32 %r<4>;
                .reg .b64 %d<4>;
                mov.u32 %r1, %tid.x;
                setp.ne.u32 %p, %r1, 5;
                @%p bra DONE;
                { .param .b64 m; .param .b64 f; .param .b32 l; .param .b64 n; .param .b64 s;
                mov.u64 %d1, message; st.param.b64 [m], %d1;
                mov.u64 %d1, file; st.param.b64 [f], %d1;
                st.param.b32 [l], 12;
                mov.u64 %d1, name; st.param.b64 [n], %d1;
                mov.u64 %d1, 1; st.param.b64 [s], %d1;
                call.uni __assertfail, (m, f, l, n, s); }
                DONE:
                ret;
                }
                """;
        try (Rig rig = new Rig("assert", text, ExecutionOptions.standard())) {
            assertThatThrownBy(() -> rig.launch("k", Dim3.of(1), Dim3.of(32)))
                    .isInstanceOf(KernelFindingsException.class)
                    .hasMessageContaining("assertion failed: x > 0, at a.cu:12 in void k(int)")
                    .hasMessageContaining("thread (5,0,0)");
        }
    }

    /** Blocks meet in the workspace, as {@code grid.sync()} of cooperative groups does; an ordinary launch has none. */
    @Test
    void aCooperativeGridHasAWorkspace() {
        String text = """
                .version 8.0
                .target sm_80
                .address_size 64
                .visible .entry k(.param .u64 p)
                {
                .reg .pred %p;
                .reg .b32 %r<12>;
                .reg .b64 %d<8>;
                mov.u32 %r1, %envreg1;
                mov.u32 %r2, %envreg2;
                mov.b64 %d1, {%r2, %r1};
                ld.param.u64 %d2, [p];
                mov.u32 %r3, %ctaid.x;
                mul.wide.u32 %d3, %r3, 8;
                add.u64 %d3, %d2, %d3;
                setp.eq.u64 %p, %d1, 0;
                @%p bra NONE;
                st.global.u32 [%d3], %r3;
                atom.add.release.gpu.u32 %r4, [%d1+4], 1;
                AGAIN:
                ld.acquire.gpu.u32 %r5, [%d1+4];
                setp.lt.u32 %p, %r5, 4;
                @%p bra AGAIN;
                xor.b32 %r6, %r3, 3;
                mul.wide.u32 %d4, %r6, 8;
                add.u64 %d4, %d2, %d4;
                ld.global.u32 %r7, [%d4];
                st.global.u32 [%d3+4], %r7;
                ret;
                NONE:
                st.global.u32 [%d3+4], 99;
                ret;
                }
                """;
        try (Rig rig = new Rig("workspace", text, ExecutionOptions.standard())) {
            long out = rig.ints(new int[8]);
            for (int run = 0; run < 2; run++) {
                rig.launch("k", new LaunchShape(Dim3.of(4), Dim3.ONE, Dim3.ONE, 0, true), out);
                assertThat(rig.readInts(out, 8)).containsExactly(0, 3, 1, 2, 2, 1, 3, 0);
            }
            rig.launch("k", Dim3.of(4), Dim3.ONE, out);
            assertThat(rig.readInts(out, 8)).containsExactly(0, 99, 1, 99, 2, 99, 3, 99);
        }
    }

    @Test
    void constantMemoryIsASpaceOfItsOwn() {
        String text = """
                .version 8.0
                .target sm_80
                .address_size 64
                .const .align 4 .b32 c[4] = {1, 2, 3, 4};
                .global .align 4 .b32 g[4];
                .visible .entry k(.param .u64 p)
                {
                .reg .pred %p<8>;
                .reg .b32 %r<8>;
                .reg .b64 %d<8>;
                ld.param.u64 %d1, [p];
                mov.u64 %d2, c;
                cvta.const.u64 %d2, %d2;
                mov.u64 %d3, g;
                cvta.global.u64 %d3, %d3;
                isspacep.const %p1, %d2;
                isspacep.global %p2, %d2;
                isspacep.const %p3, %d3;
                isspacep.global %p4, %d3;
                selp.u32 %r1, 1, 0, %p1;
                selp.u32 %r2, 1, 0, %p2;
                selp.u32 %r3, 1, 0, %p3;
                selp.u32 %r4, 1, 0, %p4;
                st.global.v4.u32 [%d1], {%r1, %r2, %r3, %r4};
                ret;
                }
                """;
        try (Rig rig = new Rig("spaces", text, ExecutionOptions.standard())) {
            long out = rig.raw(16);
            rig.launch("k", Dim3.ONE, Dim3.ONE, out);
            assertThat(rig.readInts(out, 4)).containsExactly(1, 0, 0, 1);
        }
    }
}
