package dev.clipjet.ptx.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Races in global memory that need more than the last write: earlier reads, lanes of one store, non-coherent loads. */
final class GlobalRacesTest {
    private static final LaunchShape TWO_BLOCKS = new LaunchShape(Dim3.of(2), Dim3.of(32), 0);

    private static String kernel(String body) {
        return Litmus.kernel("sm_80", "", """
                    mul.wide.u32 %rd3, %r1, 4;
                    mul.wide.u32 %rd4, %r2, 128;
                    add.u64 %rd5, %rd1, %rd3;
                    add.u64 %rd6, %rd2, %rd3;
                    add.u64 %rd7, %rd6, %rd4;
                """ + body);
    }

    private static List<FindingKind> kinds(String body, LaunchShape shape) {
        return Litmus.findings(kernel(body), shape, ExecutionOptions.standard()).stream()
                .map(Finding::kind)
                .toList();
    }

    /** Block 0 runs first and only reads; block 1 writes. Without a second run, the page would have no record of the reads. */
    private static final String READ_THEN_WRITTEN = """
                setp.ne.u32 %p1, %r2, 0;
                @%p1 bra WRITE;
                ld.global.u32 %r5, [%rd5];
                st.global.u32 [%rd7], %r5;
                ret;
            WRITE:
                st.global.u32 [%rd5], %r1;
            """;

    @Test
    void readBeforeItIsWrittenByAnotherBlock() {
        for (int workers : new int[] {1, 2}) {
            ExecutionOptions options = ExecutionOptions.standard().withWorkers(workers);
            List<Finding> found = Litmus.findings(kernel(READ_THEN_WRITTEN), TWO_BLOCKS, options);
            assertThat(found).extracting(Finding::kind).containsExactly(FindingKind.RACE);
        }
    }

    /** Each thread replaces its own word: read, then written, by one thread. */
    private static final String IN_PLACE = """
                add.u64 %rd8, %rd5, %rd4;
                ld.global.u32 %r5, [%rd8];
                add.u32 %r5, %r5, 1;
                st.global.u32 [%rd8], %r5;
            """;

    @Test
    void updatesInPlaceHappenOnce() {
        for (int seed = 0; seed < 20; seed++) {
            try (Rig rig = new Rig(
                    "in place", kernel(IN_PLACE), ExecutionOptions.standard().withSeed(seed))) {
                int[] start = new int[64];
                long data = rig.ints(start);
                long out = rig.raw(256);
                for (int launch = 1; launch <= 3; launch++) {
                    rig.launch("k", TWO_BLOCKS, data, out);
                    assertThat(rig.readInts(data, 64)).as("launch %d", launch).containsOnly(launch);
                }
            }
        }
    }

    @Test
    void whatNobodyWroteStaysSoInTheSecondRun() {
        String ptx = kernel("""
                    ld.global.u32 %r5, [%rd5];
                    st.global.u32 [%rd5+128], %r5;
                    ld.global.u32 %r6, [%rd5+256];
                    st.global.u32 [%rd6], %r6;
                """);
        try (Rig rig = new Rig("undefined", ptx, ExecutionOptions.standard())) {
            long data = rig.raw(512);
            rig.fill(data, 128);
            long out = rig.raw(512);
            LaunchShape one = new LaunchShape(Dim3.ONE, Dim3.of(32), 0);
            try {
                rig.launch("k", one, data, out);
                assertThat(false).as("undefined values are found").isTrue();
            } catch (KernelFindingsException found) {
                assertThat(found.findings()).extracting(Finding::kind).containsOnly(FindingKind.UNDEFINED_VALUE);
            }
        }
    }

    @Test
    void lanesOfOneStore() {
        LaunchShape one = new LaunchShape(Dim3.ONE, Dim3.of(32), 0);
        assertThat(kinds("st.global.u32 [%rd1], %r1;", one)).containsExactly(FindingKind.CONFLICTING_LANES);
        assertThat(kinds("st.global.u32 [%rd1], %r2;", one)).isEmpty();
        assertThat(kinds(
                        "@%p1 bra X;\nst.global.u32 [%rd1], %r2;\nX: st.global.u32 [%rd1], %r2;"
                                .replace("@%p1", "setp.eq.u32 %p1, %r1, 3;\n@%p1"),
                        one))
                .contains(FindingKind.RACE);
    }

    @Test
    void nonCoherentLoads() {
        LaunchShape one = new LaunchShape(Dim3.ONE, Dim3.of(32), 0);
        assertThat(kinds("ld.global.nc.u32 %r5, [%rd5];\nst.global.u32 [%rd6], %r5;", one))
                .isEmpty();
        assertThat(kinds("st.global.u32 [%rd5], %r1;\nld.global.nc.u32 %r5, [%rd5];", one))
                .containsExactly(FindingKind.NON_COHERENT_READ);
        assertThat(kinds("ld.global.nc.u32 %r5, [%rd5];\nst.global.u32 [%rd5], %r5;", one))
                .containsExactly(FindingKind.NON_COHERENT_READ);
    }

    /** Consecutive lanes take the fast path, a permutation of them the slow one; both must find the same. */
    @Test
    void consecutiveAndPermutedLanesAreCheckedAlike() {
        String[] bodies = {
            "st.global.u32 [%rd8], %r1;",
            "ld.global.u32 %r5, [%rd8];\nst.global.u32 [%rd7], %r5;\nst.global.u32 [%rd8], %r1;",
            "ld.global.nc.u32 %r5, [%rd8];\nst.global.u32 [%rd8], %r5;",
            "ld.global.u32 %r5, [%rd8+8192];\nst.global.u32 [%rd7], %r5;",
            "st.global.u32 [%rd8+16300], %r1;",
            "ld.global.u32 %r5, [%rd8+16300];\nst.global.u32 [%rd7], %r5;"
        };
        String[] places = {"add.u64 %rd8, %rd1, %rd3;", "xor.b64 %rd9, %rd3, 4;\nadd.u64 %rd8, %rd1, %rd9;"};
        for (String body : bodies) {
            List<FindingKind> fast = half(places[0] + "\n" + body);
            List<FindingKind> slow = half(places[1] + "\n" + body);
            assertThat(fast).as(body).isNotEmpty().isEqualTo(slow);
        }
    }

    /** Runs two blocks on 16 KiB of which only the first half was written. */
    private static List<FindingKind> half(String body) {
        try (Rig rig = new Rig("paths", kernel(body), ExecutionOptions.standard())) {
            long data = rig.raw(16384);
            rig.fill(data, 8192);
            long out = rig.raw(256);
            try {
                rig.launch("k", TWO_BLOCKS, data, out);
                return List.of();
            } catch (KernelFindingsException found) {
                return found.findings().stream().map(Finding::kind).toList();
            }
        }
    }
}
