package dev.clipjet.ptx.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Producers and consumers over a ring of two slots, with a full and an empty mbarrier for each; and every way to misuse them. */
final class MBarrierTest {
    private static final int SEEDS = 100;

    private static final String SHARED = ".shared .align 8 .b64 bars[4]; .shared .align 4 .b32 slots[64];";

    /** Warp 0 writes eight values into a ring of two slots of 32 words, warp 1 sums them up. */
    private static String ring(String emptyParity, String fullArrive, String fullParity, String emptyArrive) {
        return Litmus.kernel("sm_80", SHARED, """
                    setp.ne.u32 %%p1, %%r1, 0;
                    @%%p1 bra INITIALIZED;
                    mbarrier.init.shared.b64 [bars], 32;
                    mbarrier.init.shared.b64 [bars+8], 32;
                    mbarrier.init.shared.b64 [bars+16], 32;
                    mbarrier.init.shared.b64 [bars+24], 32;
                INITIALIZED:
                    bar.sync 0;
                    and.b32 %%r3, %%r1, 31;
                    shl.b32 %%r4, %%r3, 2;
                    mov.u32 %%r10, slots;
                    add.u32 %%r10, %%r10, %%r4;
                    mov.u32 %%r11, bars;
                    mov.u32 %%r12, 0;
                    mov.u32 %%r20, 0;
                    setp.ge.u32 %%p2, %%r1, 32;
                    @%%p2 bra CONSUMER;
                PRODUCER:
                    and.b32 %%r13, %%r12, 1;
                    shr.u32 %%r14, %%r12, 1;
                    and.b32 %%r14, %%r14, 1;
                    xor.b32 %%r15, %%r14, %s;
                    shl.b32 %%r16, %%r13, 3;
                    add.u32 %%r16, %%r16, %%r11;
                EMPTY:
                    mbarrier.test_wait.parity.shared.b64 %%p3, [%%r16+16], %%r15;
                    @!%%p3 bra EMPTY;
                    shl.b32 %%r17, %%r13, 7;
                    add.u32 %%r17, %%r17, %%r10;
                    add.u32 %%r18, %%r12, %%r3;
                    st.shared.u32 [%%r17], %%r18;
                    %s
                    add.u32 %%r12, %%r12, 1;
                    setp.lt.u32 %%p4, %%r12, 8;
                    @%%p4 bra PRODUCER;
                    ret;
                CONSUMER:
                    and.b32 %%r13, %%r12, 1;
                    shr.u32 %%r14, %%r12, 1;
                    and.b32 %%r14, %%r14, 1;
                    xor.b32 %%r14, %%r14, %s;
                    shl.b32 %%r16, %%r13, 3;
                    add.u32 %%r16, %%r16, %%r11;
                FULL:
                    mbarrier.test_wait.parity.shared.b64 %%p3, [%%r16], %%r14;
                    @!%%p3 bra FULL;
                    shl.b32 %%r17, %%r13, 7;
                    add.u32 %%r17, %%r17, %%r10;
                    ld.shared.u32 %%r18, [%%r17];
                    add.u32 %%r20, %%r20, %%r18;
                    %s
                    add.u32 %%r12, %%r12, 1;
                    setp.lt.u32 %%p4, %%r12, 8;
                    @%%p4 bra CONSUMER;
                    mul.wide.u32 %%rd3, %%r3, 4;
                    add.u64 %%rd3, %%rd3, %%rd2;
                    st.global.u32 [%%rd3], %%r20;
                """.formatted(emptyParity, fullArrive, fullParity, emptyArrive));
    }

    private static final String FULL = "mbarrier.arrive.shared.b64 %rd5, [%r16];";
    private static final String EMPTY = "mbarrier.arrive.shared.b64 %rd5, [%r16+16];";

    private static List<FindingKind> run(String ptx, int threads, int seed) {
        return Litmus.run(ptx, 1, threads, ExecutionOptions.standard().withSeed(seed));
    }

    @Test
    void rightRing() {
        String ptx = ring("1", FULL, "0", EMPTY);
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(run(ptx, 64, seed)).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void consumerDoesNotWait() {
        String ptx = ring("1", FULL, "0", EMPTY)
                .replace("mbarrier.test_wait.parity.shared.b64 %p3, [%r16], %r14;\n    @!%p3 bra FULL;", "");
        boolean raced = false;
        for (int seed = 0; seed < 20; seed++) {
            List<FindingKind> found = run(ptx, 64, seed);
            assertThat(found).as("seed %d", seed).isNotEmpty();
            raced |= found.contains(FindingKind.RACE);
        }
        assertThat(raced).isTrue();
    }

    @Test
    void consumerWaitsForWrongParity() {
        assertThat(run(ring("1", FULL, "1", EMPTY), 64, 0)).isEqualTo(List.of(FindingKind.DEADLOCK));
    }

    @Test
    void producerWaitsForWrongParity() {
        List<Finding> found = Litmus.findings(
                ring("0", FULL, "0", EMPTY),
                new LaunchShape(Dim3.ONE, new Dim3(64, 1, 1), 0),
                ExecutionOptions.standard());
        assertThat(found).hasSize(1);
        assertThat(found.get(0).kind()).isEqualTo(FindingKind.DEADLOCK);
        assertThat(found.get(0).detail())
                .contains("mbarrier at 0x10 (phase 0, 32 of 32 arrivals and 0 transaction bytes outstanding)")
                .contains("mbarrier at 0x0 (phase 0, 32 of 32 arrivals and 0 transaction bytes outstanding)");
    }

    @Test
    void slotIsFreedBeforeItIsRead() {
        String ptx = ring("1", FULL, "0", EMPTY)
                .replace("    ld.shared.u32 %r18, [%r17];\n", "    " + EMPTY + "\n    ld.shared.u32 %r18, [%r17];\n")
                .replace("add.u32 %r20, %r20, %r18;\n    " + EMPTY, "add.u32 %r20, %r20, %r18;");
        assertThat(run(ptx, 64, 0)).contains(FindingKind.RACE);
    }

    @Test
    void arrivalIsMissing() {
        String ptx = ring("1", "setp.ne.u32 %p5, %r3, 7; @%p5 " + FULL, "0", EMPTY);
        assertThat(run(ptx, 64, 0)).isEqualTo(List.of(FindingKind.DEADLOCK));
    }

    private static String single(String body) {
        return Litmus.kernel("sm_90", SHARED, body);
    }

    private static void finds(FindingKind kind, String text, String body) {
        List<Finding> found =
                Litmus.findings(single(body), new LaunchShape(Dim3.ONE, Dim3.ONE, 0), ExecutionOptions.standard());
        assertThat(found).as(body).hasSize(1);
        assertThat(found.get(0).kind()).isEqualTo(kind);
        assertThat(found.get(0).detail()).contains(text);
    }

    private static void fine(String body) {
        assertThat(Litmus.findings(single(body), new LaunchShape(Dim3.ONE, Dim3.ONE, 0), ExecutionOptions.standard()))
                .as(body)
                .isEmpty();
    }

    @Test
    void protocol() {
        String init = "mbarrier.init.shared.b64 [bars], 2;\n";
        finds(FindingKind.MBARRIER, "never initialized", "mbarrier.arrive.shared.b64 %rd5, [bars];");
        finds(FindingKind.MBARRIER, "live", init + init);
        finds(
                FindingKind.MBARRIER,
                "invalid again",
                init + "mbarrier.inval.shared.b64 [bars];" + FULL.replace("%r16", "bars"));
        finds(FindingKind.MBARRIER, "plain read", init + "ld.shared.u64 %rd5, [bars];");
        finds(FindingKind.MBARRIER, "plain write", init + "st.shared.u32 [bars+4], %r1;");
        finds(FindingKind.MBARRIER, "0 arrivals", "mbarrier.init.shared.b64 [bars], 0;");
        finds(
                FindingKind.MBARRIER,
                "more arrivals than are expected",
                init + "mbarrier.arrive.shared.b64 %rd5, [bars], 3;");
        finds(FindingKind.MBARRIER, "noComplete", init + "mbarrier.arrive.noComplete.shared.b64 %rd5, [bars], 2;");
        finds(
                FindingKind.MBARRIER,
                "leaves its range",
                init + "mbarrier.expect_tx.relaxed.cta.shared.b64 [bars], 1048576;");
        finds(
                FindingKind.MBARRIER,
                "a wait for phase 0",
                init
                        + "mbarrier.arrive.shared.b64 %rd5, [bars], 2;\n"
                        + "mbarrier.test_wait.shared.b64 %p1, [bars], %rd5;\n"
                        + "mbarrier.arrive.shared.b64 %rd6, [bars], 2;\n"
                        + "mbarrier.test_wait.shared.b64 %p1, [bars], %rd5;\n");
        finds(
                FindingKind.MBARRIER,
                "nobody has seen the first complete",
                init
                        + "mbarrier.arrive.shared.b64 %rd5, [bars], 2;\n"
                        + "mbarrier.arrive.shared.b64 %rd6, [bars], 2;\n");
        finds(FindingKind.MISALIGNED, "multiple of 8", "mbarrier.init.shared.b64 [bars+4], 2;");
        fine(init + "mbarrier.inval.shared.b64 [bars];\nst.shared.u32 [bars], %r1;\nld.shared.u32 %r3, [bars];");
    }

    @Test
    void countsAndStates() {
        fine("mbarrier.init.shared.b64 [bars], 5;\n"
                + "mbarrier.arrive.shared.b64 %rd5, [bars], 3;\n"
                + "mbarrier.pending_count.b64 %r5, %rd5;\n"
                + "setp.ne.u32 %p1, %r5, 5;\n@%p1 trap;\n"
                + "mbarrier.test_wait.shared.b64 %p2, [bars], %rd5;\n@%p2 trap;\n"
                + "mbarrier.arrive_drop.shared.b64 %rd6, [bars], 2;\n"
                + "mbarrier.pending_count.b64 %r5, %rd6;\n"
                + "setp.ne.u32 %p1, %r5, 2;\n@%p1 trap;\n"
                + "mbarrier.test_wait.shared.b64 %p2, [bars], %rd5;\n@!%p2 trap;\n"
                + "mbarrier.arrive.expect_tx.shared.b64 %rd7, [bars], 64;\n"
                + "mbarrier.pending_count.b64 %r5, %rd7;\n"
                + "setp.ne.u32 %p1, %r5, 3;\n@%p1 trap;\n"
                + "mbarrier.arrive.shared.b64 %rd8, [bars], 2;\n"
                + "mbarrier.test_wait.parity.shared.b64 %p2, [bars], 1;\n@%p2 trap;\n"
                + "mbarrier.complete_tx.shared.b64 [bars], 64;\n"
                + "mbarrier.test_wait.parity.shared.b64 %p2, [bars], 1;\n@!%p2 trap;\n");
    }

    @Test
    void initializationIsNotOrdered() {
        String ptx = single("""
                    setp.ne.u32 %p1, %r1, 0;
                    @!%p1 mbarrier.init.shared.b64 [bars], 64;
                    mbarrier.arrive.shared.b64 %rd5, [bars];
                """);
        assertThat(run(ptx, 64, 0)).contains(FindingKind.RACE);
    }
}
