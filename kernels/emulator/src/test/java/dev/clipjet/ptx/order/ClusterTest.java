package dev.clipjet.ptx.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two blocks of a cluster: the first loads data for both by multicast; both tell it by a remote arrival that they have read it. */
final class ClusterTest {
    private static final String KERNEL =
            Litmus.kernel("sm_90a", ".shared .align 128 .b8 stage[128]; .shared .align 8 .b64 bars[2];", """
                mov.u32 %r3, %cluster_ctarank;
                mov.u32 %r4, bars;
                mov.u32 %r5, stage;
                mov.u32 %r20, 0;
                setp.ne.u32 %p1, %r1, 0;
                @%p1 bra INITIALIZED;
                mbarrier.init.shared.b64 [bars], 1;
                mbarrier.init.shared.b64 [bars+8], 2;
                fence.mbarrier_init.release.cluster;
            INITIALIZED:
                barrier.cluster.arrive.release.aligned;
                barrier.cluster.wait.acquire.aligned;
                mov.u32 %r12, 0;
                add.u32 %r13, %r4, 8;
                mapa.shared::cluster.u32 %r14, %r13, 0;
            NEXT:
                and.b32 %r15, %r12, 1;
                setp.ne.u32 %p2, %r1, 0;
                @%p2 bra READ;
                mbarrier.arrive.expect_tx.shared.b64 _, [bars], 128;
                setp.ne.u32 %p3, %r3, 0;
                @%p3 bra READ;
                xor.b32 %r16, %r15, 1;
            EMPTY:
                mbarrier.try_wait.parity.shared.b64 %p4, [bars+8], %r16;
                @!%p4 bra EMPTY;
                mov.u16 %h1, 3;
                mul.wide.u32 %rd3, %r12, 128;
                add.u64 %rd3, %rd3, %rd1;
                cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [stage], [%rd3], 128, [bars], %h1;
            READ:
                mbarrier.try_wait.parity.shared.b64 %p4, [bars], %r15;
                @!%p4 bra READ;
                shl.b32 %r17, %r1, 2;
                add.u32 %r17, %r17, %r5;
                ld.shared.u32 %r18, [%r17];
                add.u32 %r20, %r20, %r18;
                bar.warp.sync 0xffffffff;
                @!%p1 mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%r14];
                add.u32 %r12, %r12, 1;
                setp.lt.u32 %p5, %r12, 4;
                @%p5 bra NEXT;
                shl.b32 %r21, %r2, 5;
                add.u32 %r21, %r21, %r1;
                mul.wide.u32 %rd4, %r21, 4;
                add.u64 %rd4, %rd4, %rd2;
                st.global.u32 [%rd4], %r20;
                barrier.cluster.arrive.aligned;
                barrier.cluster.wait.aligned;
            """);

    private static List<Finding> run(String ptx, ExecutionOptions options) {
        try (Rig rig = new Rig("cluster", ptx, options)) {
            long data = rig.ints(IntStream.range(0, 128).toArray());
            long out = rig.raw(4 * 128);
            LaunchShape shape = new LaunchShape(Dim3.of(4), Dim3.of(32), Dim3.of(2), 0, false);
            try {
                rig.launch("k", shape, data, out);
            } catch (KernelFindingsException found) {
                return found.findings();
            }
            int[] sums = rig.readInts(out, 128);
            for (int i = 0; i < 128; i++) {
                assertThat(sums[i]).isEqualTo(4 * (i % 32) + 32 * (1 + 2 + 3));
            }
            return List.of();
        }
    }

    @Test
    void multicastAndRemoteArrival() {
        for (Landing landing : Landing.values()) {
            for (long seed = 0; seed < 100; seed++) {
                assertThat(run(
                                KERNEL,
                                ExecutionOptions.standard().withSeed(seed).withLanding(landing)))
                        .as("seed %d, %s", seed, landing)
                        .isEmpty();
            }
        }
    }

    private static void finds(FindingKind kind, String from, String to) {
        assertThat(KERNEL).contains(from);
        assertThat(run(KERNEL.replace(from, to), ExecutionOptions.standard()))
                .extracting(Finding::kind)
                .contains(kind);
    }

    @Test
    void peerIsNotInitialized() {
        finds(FindingKind.RACE, "barrier.cluster.arrive.release", "barrier.cluster.arrive.relaxed");
    }

    @Test
    void stageIsFreedBeforeItIsRead() {
        String read = "    ld.shared.u32 %r18, [%r17];\n";
        String free = "    bar.warp.sync 0xffffffff;\n"
                + "    @!%p1 mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%r14];\n";
        String without = KERNEL.replace(free, "").replace(read, free + read);
        assertThat(run(without, ExecutionOptions.standard()))
                .extracting(Finding::kind)
                .contains(FindingKind.RACE);
    }

    @Test
    void peerHasExited() {
        String ptx = KERNEL.replace("    barrier.cluster.arrive.aligned;\n    barrier.cluster.wait.aligned;\n", "")
                .replace(
                        "    setp.lt.u32 %p5, %r12, 4;\n",
                        "    setp.lt.u32 %p5, %r12, 4;\n    @%p3 bra STAY;\n    ret;\nSTAY:\n");
        boolean found = false;
        for (long seed = 0; seed < 20; seed++) {
            found |= run(ptx, ExecutionOptions.standard().withSeed(seed)).stream()
                    .anyMatch(finding -> finding.detail().contains("whose threads have all exited"));
        }
        assertThat(found).isTrue();
    }

    @Test
    void waitWithoutArrival() {
        finds(FindingKind.BARRIER, "    barrier.cluster.arrive.release.aligned;\n", "");
    }
}
