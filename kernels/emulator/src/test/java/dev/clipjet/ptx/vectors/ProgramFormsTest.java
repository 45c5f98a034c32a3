package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Control flow, barriers, fences and hints, and {@code cp.async}, in programs of two warps whose result depends on them. */
class ProgramFormsTest {
    private static final String[] BARRIERS = {
        "bar -,cta sync", "barrier -,cta sync -,aligned",
    };
    private static final String[] ARRIVALS = {
        "bar -,cta arrive", "barrier -,cta arrive -,aligned",
    };
    private static final String[] SILENT = {
        "membar cta,gl,sys",
        "fence -,sc,acq_rel cta,cluster,gpu,sys",
        "fence proxy async -,global,shared::cta,shared::cluster",
        "fence mbarrier_init release cluster",
        "griddepcontrol launch_dependents,wait",
        "bar warp sync",
        "nanosleep u32",
        "prefetch -,global,local L1,L2",
        "prefetchu L1",
    };
    private static final String[] COPIES = {
        "cp async ca,cg shared,shared::cta global -,L2::64B,L2::128B,L2::256B,L2::cache_hint",
    };
    private static final String[] GROUPS = {"cp async commit_group,wait_group,wait_all"};
    private static final String[] CONTROL = {
        "bra -,uni", "brx idx -,uni", "call -,uni", "ret -,uni", "exit", "trap",
    };

    private static List<String> expand(String... patterns) {
        List<String> forms = new ArrayList<>();
        for (String pattern : patterns) {
            forms.addAll(Vectors.expand(pattern));
        }
        return forms;
    }

    /** Names of the forms that are tested here. */
    static List<String> forms() {
        List<String> forms = new ArrayList<>();
        for (String[] patterns : new String[][] {BARRIERS, ARRIVALS, SILENT, COPIES, GROUPS, CONTROL}) {
            forms.addAll(expand(patterns));
        }
        return forms;
    }

    static String operands(Form form) {
        return switch (form.opcode()) {
            case "bar" -> form.has("warp") ? "-1" : form.has("arrive") ? "1, 64" : "1";
            case "barrier" -> form.has("arrive") ? "1, 64" : "1";
            case "nanosleep" -> "20";
            case "prefetch", "prefetchu" -> "[%d20]";
            case "cp" ->
                form.has("wait_group")
                        ? "0"
                        : form.has("commit_group") || form.has("wait_all")
                                ? ""
                                : "[%d21], [%d20], 16" + (form.name().contains("cache_hint") ? ", %d22" : "");
            case "bra" -> "L";
            case "brx" -> "%r1, T";
            case "call" -> "f";
            default -> "";
        };
    }

    /** Two warps hand 64 words to each other through shared memory; the form stands between. */
    private static int[] exchange(String name, String before, String after) {
        String text = Vectors.kernel(
                "",
                1,
                ".shared .align 16 .b8 s[256];",
                "mov.u32 %r1, %tid.x;\nmov.u64 %d1, s;\nmul.wide.u32 %d2, %r1, 4;\nadd.u64 %d3, %d1, %d2;",
                "ld.param.u64 %d20, [p0];\nadd.u64 %d20, %d20, %d2;",
                "st.shared.u32 [%d3], %r1;",
                before,
                "xor.b32 %r2, %r1, 63;\nmul.wide.u32 %d4, %r2, 4;\nadd.u64 %d4, %d1, %d4;\nld.shared.u32 %r3, [%d4];",
                after,
                "st.global.u32 [%d20], %r3;");
        try (Rig rig = new Rig(name, text, ExecutionOptions.standard())) {
            long out = rig.ints(new int[64]);
            rig.launch("k", Dim3.of(1), Dim3.of(64), out);
            return rig.readInts(out, 64);
        }
    }

    private static void assertExchanged(String name, int[] words) {
        for (int i = 0; i < 64; i++) {
            assertThat(words[i]).as(name).isEqualTo(63 - i);
        }
    }

    @Test
    void barriersOrderTwoWarpsAndNothingElseDoes() {
        for (String name : expand(BARRIERS)) {
            assertExchanged(name, exchange(name, name + " 1;", ""));
            assertExchanged(name, exchange(name, name + " 1, 64;", ""));
        }
        assertThatThrownBy(() -> exchange("nothing", "", "")).isInstanceOf(KernelFindingsException.class);
        for (String name : expand(SILENT)) {
            String instruction = name + " " + operands(Form.of(name)) + ";";
            assertExchanged(name, exchange(name, "bar.sync 0;\n" + instruction, instruction));
        }
    }

    /** The first warp arrives and goes on; the second waits for it and reads what it wrote. */
    @Test
    void arrivalsReleaseThoseWhoWait() {
        for (String name : expand(ARRIVALS)) {
            String text = Vectors.kernel(
                    "",
                    1,
                    ".shared .align 16 .b8 s[128];",
                    "mov.u32 %r1, %tid.x;\nand.b32 %r2, %r1, 31;\nmov.u64 %d1, s;\nmul.wide.u32 %d2, %r2, 4;",
                    "add.u64 %d1, %d1, %d2;\nld.param.u64 %d20, [p0];\nadd.u64 %d20, %d20, %d2;",
                    "setp.ge.u32 %q1, %r1, 32;\n@%q1 bra SECOND;",
                    "add.u32 %r3, %r1, 5;\nst.shared.u32 [%d1], %r3;",
                    name + " 1, 64;\nret;\nSECOND:",
                    "bar.sync 1, 64;\nld.shared.u32 %r4, [%d1];\nst.global.u32 [%d20], %r4;");
            try (Rig rig = new Rig(name, text, ExecutionOptions.standard())) {
                long out = rig.ints(new int[32]);
                rig.launch("k", Dim3.of(1), Dim3.of(64), out);
                int[] words = rig.readInts(out, 32);
                for (int i = 0; i < 32; i++) {
                    assertThat(words[i]).as(name).isEqualTo(i + 5);
                }
            }
        }
    }

    @Test
    void asynchronousCopiesMoveTheirBytes() {
        for (String name : expand(COPIES)) {
            for (int bytes : name.contains(".cg.") ? new int[] {16} : new int[] {4, 8, 16}) {
                for (String wait :
                        new String[] {"cp.async.commit_group;\ncp.async.wait_group 0;", "cp.async.wait_all;"}) {
                    for (int source : new int[] {-1, 0, bytes / 2}) {
                        copy(name, bytes, source, wait);
                    }
                }
            }
        }
    }

    private static void copy(String name, int bytes, int source, String wait) {
        String text = Vectors.kernel(
                "",
                2,
                ".shared .align 16 .b8 s[512];",
                Vectors.address("%d20", 0, 16) + Vectors.address("%d23", 1, 16),
                "mov.u64 %d21, s;\nadd.u64 %d21, %d21, %d31;\nmov.b64 %d22, 0;\nmov.b64 %d1, -1;\nmov.u32 %r1, "
                        + source + ";",
                "st.shared.v2.b64 [%d21], {%d1, %d1};",
                name + " [%d21], [%d20], " + bytes + (source < 0 ? "" : ", %r1")
                        + (name.contains("hint") ? ", %d22;" : ";"),
                wait,
                "ld.shared.v2.b64 {%d2, %d3}, [%d21];\nst.global.v2.b64 [%d23], {%d2, %d3};");
        byte[] content = Vectors.bytes(name, 512);
        try (Rig rig = new Rig(name, text, ExecutionOptions.standard())) {
            long out = rig.raw(512);
            rig.launch("k", Dim3.of(1), Dim3.of(32), rig.bytes(content), out);
            byte[] copied = new byte[512];
            rig.read(out, 512).get(copied);
            for (int i = 0; i < 512; i++) {
                int within = i % 16;
                int expected = within >= bytes ? -1 : source >= 0 && within >= source ? 0 : content[i];
                assertThat(copied[i])
                        .as("%s of %d bytes, byte %d", name, bytes, i)
                        .isEqualTo((byte) expected);
            }
        }
    }

    /** Outside a cluster the only block has rank 0, by its own addresses and by those that {@code mapa} gives. */
    @Test
    void ranksOfAddressesAreThoseOfTheBlock() {
        String text = Vectors.kernel(
                "",
                1,
                ".shared .align 8 .b8 s[8];\nld.param.u64 %d20, [p0];\nmov.u64 %d1, s;\ncvt.u32.u64 %r1, %d1;",
                "mapa.shared::cluster.u32 %r2, %r1, 0;\nmapa.shared::cluster.u64 %d2, %d1, 0;",
                "getctarank.shared::cluster.u32 %r3, %r2;\ngetctarank.shared::cluster.u64 %r4, %d2;",
                "cvta.shared.u64 %d3, %d1;\ngetctarank.u64 %r5, %d3;",
                "st.global.u32 [%d20], %r3;\nst.global.u32 [%d20+4], %r4;\nst.global.u32 [%d20+8], %r5;");
        try (Rig rig = new Rig("ranks", text, ExecutionOptions.standard())) {
            long out = rig.ints(9, 9, 9);
            rig.launch("k", Dim3.of(1), Dim3.of(1), out);
            assertThat(rig.readInts(out, 3)).containsOnly(0);
        }
    }

    @Test
    void branchesCallsAndEndsTakeTheirLanes() {
        for (String suffix : new String[] {"", ".uni"}) {
            // With .uni all lanes go the same way, by the block; without, every lane goes its own.
            String chooser = suffix.isEmpty() ? "%laneid" : "%ctaid.x";
            String text = Vectors.kernel(
                    ".func (.param .b32 o) twice(.param .b32 i) { .reg .b32 %x; ld.param.b32 %x, [i]; add.s32 %x, %x, %x;"
                            + " st.param.b32 [o], %x; ret" + suffix + "; }\n",
                    1,
                    "mov.u32 %r1, " + chooser
                            + ";\nmov.u32 %r2, %ctaid.x;\nmov.u32 %r3, %laneid;\nmad.lo.u32 %r4, %r2, 32, %r3;",
                    "mul.wide.u32 %d1, %r4, 4;\nld.param.u64 %d2, [p0];\nadd.u64 %d2, %d2, %d1;",
                    "and.b32 %r5, %r1, 3;\nT: .branchtargets A, B, C, D;\nmov.u32 %r6, 0;",
                    "brx.idx" + suffix + " %r5, T;\nA: add.u32 %r6, %r6, 1;\nB: add.u32 %r6, %r6, 10;\nbra" + suffix
                            + " E;",
                    "C: add.u32 %r6, %r6, 100;\nE:",
                    "{ .param .b32 in; .param .b32 out; st.param.b32 [in], %r6; call" + suffix
                            + " (out), twice, (in); ld.param.b32 %r6, [out]; }",
                    "st.global.u32 [%d2], %r6;",
                    suffix.isEmpty() ? "exit;" : "ret.uni;",
                    "D: st.global.u32 [%d2], 7;");
            try (Rig rig = new Rig("control", text, ExecutionOptions.standard())) {
                long out = rig.ints(new int[160]);
                rig.launch("k", Dim3.of(5), Dim3.of(32), out);
                int[] words = rig.readInts(out, 160);
                for (int i = 0; i < 160; i++) {
                    int way = (suffix.isEmpty() ? i % 32 : i / 32) % 4;
                    assertThat(words[i]).isEqualTo(new int[] {22, 20, 200, 7}[way]);
                }
            }
        }
        String trapping = Vectors.kernel("", 0, "mov.u32 %r1, %laneid;\nsetp.eq.u32 %q1, %r1, 3;\n@%q1 trap;");
        try (Rig rig = new Rig("trap", trapping, ExecutionOptions.standard())) {
            assertThatThrownBy(() -> rig.launch("k", Dim3.of(1), Dim3.of(32)))
                    .isInstanceOf(KernelFindingsException.class)
                    .hasMessageContaining("trap");
        }
    }
}
