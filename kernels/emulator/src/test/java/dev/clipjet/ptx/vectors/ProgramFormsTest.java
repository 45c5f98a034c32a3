package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.ArrayList;
import java.util.Arrays;
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
    private static final String[] REDUCTIONS = {
        "bar -,cta red popc u32",
        "bar -,cta red and,or pred",
        "barrier -,cta red popc -,aligned u32",
        "barrier -,cta red and,or -,aligned pred",
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
    private static final String[] POLICIES = {
        "createpolicy fractional L2::evict_normal,L2::evict_unchanged,L2::evict_first,L2::evict_last"
                + " -,L2::evict_first,L2::evict_unchanged b64",
        "createpolicy range -,global L2::evict_normal,L2::evict_unchanged,L2::evict_first,L2::evict_last"
                + " -,L2::evict_first,L2::evict_unchanged b64",
        "createpolicy cvt L2 b64",
    };
    private static final String[] GROUPS = {"cp async commit_group,wait_group,wait_all"};
    private static final String[] CONTROL = {
        "bra -,uni", "brx idx -,uni", "call -,uni", "ret -,uni", "exit", "trap", "brkpt",
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
        for (String[] patterns :
                new String[][] {BARRIERS, ARRIVALS, REDUCTIONS, SILENT, POLICIES, COPIES, GROUPS, CONTROL}) {
            forms.addAll(expand(patterns));
        }
        return forms;
    }

    static String operands(Form form) {
        if (form.has("red")) {
            return form.has("popc") ? "%r0, 1, %q1" : "%q0, 1, %q1";
        }
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

    /** Four warps vote, twice in a row; the last leaves before the second vote or, if {@code counted}, takes no part in any. */
    private static int[] vote(String name, boolean counted, boolean negated, int[] votes) {
        boolean count = name.contains("popc");
        String barrier =
                name + (count ? " %r5" : " %q5") + ", 1" + (counted ? ", 96" : "") + (negated ? ", !%q1;" : ", %q1;");
        String result = count ? "" : "selp.u32 %r5, 1, 0, %q5;";
        String text = Vectors.kernel(
                "",
                2,
                "mov.u32 %r1, %tid.x;\nmul.wide.u32 %d2, %r1, 4;\nsetp.ge.u32 %q2, %r1, 96;\nmov.u32 %r5, 7;",
                "ld.param.u64 %d20, [p0];\nadd.u64 %d20, %d20, %d2;\nld.global.u32 %r2, [%d20];",
                "ld.param.u64 %d21, [p1];\nadd.u64 %d21, %d21, %d2;\nsetp.ne.u32 %q5, %r1, %r1;",
                "and.b32 %r3, %r2, 1;\nsetp.ne.u32 %q1, %r3, 0;",
                counted ? "@%q2 ret;" : "",
                barrier,
                result,
                "mov.u32 %r6, %r5;\nand.b32 %r3, %r2, 2;\nsetp.ne.u32 %q1, %r3, 0;",
                counted ? "" : "@%q2 ret;",
                barrier,
                result,
                "mad.lo.u32 %r6, %r5, 1000, %r6;\nst.global.u32 [%d21], %r6;");
        try (Rig rig = new Rig(name, text, ExecutionOptions.standard())) {
            long out = rig.ints(new int[128]);
            rig.launch("k", Dim3.of(1), Dim3.of(128), rig.ints(votes), out);
            return rig.readInts(out, 128);
        }
    }

    /** A policy is opaque: whatever it is, a load with it gives what is there. */
    @Test
    void policiesChangeNoValue() {
        for (String name : expand(POLICIES)) {
            List<String> operands = name.contains("range")
                    ? List.of("[%d20], 1024, 2048", "[%d20+16], %r6, %r6")
                    : name.contains("cvt") ? List.of("%d7", "0x10F0000000000000") : List.of("", "0f3F000000", "%r7");
            for (String choice : operands) {
                String policy = name + " %d5" + (choice.isEmpty() ? "" : ", ") + choice + ";\n";
                String use = "st.global.L2::cache_hint.u32 [%d20], %r3, %d5;\n"
                        + "ld.global.L2::cache_hint.u32 %r3, [%d20], %d5;";
                String set = "bar.sync 0;\nmov.b64 %d7, 5;\nmov.b32 %r6, 64;\nmov.b32 %r7, 0f3F800000;\n";
                assertExchanged(name, exchange(name, set + policy, use));
            }
        }
    }

    @Test
    void reductionsCountTheVotesOfThoseWhoMeet() {
        int[][] ballots = {new int[128], new int[128], new int[128], new int[128]};
        Arrays.fill(ballots[1], 3);
        for (int i = 0; i < 128; i++) {
            ballots[2][i] = i * 0x9e3779b9 >>> 30;
            ballots[3][i] = i == 70 ? 1 : 2;
        }
        for (String name : expand(REDUCTIONS)) {
            for (int[] votes : ballots) {
                for (boolean counted : new boolean[] {false, true}) {
                    for (boolean negated : new boolean[] {false, true}) {
                        int first = counted ? 96 : 128;
                        int expected =
                                reduced(name, votes, 1, first, negated) + 1000 * reduced(name, votes, 2, 96, negated);
                        assertThat(vote(name, counted, negated, votes))
                                .as("%s, counted %s, negated %s", name, counted, negated)
                                .startsWith(expected, expected)
                                .satisfies(words -> assertThat(words[95]).isEqualTo(expected));
                    }
                }
            }
        }
    }

    private static int reduced(String name, int[] votes, int bit, int voters, boolean negated) {
        int yes = 0;
        for (int i = 0; i < voters; i++) {
            yes += ((votes[i] & bit) != 0) != negated ? 1 : 0;
        }
        return name.contains("popc") ? yes : name.contains(".and") ? yes == voters ? 1 : 0 : yes > 0 ? 1 : 0;
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
        for (String end : new String[] {"trap", "brkpt"}) {
            String text = Vectors.kernel("", 0, "mov.u32 %r1, %laneid;\nsetp.eq.u32 %q1, %r1, 3;\n@%q1 " + end + ";");
            try (Rig rig = new Rig(end, text, ExecutionOptions.standard())) {
                assertThatThrownBy(() -> rig.launch("k", Dim3.of(1), Dim3.of(32)))
                        .isInstanceOf(KernelFindingsException.class)
                        .hasMessageContaining(end);
            }
        }
    }
}
