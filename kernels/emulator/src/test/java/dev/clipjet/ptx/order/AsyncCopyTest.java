package dev.clipjet.ptx.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code cp.async} of one warp. */
final class AsyncCopyTest {
    private static final String SHARED = ".shared .align 16 .b32 to[128]; .shared .align 8 .b64 bar;";

    private static String kernel(String body) {
        return Litmus.kernel("sm_80", SHARED, """
                    shl.b32 %r3, %r1, 4;
                    mov.u32 %r4, to;
                    add.u32 %r4, %r4, %r3;
                    cvt.u64.u32 %rd3, %r3;
                    add.u64 %rd4, %rd1, %rd3;
                    add.u64 %rd5, %rd2, %rd3;
                """ + body);
    }

    private static final String COPY_OUT = """
                ld.shared.v4.u32 {%r40, %r41, %r42, %r43}, [%r4];
                st.global.v4.u32 [%rd5], {%r40, %r41, %r42, %r43};
            """;

    /** Runs with {@code words} words of input, 1, 2, 3 ..., and returns what comes out, or fails on findings. */
    private static int[] run(String ptx, int words, ExecutionOptions options) {
        try (Rig rig = new Rig("copies", ptx, options)) {
            int[] input = new int[words];
            for (int i = 0; i < words; i++) {
                input[i] = i + 1;
            }
            long out = rig.raw(512);
            rig.launch("k", Dim3.ONE, Dim3.of(32), rig.ints(input), out);
            return rig.readInts(out, 128);
        }
    }

    private static List<FindingKind> findings(String ptx, Landing landing) {
        try {
            run(ptx, 128, ExecutionOptions.standard().withLanding(landing));
            return List.of();
        } catch (KernelFindingsException found) {
            return found.findings().stream().map(Finding::kind).toList();
        }
    }

    private static void everyMode(String ptx, int words, int[] expected) {
        for (Landing landing : Landing.values()) {
            for (int seed = 0; seed < 20; seed++) {
                ExecutionOptions options =
                        ExecutionOptions.standard().withLanding(landing).withSeed(seed);
                assertThat(run(ptx, words, options))
                        .as("%s, seed %d", landing, seed)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void onlyTheBytesThatAreReadNeedExist() {
        // Lane i of the last eight has a source of 4 (i - 24) bytes modulo 16; the input ends with what lane 28 reads.
        String ptx = kernel("""
                    sub.u32 %r5, %r1, 24;
                    setp.lt.u32 %p1, %r1, 24;
                    selp.u32 %r5, 4, %r5, %p1;
                    shl.b32 %r5, %r5, 2;
                    and.b32 %r5, %r5, 15;
                    setp.lt.u32 %p2, %r1, 29;
                    selp.u32 %r5, %r5, 0, %p2;
                    selp.u32 %r5, 16, %r5, %p1;
                    cp.async.cg.shared.global [%r4], [%rd4], 16, %r5;
                    cp.async.wait_all;
                """ + COPY_OUT);
        int words = 27 * 4 + 3;
        int[] expected = new int[128];
        for (int lane = 0; lane < 32; lane++) {
            int count = lane < 24 ? 4 : lane < 29 ? (lane - 24) % 4 : 0;
            for (int i = 0; i < count; i++) {
                expected[4 * lane + i] = 4 * lane + i + 1;
            }
        }
        everyMode(ptx, words, expected);
    }

    @Test
    void ignoredSource() {
        String ptx = kernel("""
                    and.b32 %r5, %r1, 1;
                    setp.eq.u32 %p1, %r5, 1;
                    cp.async.ca.shared.global [%r4], [%rd4], 16, %p1;
                    cp.async.commit_group;
                    cp.async.wait_group 0;
                """ + COPY_OUT);
        int[] expected = new int[128];
        for (int i = 0; i < 128; i++) {
            expected[i] = i / 4 % 2 == 0 ? i + 1 : 0;
        }
        everyMode(ptx, 128, expected);
    }

    @Test
    void sourceLongerThanTheCopy() {
        String ptx = kernel("""
                    mov.u32 %r5, 20;
                    cp.async.cg.shared.global [%r4], [%rd4], 16, %r5;
                    cp.async.wait_all;
                """);
        assertThat(findings(ptx, Landing.LATE)).containsExactly(FindingKind.UNSPECIFIED_RESULT);
    }

    private static String tracked(String count, String arrive, String wait) {
        return kernel("""
                    setp.ne.u32 %%p1, %%r1, 0;
                    @!%%p1 mbarrier.init.shared.b64 [bar], %s;
                    bar.warp.sync 0xffffffff;
                    cp.async.ca.shared.global [%%r4], [%%rd4], 16;
                    %s
                    %s
                    xor.b32 %%r4, %%r4, 16;
                %s""".formatted(count, arrive, wait, COPY_OUT));
    }

    private static int[] swapped() {
        int[] expected = new int[128];
        for (int i = 0; i < 128; i++) {
            expected[i] = (i ^ 4) + 1;
        }
        return expected;
    }

    private static final String WAIT = "W: mbarrier.test_wait.parity.shared.b64 %p2, [bar], 0;\n    @!%p2 bra W;";

    @Test
    void arrivalsWhenCopiesAreDone() {
        // With .noinc the barrier counts these arrivals; without it each adds one that it takes away again.
        everyMode(tracked("32", "cp.async.mbarrier.arrive.noinc.shared.b64 [bar];", WAIT), 128, swapped());
        everyMode(
                tracked(
                        "32",
                        "cp.async.mbarrier.arrive.shared.b64 [bar];\n    mbarrier.arrive.shared.b64 %rd9, [bar];",
                        WAIT),
                128,
                swapped());
    }

    @Test
    void trackedCopiesThatNobodyWaitsFor() {
        for (Landing landing : List.of(Landing.LATE, Landing.AT_ISSUE)) {
            String ptx = tracked("32", "cp.async.mbarrier.arrive.noinc.shared.b64 [bar];", "");
            assertThat(findings(ptx, landing)).as("%s", landing).contains(FindingKind.PENDING_COPY);
        }
        String inc = tracked("32", "cp.async.mbarrier.arrive.shared.b64 [bar];", WAIT);
        assertThat(findings(inc, Landing.LATE)).contains(FindingKind.DEADLOCK);
    }

    @Test
    void sourceIsOverwritten() {
        String ptx = kernel("""
                    cp.async.ca.shared.global [%r4], [%rd4], 16;
                    mov.u32 %r7, 77;
                    st.global.u32 [%rd4], %r7;
                    cp.async.wait_all;
                """);
        for (Landing landing : Landing.values()) {
            assertThat(findings(ptx, landing)).as("%s", landing).contains(FindingKind.PENDING_SOURCE);
        }
    }

    @Test
    void twoCopiesToOnePlace() {
        String ptx = kernel("""
                    cp.async.ca.shared.global [%r4], [%rd4], 16;
                    cp.async.ca.shared.global [%r4], [%rd1], 16;
                    cp.async.wait_all;
                """);
        for (Landing landing : Landing.values()) {
            assertThat(findings(ptx, landing)).as("%s", landing).contains(FindingKind.PENDING_COPY);
        }
    }

    @Test
    void targetIsStillBeingRead() {
        String ptx = kernel("""
                    mov.u32 %r7, 1;
                    st.shared.u32 [%r4], %r7;
                    bar.warp.sync 0xffffffff;
                    xor.b32 %r8, %r4, 16;
                    ld.shared.u32 %r9, [%r8];
                    cp.async.ca.shared.global [%r4], [%rd4], 16;
                    cp.async.wait_all;
                """);
        for (Landing landing : Landing.values()) {
            assertThat(findings(ptx, landing)).as("%s", landing).containsExactly(FindingKind.RACE);
        }
        assertThat(findings(
                        ptx.replace("    cp.async.ca", "    bar.warp.sync 0xffffffff;\n    cp.async.ca"), Landing.LATE))
                .isEmpty();
    }
}
