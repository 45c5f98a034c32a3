package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The barrier of a cluster and the addresses of its blocks, and copies whose end an mbarrier or a group tells. */
class ClusterFormsTest {
    private static final String ARRIVALS = "barrier cluster arrive -,release,relaxed -,aligned";
    private static final String WAITS = "barrier cluster wait -,acquire -,aligned";
    private static final String[] MAPPINGS = {"mapa -,shared::cluster u64", "mapa shared::cluster u32"};
    private static final String[] RANKS = {"getctarank -,shared::cluster u64", "getctarank shared::cluster u32"};
    private static final String NOTICES = "cp async mbarrier arrive -,noinc -,shared,shared::cta b64";
    private static final String LOADS = "cp async bulk shared::cluster global mbarrier::complete_tx::bytes"
            + " -,multicast::cluster -,L2::cache_hint";
    private static final String STORES = "cp async bulk global shared::cta bulk_group -,L2::cache_hint";
    private static final String GROUP_WAITS = "cp async bulk wait_group -,read";

    /** Names of the forms that are tested here. */
    static List<String> forms() {
        List<String> forms = new ArrayList<>(List.of("cp.async.bulk.commit_group"));
        for (String pattern : new String[] {ARRIVALS, WAITS, NOTICES, LOADS, STORES, GROUP_WAITS}) {
            forms.addAll(Vectors.expand(pattern));
        }
        forms.addAll(expand(MAPPINGS));
        forms.addAll(expand(RANKS));
        return forms;
    }

    private static List<String> expand(String[] patterns) {
        List<String> forms = new ArrayList<>();
        for (String pattern : patterns) {
            forms.addAll(Vectors.expand(pattern));
        }
        return forms;
    }

    /** Two blocks of one cluster give each other a word through global memory; the barrier stands between. */
    private static int[] exchange(String arrive, String wait) {
        String text = Vectors.kernel(
                "",
                2,
                "mov.u32 %r1, %cluster_ctarank;\nxor.b32 %r2, %r1, 1;\nadd.u32 %r3, %r1, 40;",
                "ld.param.u64 %d1, [p0];\nmul.wide.u32 %d2, %r1, 4;\nadd.u64 %d3, %d1, %d2;\nst.global.u32 [%d3], %r3;",
                arrive + ";\n" + wait + ";",
                "mul.wide.u32 %d4, %r2, 4;\nadd.u64 %d5, %d1, %d4;\nld.global.u32 %r4, [%d5];",
                "ld.param.u64 %d6, [p1];\nadd.u64 %d6, %d6, %d2;\nst.global.u32 [%d6], %r4;");
        try (Rig rig = new Rig(arrive, text, ExecutionOptions.standard())) {
            long out = rig.raw(8);
            rig.launch("k", new LaunchShape(Dim3.of(2), Dim3.of(1), Dim3.of(2), 0, false), rig.raw(8), out);
            return rig.readInts(out, 2);
        }
    }

    /** A relaxed arrival orders no memory, so that the exchange is a race. */
    @Test
    void theBarrierOfAClusterOrdersItsBlocks() {
        for (String wait : Vectors.expand(WAITS)) {
            for (String arrive : Vectors.expand(ARRIVALS)) {
                String name = arrive + " " + wait;
                if (arrive.contains("relaxed")) {
                    assertThatThrownBy(() -> exchange(arrive, wait))
                            .as(name)
                            .isInstanceOf(KernelFindingsException.class);
                } else {
                    assertThat(exchange(arrive, wait)).as(name).containsExactly(41, 40);
                }
            }
        }
    }

    /** Every way to map an address to the other block, asked for its rank in every way. */
    @Test
    void mappedAddressesHaveTheRankOfTheirBlock() {
        for (String map : expand(MAPPINGS)) {
            for (String rank : expand(RANKS)) {
                boolean generic = !map.contains("shared");
                if (generic != !rank.contains("shared")) {
                    continue;
                }
                String from = map.endsWith("u32")
                        ? "cvt.u32.u64 %r9, %d1;\n" + map + " %r10, %r9, %r2;\ncvt.u64.u32 %d2, %r10;"
                        : map + " %d2, %d1, %r2;";
                String text = Vectors.kernel(
                        "",
                        1,
                        ".shared .align 8 .b8 s[8];\nld.param.u64 %d20, [p0];\nmov.u64 %d1, s;",
                        generic ? "cvta.shared.u64 %d1, %d1;" : "",
                        "mov.u32 %r1, %cluster_ctarank;\nxor.b32 %r2, %r1, 1;",
                        from,
                        rank.endsWith("u32") ? "cvt.u32.u64 %r3, %d2;\n" + rank + " %r4, %r3;" : rank + " %r4, %d2;",
                        "mul.wide.u32 %d21, %r1, 4;\nadd.u64 %d20, %d20, %d21;\nst.global.u32 [%d20], %r4;");
                try (Rig rig = new Rig(map, text, ExecutionOptions.standard())) {
                    long out = rig.raw(8);
                    rig.launch("k", new LaunchShape(Dim3.of(2), Dim3.of(1), Dim3.of(2), 0, false), out);
                    assertThat(rig.readInts(out, 2)).as(map + " " + rank).containsExactly(1, 0);
                }
            }
        }
    }

    /** Copies 64 bytes through shared memory by one thread. */
    private static void copies(String name, String... statements) {
        List<String> all = new ArrayList<>(
                List.of(
                        ".shared .align 16 .b8 s[64];\n.shared .align 8 .b64 bar;",
                        MBarrierFormsTest.address(name),
                        "mov.u64 %d2, s;\nld.param.u64 %d20, [p0];\nld.param.u64 %d21, [p1];\nmov.b64 %d9, 0;\nmov.b16 %h1, 1;"));
        all.addAll(List.of(statements));
        byte[] content = Vectors.bytes(name, 64);
        try (Rig rig = new Rig(name, Vectors.kernel("", 2, all.toArray(String[]::new)), ExecutionOptions.standard())) {
            long out = rig.raw(64);
            rig.launch("k", Dim3.of(1), Dim3.of(1), rig.bytes(content), out);
            byte[] copied = new byte[64];
            rig.read(out, 64).get(copied);
            assertThat(copied).as(name).isEqualTo(content);
        }
    }

    private static final String AWAIT = "WAIT: mbarrier.try_wait.parity.shared.b64 %q1, [bar], 0;\n@!%q1 bra WAIT;";

    private static String words(String load, String store) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 64; i += 8) {
            text.append(load).append("+").append(i).append("];\n");
            text.append(store).append("+").append(i).append("], %d10;\n");
        }
        return text.toString();
    }

    private static final String SHARED_OUT = words("ld.shared.b64 %d10, [%d2", "st.global.b64 [%d21");
    private static final String SHARED_IN = words("ld.global.b64 %d10, [%d20", "st.shared.b64 [%d2");

    /** Without {@code .noinc} the arrival adds to what is pending, and another one must be made. */
    @Test
    void asynchronousCopiesArriveAtTheirBarrier() {
        for (String name : Vectors.expand(NOTICES)) {
            StringBuilder copy = new StringBuilder();
            for (int i = 0; i < 64; i += 16) {
                copy.append("cp.async.cg.shared.global [%d2+" + i + "], [%d20+" + i + "], 16;\n");
            }
            copies(
                    name,
                    "mbarrier.init.shared.b64 [bar], 1;",
                    copy + name + " [%d1];",
                    name.contains("noinc") ? "" : "mbarrier.arrive.shared.b64 _, [bar];",
                    AWAIT,
                    SHARED_OUT);
        }
    }

    @Test
    void bulkCopiesTellTheirBarrierOfTheirBytes() {
        for (String name : Vectors.expand(LOADS)) {
            copies(
                    name.replace("shared::cluster", "shared"),
                    "mbarrier.init.shared.b64 [bar], 1;\nfence.proxy.async;",
                    "mbarrier.arrive.expect_tx.shared.b64 _, [bar], 64;",
                    name + " [%d2], [%d20], 64, [%d1]" + (name.contains("multicast") ? ", %h1" : "")
                            + (name.contains("hint") ? ", %d9" : "") + ";",
                    AWAIT,
                    SHARED_OUT);
        }
    }

    @Test
    void bulkCopiesToGlobalMemoryAreWaitedForInGroups() {
        for (String name : Vectors.expand(STORES)) {
            for (String wait : Vectors.expand(GROUP_WAITS)) {
                copies(
                        name,
                        SHARED_IN + "fence.proxy.async;",
                        name + " [%d21], [%d2], 64" + (name.contains("hint") ? ", %d9" : "") + ";",
                        "cp.async.bulk.commit_group;\n" + wait + " 0;");
            }
        }
    }

    /** Two blocks write to each other's shared memory, add to it and read it, by shared and by generic addresses. */
    @Test
    void accessesReachTheMemoryOfTheOtherBlock() {
        String generic = "cvt.u64.u32 %d7, %r5;\ncvta.shared::cluster.u64 %d7, %d7;\n";
        String[][] kinds = {{"", ".shared::cluster", "[%r5]"}, {generic, "", "[%d7]"}};
        for (String[] kind : kinds) {
            String next = kind[2].replace("]", "+4]");
            String text = Vectors.kernel(
                    "",
                    1,
                    ".shared .align 16 .b8 s[512];\nmov.u32 %r1, %cluster_ctarank;\nxor.b32 %r2, %r1, 1;",
                    "mov.u32 %r3, %tid.x;\nmov.u32 %r4, s;\nmad.lo.u32 %r4, %r3, 16, %r4;",
                    "mapa.shared::cluster.u32 %r5, %r4, %r2;\n" + kind[0],
                    "barrier.cluster.arrive;\nbarrier.cluster.wait;",
                    "mad.lo.u32 %r6, %r1, 1000, %r3;\nadd.u32 %r7, %r6, 100;",
                    "st" + kind[1] + ".v2.u32 " + kind[2] + ", {%r6, %r7};",
                    "barrier.cluster.arrive;\nbarrier.cluster.wait;",
                    "atom" + kind[1] + ".add.u32 %r8, " + kind[2] + ", 5;",
                    "red" + kind[1] + ".max.u32 " + next + ", 1110;",
                    "barrier.cluster.arrive;\nbarrier.cluster.wait;",
                    "ld.shared.v2.u32 {%r9, %r10}, [%r4];\nld" + kind[1] + ".u32 %r11, " + kind[2] + ";",
                    "barrier.cluster.arrive;\nbarrier.cluster.wait;",
                    "mad.lo.u32 %r12, %r1, 32, %r3;\nmul.wide.u32 %d1, %r12, 16;\nld.param.u64 %d2, [p0];",
                    "add.u64 %d2, %d2, %d1;\nst.global.v4.u32 [%d2], {%r8, %r9, %r10, %r11};");
            try (Rig rig = new Rig("peers", text, ExecutionOptions.standard())) {
                long out = rig.raw(1024);
                rig.launch("k", new LaunchShape(Dim3.of(2), Dim3.of(32), Dim3.of(2), 0, false), out);
                int[] words = rig.readInts(out, 256);
                for (int i = 0; i < 64; i++) {
                    int own = 1000 * (i / 32) + i % 32;
                    int peer = 1000 * (1 - i / 32) + i % 32;
                    assertThat(Arrays.copyOfRange(words, 4 * i, 4 * i + 4))
                            .as("thread %d", i)
                            .containsExactly(own, peer + 5, Math.max(1110, peer + 100), own + 5);
                }
            }
        }
    }
}
