package dev.clipjet.ptx.wgmma;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A matrix product of 128 x 64 x 320 on two blocks: one thread of a producer warpgroup fills a ring of two stages by bulk copies, a
 * consumer warpgroup multiplies, and the result leaves through a stage of the ring by a bulk copy. The right kernel is silent and
 * exact in every schedule; each change to it is found.
 */
final class WarpSpecialisedGemmTest {
    private static final int SEEDS = Integer.getInteger("clipjet.seeds", 100);
    private static final int M = 128;
    private static final int N = 64;
    private static final int K = 320;
    private static final int TILE = 64;

    private static final String DESCRIPTOR = "0x4000004000010000";

    private static final String KERNEL = """
            .version 8.0
            .target sm_90a
            .address_size 64
            .visible .entry k(.param .u64 a, .param .u64 b, .param .u64 out)
            .maxntid 256, 1, 1
            .maxnreg 168
            {
                .reg .pred %p<16>;
                .reg .b32 %r<64>;
                .reg .f32 %d<32>;
                .reg .b64 %rd<32>;
                .shared .align 1024 .b8 smem[32768];
                .shared .align 8 .b64 bars[4];
                ld.param.u64 %rd1, [a];
                ld.param.u64 %rd2, [b];
                ld.param.u64 %rd3, [out];
                mov.u32 %r1, %tid.x;
                mov.u32 %r2, %ctaid.x;
                mov.u32 %r3, smem;
                mov.u32 %r4, bars;
                mov.u32 %r12, 0;
                setp.ne.u32 %p1, %r1, 0;
                @%p1 bra INITIALIZED;
                mbarrier.init.shared.b64 [bars], 1;
                mbarrier.init.shared.b64 [bars+8], 1;
                mbarrier.init.shared.b64 [bars+16], 4;
                mbarrier.init.shared.b64 [bars+24], 4;
                fence.mbarrier_init.release.cluster;
            INITIALIZED:
                bar.sync 0;
                setp.ge.u32 %p2, %r1, 128;
                @%p2 bra PRODUCER;
                setmaxnreg.inc.sync.aligned.u32 240;
                and.b32 %r5, %r1, 31;
                setp.eq.u32 %p5, %r5, 0;
                setp.ne.u32 %p4, %r12, 0;
            CONSUME:
                and.b32 %r13, %r12, 1;
                shr.u32 %r14, %r12, 1;
                and.b32 %r14, %r14, 1;
                shl.b32 %r16, %r13, 3;
                add.u32 %r16, %r16, %r4;
            FULL:
                mbarrier.try_wait.parity.shared.b64 %p3, [%r16], %r14;
                @!%p3 bra FULL;
                shl.b32 %r17, %r13, 14;
                add.u32 %r17, %r17, %r3;
                shr.u32 %r18, %r17, 4;
                cvt.u64.u32 %rd5, %r18;
                or.b64 %rd5, %rd5, DESCRIPTOR;
                add.u64 %rd6, %rd5, 512;
                wgmma.fence.sync.aligned;
                wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 ACC, %rd5, %rd6, %p4, 1, 1, 0, 0;
                setp.eq.u32 %p4, %r4, %r4;
                add.u64 %rd7, %rd5, 2;
                add.u64 %rd8, %rd6, 2;
                wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 ACC, %rd7, %rd8, %p4, 1, 1, 0, 0;
                add.u64 %rd7, %rd5, 4;
                add.u64 %rd8, %rd6, 4;
                wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 ACC, %rd7, %rd8, %p4, 1, 1, 0, 0;
                add.u64 %rd7, %rd5, 6;
                add.u64 %rd8, %rd6, 6;
                wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 ACC, %rd7, %rd8, %p4, 1, 1, 0, 0;
                wgmma.commit_group.sync.aligned;
                wgmma.wait_group.sync.aligned 0;
                @%p5 mbarrier.arrive.shared.b64 _, [%r16+16];
                add.u32 %r12, %r12, 1;
                setp.lt.u32 %p6, %r12, 5;
                @%p6 bra CONSUME;
                bar.sync 1, 128;
            EPILOGUE
                fence.proxy.async.shared::cta;
                bar.sync 1, 128;
                @%p1 bra DONE;
                mul.wide.u32 %rd10, %r2, 16384;
                add.u64 %rd10, %rd10, %rd3;
                cp.async.bulk.global.shared::cta.bulk_group [%rd10], [%r3], 16384;
                cp.async.bulk.commit_group;
                cp.async.bulk.wait_group.read 0;
            DONE:
                ret;
            PRODUCER:
                setmaxnreg.dec.sync.aligned.u32 40;
                setp.ne.u32 %p7, %r1, 128;
                @%p7 bra DONE;
                mul.wide.u32 %rd11, %r2, 40960;
                add.u64 %rd11, %rd11, %rd1;
            PRODUCE:
                and.b32 %r13, %r12, 1;
                shr.u32 %r14, %r12, 1;
                and.b32 %r14, %r14, 1;
                xor.b32 %r14, %r14, 1;
                shl.b32 %r16, %r13, 3;
                add.u32 %r16, %r16, %r4;
            EMPTY:
                mbarrier.try_wait.parity.shared.b64 %p3, [%r16+16], %r14;
                @!%p3 bra EMPTY;
                shl.b32 %r17, %r13, 14;
                add.u32 %r17, %r17, %r3;
                add.u32 %r18, %r17, 8192;
                mbarrier.arrive.expect_tx.shared.b64 _, [%r16], 16384;
                cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%r17], [%rd11], 8192, [%r16];
                cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%r18], [%rd2], 8192, [%r16];
                add.u64 %rd11, %rd11, 8192;
                add.u64 %rd2, %rd2, 8192;
                add.u32 %r12, %r12, 1;
                setp.lt.u32 %p6, %r12, 5;
                @%p6 bra PRODUCE;
                ret;
            }
            """.replace("DESCRIPTOR", DESCRIPTOR)
            .replace("ACC", WgmmaText.registers("%d", 32))
            .replace("EPILOGUE\n", epilogue());

    /** The accumulators go to the first stage, row-major. */
    private static String epilogue() {
        StringBuilder text = new StringBuilder("""
                    shr.u32 %r50, %r1, 5;
                    shr.u32 %r52, %r5, 2;
                    and.b32 %r53, %r5, 3;
                    shl.b32 %r50, %r50, 4;
                    add.u32 %r50, %r50, %r52;
                    shl.b32 %r50, %r50, 6;
                    shl.b32 %r53, %r53, 1;
                    add.u32 %r50, %r50, %r53;
                    shl.b32 %r50, %r50, 2;
                    add.u32 %r50, %r50, %r3;
                """);
        for (int i = 0; i < 32; i++) {
            int at = 4 * (8 * (i >> 1 & 1) * N + 8 * (i >> 2) + (i & 1));
            text.append("    st.shared.f32 [%r50+")
                    .append(at)
                    .append("], %d")
                    .append(i)
                    .append(";\n");
        }
        return text.toString();
    }

    /**
     * A change to the kernel.
     *
     * @param at what the reported instruction contains
     */
    record Mutation(String name, String from, String to, FindingKind kind, String at) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Mutation> mutations() {
        String waitFull = "FULL:\n    mbarrier.try_wait.parity.shared.b64 %p3, [%r16], %r14;\n    @!%p3 bra FULL;\n";
        String waitEmpty = "    @!%p3 bra EMPTY;\n";
        String wait = "    wgmma.wait_group.sync.aligned 0;\n";
        String free = "    @%p5 mbarrier.arrive.shared.b64 _, [%r16+16];\n";
        String bulkWait = "    cp.async.bulk.wait_group.read 0;\n";
        return List.of(
                new Mutation("missing wait for the data", waitFull, "", FindingKind.PENDING_COPY, "wgmma.mma_async"),
                new Mutation("wrong parity of the consumer", "[%r16], %r14", "[%r16], %r13", FindingKind.DEADLOCK, ""),
                new Mutation("expect_tx 16 bytes short", "[%r16], 16384", "[%r16], 16368", FindingKind.DEADLOCK, ""),
                new Mutation("expect_tx 16 bytes long", "[%r16], 16384", "[%r16], 16400", FindingKind.DEADLOCK, ""),
                new Mutation(
                        "mbarrier not fenced",
                        "    fence.mbarrier_init.release.cluster;\n",
                        "",
                        FindingKind.PROXY_FENCE,
                        "cp.async.bulk.shared"),
                new Mutation(
                        "no barrier after the initialization",
                        "    bar.sync 0;\n",
                        "",
                        FindingKind.RACE,
                        "mbarrier.try_wait"),
                new Mutation(
                        "missing wgmma.fence",
                        "    wgmma.fence.sync.aligned;\n",
                        "",
                        FindingKind.WGMMA,
                        "wgmma.mma_async"),
                new Mutation("missing wait_group", wait, "", FindingKind.PENDING_SOURCE, "cp.async.bulk.shared"),
                new Mutation(
                        "wait_group too large",
                        wait,
                        wait.replace("0;", "1;"),
                        FindingKind.PENDING_SOURCE,
                        "cp.async.bulk.shared"),
                new Mutation(
                        "stage is freed before the wait",
                        wait + free,
                        free + wait,
                        FindingKind.PENDING_SOURCE,
                        "cp.async.bulk.shared"),
                new Mutation(
                        "accumulator read before the wait",
                        wait,
                        "    mov.f32 %d0, %d0;\n" + wait,
                        FindingKind.WGMMA,
                        "mov.f32"),
                new Mutation("producer does not wait", waitEmpty, "", FindingKind.PENDING_COPY, "cp.async.bulk.shared"),
                new Mutation(
                        "epilogue without fence",
                        "    fence.proxy.async.shared::cta;\n",
                        "",
                        FindingKind.PROXY_FENCE,
                        "cp.async.bulk.global"),
                new Mutation(
                        "bulk store issued without a barrier",
                        "    bar.sync 1, 128;\n    @%p1 bra DONE;\n",
                        "    @%p1 bra DONE;\n",
                        FindingKind.RACE,
                        "cp.async.bulk.global"),
                new Mutation(
                        "stage reused without a barrier",
                        "    @%p6 bra CONSUME;\n    bar.sync 1, 128;\n",
                        "    @%p6 bra CONSUME;\n",
                        FindingKind.PENDING_SOURCE,
                        "st.shared.f32"),
                new Mutation(
                        "bulk store not waited for", bulkWait, "", FindingKind.NEVER_WAITED, "cp.async.bulk.global"),
                new Mutation(
                        "source overwritten under a bulk store",
                        bulkWait,
                        "    st.shared.u32 [%r3], %r1;\n" + bulkWait,
                        FindingKind.PENDING_SOURCE,
                        "st.shared.u32"),
                new Mutation(
                        "target read under a bulk store",
                        bulkWait,
                        bulkWait + "    ld.global.u32 %r60, [%rd10];\n",
                        FindingKind.PENDING_COPY,
                        "ld.global.u32"),
                new Mutation(
                        "write to a stage under a bulk copy",
                        "    add.u64 %rd11, %rd11, 8192;\n",
                        "    st.shared.u32 [%r17], %r1;\n    add.u64 %rd11, %rd11, 8192;\n",
                        FindingKind.PENDING_COPY,
                        "st.shared.u32"),
                new Mutation(
                        "descriptors differ between warps",
                        "    add.u64 %rd6, %rd5, 512;\n",
                        "    add.u64 %rd6, %rd5, 512;\n    shr.u32 %r40, %r1, 6;\n    cvt.u64.u32 %rd25, %r40;\n"
                                + "    add.u64 %rd6, %rd6, %rd25;\n    sub.u64 %rd6, %rd6, %rd25;\n"
                                + "    add.u64 %rd5, %rd5, %rd25;\n",
                        FindingKind.WGMMA,
                        "wgmma.mma_async"),
                new Mutation(
                        "registers never handed back",
                        "    setmaxnreg.dec.sync.aligned.u32 40;\n",
                        "",
                        FindingKind.DEADLOCK,
                        "setmaxnreg.inc"));
    }

    private record Outcome(List<Finding> findings, boolean exact) {}

    private static Outcome run(String ptx, ExecutionOptions options) {
        Random random = new Random(7);
        int[][] a = new int[M][K];
        int[][] b = new int[N][K];
        short[] tilesA = new short[M * K];
        short[] tilesB = new short[N * K];
        for (int k = 0; k < K; k++) {
            for (int m = 0; m < M; m++) {
                a[m][k] = random.nextInt(9) - 4;
                tilesA[m / TILE * TILE * K + place(m % TILE, k)] = half(a[m][k]);
            }
            for (int n = 0; n < N; n++) {
                b[n][k] = random.nextInt(9) - 4;
                tilesB[place(n, k)] = half(b[n][k]);
            }
        }
        try (Rig rig = new Rig("gemm", ptx, options)) {
            long out = rig.raw(4L * M * N);
            List<Finding> findings = List.of();
            long left = rig.shorts(tilesA);
            long right = rig.shorts(tilesB);
            try {
                rig.launch("k", Dim3.of(2), Dim3.of(256), left, right, out);
            } catch (KernelFindingsException found) {
                findings = found.findings();
            }
            boolean exact = rig.device() != null && findings.isEmpty();
            if (exact) {
                float[] result = rig.readFloats(out, M * N);
                for (int m = 0; m < M; m++) {
                    for (int n = 0; n < N; n++) {
                        int sum = 0;
                        for (int k = 0; k < K; k++) {
                            sum += a[m][k] * b[n][k];
                        }
                        exact &= result[m * N + n] == sum;
                    }
                }
            }
            return new Outcome(findings, exact);
        }
    }

    /** Element of a row of 64 halves in a tile of 64 rows, its groups of eight mixed by the row. */
    private static int place(int row, int k) {
        int column = k % TILE;
        return k / TILE * TILE * TILE + row * TILE + ((column / 8 ^ row % 8) * 8 + column % 8);
    }

    private static short half(int value) {
        int magnitude = Math.abs(value);
        if (magnitude == 0) {
            return 0;
        }
        int exponent = 31 - Integer.numberOfLeadingZeros(magnitude);
        return (short) ((value < 0 ? 0x8000 : 0) | exponent + 15 << 10 | (magnitude << 10 - exponent & 0x3ff));
    }

    @Test
    void rightKernelIsExactAndSilent() {
        for (Landing landing : Landing.values()) {
            for (long seed = 0; seed < SEEDS; seed++) {
                Outcome outcome =
                        run(KERNEL, ExecutionOptions.standard().withSeed(seed).withLanding(landing));
                assertThat(outcome.findings).as("seed %d, %s", seed, landing).isEmpty();
                assertThat(outcome.exact).as("seed %d, %s", seed, landing).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("mutations")
    void mutationIsFound(Mutation mutation) {
        assertThat(KERNEL).contains(mutation.from);
        List<Finding> found = run(KERNEL.replace(mutation.from, mutation.to), ExecutionOptions.standard()).findings;
        assertThat(found).as(mutation.name).anySatisfy(finding -> {
            assertThat(finding.kind()).isEqualTo(mutation.kind);
            assertThat(finding.place().instruction()).contains(mutation.at);
        });
    }

    @ParameterizedTest
    @MethodSource("mutations")
    void mutationIsFoundInEveryLandingMode(Mutation mutation) {
        List<FindingKind> kinds = new ArrayList<>();
        for (Landing landing : Landing.values()) {
            ExecutionOptions options = ExecutionOptions.standard().withLanding(landing);
            run(KERNEL.replace(mutation.from, mutation.to), options)
                    .findings
                    .forEach(finding -> kinds.add(finding.kind()));
            assertThat(kinds).as("%s, %s", mutation.name, landing).contains(mutation.kind);
            kinds.clear();
        }
    }

    @Test
    void exchangedOffsetsOrAnotherSwizzleGiveAnotherResult() {
        for (String descriptor : Arrays.asList("0x4000000100400000", "0x8000004000010000", "0x0000004000010000")) {
            Outcome outcome = run(KERNEL.replace(DESCRIPTOR, descriptor), ExecutionOptions.standard());
            assertThat(outcome.exact).as(descriptor).isFalse();
        }
    }
}
