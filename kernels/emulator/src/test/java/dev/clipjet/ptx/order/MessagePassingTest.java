package dev.clipjet.ptx.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.report.FindingKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One thread writes data and then a flag, another waits for the flag and reads the data: which programs order the two. */
final class MessagePassingTest {
    private static final int SEEDS = 100;

    /** Block 0 writes, block 1 reads. */
    private static String blocks(String write, String wait) {
        return Litmus.kernel("sm_80", "", """
                    setp.ne.u32 %%p1, %%r2, 0;
                    mov.u32 %%r5, 1;
                    mov.u32 %%r6, 42;
                    @%%p1 bra READER;
                    st.global.u32 [%%rd1], %%r6;
                    %s
                    ret;
                READER:
                    %s
                    setp.eq.u32 %%p2, %%r7, 0;
                    @%%p2 bra READER;
                    %s
                    ld.global.u32 %%r8, [%%rd1];
                    st.global.u32 [%%rd2], %%r8;
                """.formatted(
                        write,
                        wait.contains("|") ? wait.substring(0, wait.indexOf('|')) : wait,
                        wait.contains("|") ? wait.substring(wait.indexOf('|') + 1) : ""));
    }

    private static void silent(String write, String wait) {
        String ptx = blocks(write, wait);
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(Litmus.run(ptx, 2, 1, ExecutionOptions.standard().withSeed(seed)))
                    .as("seed %d of %s / %s", seed, write, wait)
                    .isEmpty();
        }
    }

    private static void racy(String write, String wait) {
        String ptx = blocks(write, wait);
        for (int seed = 0; seed < 5; seed++) {
            assertThat(Litmus.run(ptx, 2, 1, ExecutionOptions.standard().withSeed(seed)))
                    .as("seed %d of %s / %s", seed, write, wait)
                    .isEqualTo(List.of(FindingKind.RACE));
        }
    }

    @Test
    void releaseAndAcquire() {
        silent("st.release.gpu.global.u32 [%rd1+128], %r5;", "ld.acquire.gpu.global.u32 %r7, [%rd1+128];");
        silent("st.release.sys.global.u32 [%rd1+128], %r5;", "ld.acquire.gpu.global.u32 %r7, [%rd1+128];");
        silent("red.release.gpu.global.add.u32 [%rd1+128], %r5;", "ld.acquire.gpu.global.u32 %r7, [%rd1+128];");
        silent(
                "atom.release.gpu.global.exch.b32 %r9, [%rd1+128], %r5;",
                "atom.acquire.gpu.global.or.b32 %r7, [%rd1+128], 0;");
    }

    @Test
    void fencesAroundRelaxedAccesses() {
        silent(
                "fence.acq_rel.gpu; st.relaxed.gpu.global.u32 [%rd1+128], %r5;",
                "ld.relaxed.gpu.global.u32 %r7, [%rd1+128]; | fence.acq_rel.gpu;");
        silent(
                "membar.gl; st.volatile.global.u32 [%rd1+128], %r5;",
                "ld.volatile.global.u32 %r7, [%rd1+128]; | membar.gl;");
        silent(
                "fence.sc.gpu; red.relaxed.gpu.global.add.u32 [%rd1+128], %r5;",
                "ld.acquire.gpu.global.u32 %r7, [%rd1+128];");
        silent(
                "st.release.gpu.global.u32 [%rd1+128], %r5;",
                "atom.relaxed.gpu.global.add.u32 %r7, [%rd1+128], 0; | fence.sc.gpu;");
    }

    @Test
    void missingHalves() {
        racy("st.relaxed.gpu.global.u32 [%rd1+128], %r5;", "ld.acquire.gpu.global.u32 %r7, [%rd1+128];");
        racy("st.release.gpu.global.u32 [%rd1+128], %r5;", "ld.relaxed.gpu.global.u32 %r7, [%rd1+128];");
        racy(
                "st.relaxed.gpu.global.u32 [%rd1+128], %r5; fence.acq_rel.gpu;",
                "ld.acquire.gpu.global.u32 %r7, [%rd1+128];");
        racy(
                "fence.acq_rel.gpu; st.relaxed.gpu.global.u32 [%rd1+128], %r5;",
                "fence.acq_rel.gpu; ld.relaxed.gpu.global.u32 %r7, [%rd1+128];");
    }

    @Test
    void scopesThatLeaveTheOtherOut() {
        racy("st.release.cta.global.u32 [%rd1+128], %r5;", "ld.acquire.gpu.global.u32 %r7, [%rd1+128];");
        racy("st.release.gpu.global.u32 [%rd1+128], %r5;", "ld.acquire.cta.global.u32 %r7, [%rd1+128];");
        racy(
                "fence.acq_rel.cta; st.relaxed.gpu.global.u32 [%rd1+128], %r5;",
                "ld.acquire.gpu.global.u32 %r7, [%rd1+128];");
        racy(
                "membar.cta; st.volatile.global.u32 [%rd1+128], %r5;",
                "ld.volatile.global.u32 %r7, [%rd1+128]; | membar.gl;");
    }

    @Test
    void plainFlag() {
        String ptx = blocks(
                "membar.gl; st.global.u32 [%rd1+128], %r5;", "ld.volatile.global.u32 %r7, [%rd1+128]; | membar.gl;");
        assertThat(Litmus.run(ptx, 2, 1, ExecutionOptions.standard())).contains(FindingKind.RACE);
    }

    @Test
    void flagOfAnotherSize() {
        racy("st.release.gpu.global.u32 [%rd1+128], %r5;", "ld.acquire.gpu.global.u8 %r7, [%rd1+128];");
    }
}
