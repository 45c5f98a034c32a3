package dev.clipjet.ptx.planted;

import dev.clipjet.ptx.report.FindingKind;
import java.util.List;

/** The planted bugs of sm_90: mbarriers, bulk copies, proxies, {@code wgmma}, clusters. */
final class HopperBugs {
    private HopperBugs() {}

    private static final String FIRST = "setp.eq.u32 %p1, %r0, 0;\n";

    /** A barrier for one arrival that all threads know of. */
    private static final String ONE_ARRIVAL = FIRST + """
            @%p1 mbarrier.init.shared.b64 [bar], 1;
            @%p1 fence.mbarrier_init.release.cluster;
            bar.sync 0;
            """;

    /** In %r5 the block's rank, in %r4 the thread's offset, in %r7 the peer's address of the thread's word. */
    private static final String PEER = """
            mov.u32 %r5, %cluster_ctarank;
            shl.b32 %r4, %r0, 2;
            mov.u32 %r6, s;
            xor.b32 %r10, %r5, 1;
            mapa.shared::cluster.u32 %r7, %r3, %r10;
            """;

    private static final String WAIT = """
            WAIT:
            mbarrier.try_wait.parity.shared.b64 %p2, [bar], 0;
            @!%p2 bra WAIT;
            """;

    static final List<PlantedBug> MBARRIERS = List.of(
            PlantedBug.hopper("an mbarrier that was never initialized", FindingKind.MBARRIER, 64, FIRST + """
                    +@%p1 mbarrier.init.shared.b64 [bar], 64;
                    bar.sync 0;
                    !mbarrier.arrive.shared.b64 _, [bar];
                    """),
            PlantedBug.hopper(
                    "an mbarrier used before others know that it is initialized", FindingKind.RACE, 64, FIRST + """
                            @%p1 mbarrier.init.shared.b64 [bar], 64;
                            -bar.warp.sync 0xffffffff;
                            +bar.sync 0;
                            !mbarrier.arrive.shared.b64 _, [bar];
                            """),
            PlantedBug.hopper("a live mbarrier initialized again", FindingKind.MBARRIER, 64, ONE_ARRIVAL + """
                    -!@%p1 mbarrier.init.shared.b64 [bar], 2;
                    +@%p1 mbarrier.init.shared.b64 [bar+8], 2;
                    """),
            PlantedBug.hopper(
                    "an mbarrier used after it was made invalid", FindingKind.MBARRIER, 64, ONE_ARRIVAL + """
                            -@%p1 mbarrier.inval.shared.b64 [bar];
                            !@%p1 mbarrier.arrive.shared.b64 _, [bar];
                            """),
            PlantedBug.hopper("a plain read of an mbarrier", FindingKind.MBARRIER, 64, ONE_ARRIVAL + """
                    -!ld.shared.u32 %r5, [bar];
                    """),
            PlantedBug.hopper("a plain write to an mbarrier", FindingKind.MBARRIER, 64, ONE_ARRIVAL + """
                    -!@%p1 st.shared.u64 [bar], %d0;
                    +@%p1 st.shared.u64 [bar+8], %d0;
                    """),
            PlantedBug.hopper("more arrivals than expected", FindingKind.MBARRIER, 64, ONE_ARRIVAL + """
                    -!@%p1 mbarrier.arrive.shared.b64 _, [bar], 2;
                    +@%p1 mbarrier.arrive.shared.b64 _, [bar], 1;
                    """),
            PlantedBug.hopper("a phase that nobody saw complete", FindingKind.MBARRIER, 64, ONE_ARRIVAL + """
                    @!%p1 bra DONE;
                    mbarrier.arrive.shared.b64 _, [bar];
                    +WAIT:
                    +mbarrier.try_wait.parity.shared.b64 %p2, [bar], 0;
                    +@!%p2 bra WAIT;
                    !mbarrier.arrive.shared.b64 _, [bar];
                    DONE:
                    """),
            PlantedBug.hopper("transaction bytes out of range", FindingKind.MBARRIER, 64, ONE_ARRIVAL + """
                    -mov.u32 %r5, 0x100000;
                    +mov.u32 %r5, 0;
                    !@%p1 mbarrier.expect_tx.relaxed.cta.shared.b64 [bar], %r5;
                    """),
            PlantedBug.hopper("parity flipped", FindingKind.DEADLOCK, 64, ONE_ARRIVAL + """
                    @%p1 mbarrier.arrive.shared.b64 _, [bar];
                    WAIT:
                    -!mbarrier.try_wait.parity.shared.b64 %p2, [bar], 1;
                    +mbarrier.try_wait.parity.shared.b64 %p2, [bar], 0;
                    @!%p2 bra WAIT;
                    """),
            PlantedBug.hopper("nobody arrives", FindingKind.DEADLOCK, 64, ONE_ARRIVAL + """
                    +@%p1 mbarrier.arrive.shared.b64 _, [bar];
                    WAIT:
                    !mbarrier.try_wait.parity.shared.b64 %p2, [bar], 0;
                    @!%p2 bra WAIT;
                    """));

    private static final String LOAD =
            "@%p1 cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [s], [%d0], 256, [bar];\n";

    static final List<PlantedBug> BULK = List.of(
            PlantedBug.hopper("expect_tx 16 bytes short", FindingKind.DEADLOCK, 64, ONE_ARRIVAL + """
                    -@%p1 mbarrier.arrive.expect_tx.shared.b64 _, [bar], 240;
                    +@%p1 mbarrier.arrive.expect_tx.shared.b64 _, [bar], 256;
                    """ + LOAD + """
                    WAIT:
                    !mbarrier.try_wait.parity.shared.b64 %p2, [bar], 0;
                    @!%p2 bra WAIT;
                    ld.shared.u32 %r5, [%r3];
                    st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.hopper(
                    "a bulk copy read before the wait",
                    FindingKind.PENDING_COPY,
                    64,
                    ONE_ARRIVAL + """
                            @%p1 mbarrier.arrive.expect_tx.shared.b64 _, [bar], 256;
                            """ + LOAD + """
                            bar.sync 0;
                            -!ld.shared.u32 %r5, [%r3];
                            """ + WAIT + """
                            +ld.shared.u32 %r5, [%r3];
                            st.global.u32 [%d5], %r5;
                            """),
            PlantedBug.hopper(
                    "a buffer filled again before everybody has read",
                    FindingKind.RACE,
                    64,
                    ONE_ARRIVAL + """
                            st.shared.u32 [%r3], %r0;
                            fence.proxy.async.shared::cta;
                            bar.sync 0;
                            xor.b32 %r5, %r0, 63;
                            mov.u32 %r6, s;
                            mad.lo.u32 %r6, %r5, 4, %r6;
                            setp.eq.u32 %p3, %r2, 0;
                            mov.u32 %r7, 0;
                            @%p3 ld.shared.u32 %r7, [%r6];
                            +bar.sync 0;
                            setp.eq.u32 %p1, %r0, 32;
                            @%p1 mbarrier.arrive.expect_tx.shared.b64 _, [bar], 256;
                            !""" + LOAD + WAIT + """
                            st.global.u32 [%d5], %r7;
                            """),
            PlantedBug.hopper(
                    "an mbarrier not fenced for bulk copies", FindingKind.PROXY_FENCE, 64, FIRST + """
                            @%p1 mbarrier.init.shared.b64 [bar], 1;
                            +@%p1 fence.mbarrier_init.release.cluster;
                            bar.sync 0;
                            @%p1 mbarrier.arrive.expect_tx.shared.b64 _, [bar], 256;
                            !\
                            """ + LOAD + WAIT),
            PlantedBug.hopper("missing proxy fence before a bulk store", FindingKind.PROXY_FENCE, 64, FIRST + """
                    st.shared.u32 [%r3], %r0;
                    +fence.proxy.async.shared::cta;
                    bar.sync 0;
                    !@%p1 cp.async.bulk.global.shared::cta.bulk_group [%d1], [s], 256;
                    @%p1 cp.async.bulk.commit_group;
                    @%p1 cp.async.bulk.wait_group 0;
                    """),
            PlantedBug.hopper(
                    "a proxy fence on the wrong side of the barrier", FindingKind.PROXY_FENCE, 64, FIRST + """
                            st.shared.u32 [%r3], %r0;
                            +fence.proxy.async.shared::cta;
                            bar.sync 0;
                            -bar.warp.sync 0xffffffff;
                            -setp.eq.u32 %p3, %r2, 1;
                            -@%p3 fence.proxy.async.shared::cta;
                            !@%p1 cp.async.bulk.global.shared::cta.bulk_group [%d1], [s], 256;
                            @%p1 cp.async.bulk.commit_group;
                            @%p1 cp.async.bulk.wait_group 0;
                            """),
            PlantedBug.hopper("the source of a bulk store overwritten", FindingKind.PENDING_SOURCE, 64, FIRST + """
                    st.shared.u32 [%r3], %r0;
                    fence.proxy.async.shared::cta;
                    bar.sync 0;
                    @%p1 cp.async.bulk.global.shared::cta.bulk_group [%d1], [s], 256;
                    @%p1 cp.async.bulk.commit_group;
                    -!@%p1 st.shared.u32 [s], 7;
                    @%p1 cp.async.bulk.wait_group.read 0;
                    +@%p1 st.shared.u32 [s], 7;
                    """),
            PlantedBug.hopper("a bulk store that nobody waits for", FindingKind.NEVER_WAITED, 64, FIRST + """
                    st.shared.u32 [%r3], %r0;
                    fence.proxy.async.shared::cta;
                    bar.sync 0;
                    !@%p1 cp.async.bulk.global.shared::cta.bulk_group [%d1], [s], 256;
                    @%p1 cp.async.bulk.commit_group;
                    +@%p1 cp.async.bulk.wait_group 0;
                    """),
            PlantedBug.hopper("a bulk store one element too long", FindingKind.OUT_OF_BOUNDS, 64, FIRST + """
                    st.shared.u32 [%r3], %r0;
                    fence.proxy.async.shared::cta;
                    bar.sync 0;
                    -!@%p1 cp.async.bulk.global.shared::cta.bulk_group [%d1+3856], [s], 256;
                    +@%p1 cp.async.bulk.global.shared::cta.bulk_group [%d1+3840], [s], 256;
                    @%p1 cp.async.bulk.commit_group;
                    @%p1 cp.async.bulk.wait_group 0;
                    """),
            PlantedBug.hopper("a misaligned bulk copy", FindingKind.MISALIGNED, 64, ONE_ARRIVAL + """
                    @%p1 mbarrier.arrive.expect_tx.shared.b64 _, [bar], 256;
                    -!@%p1 cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [s+8], [%d0], 256, [bar];
                    +@%p1 cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [s+16], [%d0], 256, [bar];
                    """ + WAIT));

    /** 64 x 8 x 16: A in registers, B in the first 256 bytes of s, not swizzled. */
    private static final String OPERANDS = """
            mov.u32 %r10, 0x3c003c00;
            mov.u32 %r11, 0x3c003c00;
            mov.u32 %r12, 0x3c003c00;
            mov.u32 %r13, 0x3c003c00;
            mov.b32 %r20, 0;
            mov.b32 %r21, 0;
            mov.b32 %r22, 0;
            mov.b32 %r23, 0;
            mov.u32 %r14, s;
            shr.u32 %r14, %r14, 4;
            cvt.u64.u32 %d8, %r14;
            or.b64 %d8, %d8, 0x0000001000080000;
            st.shared.u32 [%r3], %r10;
            """;

    private static final String FENCED = OPERANDS + """
            fence.proxy.async.shared::cta;
            bar.sync 0;
            """;

    private static final String MULTIPLY =
            "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%r20, %r21, %r22, %r23}, {%r10, %r11, %r12, %r13}, %d8,"
                    + " 1, 1, 1, 0;\n";

    private static final String COMMIT = "wgmma.commit_group.sync.aligned;\n";
    private static final String AWAIT = "wgmma.wait_group.sync.aligned 0;\n";

    static final List<PlantedBug> PRODUCTS = List.of(
            PlantedBug.hopper(
                    "missing wgmma.fence",
                    FindingKind.WGMMA,
                    128,
                    FENCED + "+wgmma.fence.sync.aligned;\n!" + MULTIPLY + COMMIT + AWAIT),
            PlantedBug.hopper(
                    "an accumulator touched since the last wgmma.fence",
                    FindingKind.WGMMA,
                    128,
                    FENCED + "wgmma.fence.sync.aligned;\n-mov.b32 %r20, 0;\n!" + MULTIPLY + COMMIT + AWAIT),
            PlantedBug.hopper(
                    "an accumulator read before the wait",
                    FindingKind.WGMMA,
                    128,
                    FENCED + "wgmma.fence.sync.aligned;\n" + MULTIPLY + COMMIT + "-!mov.b32 %r30, %r20;\n" + AWAIT
                            + "+mov.b32 %r30, %r20;\n"),
            PlantedBug.hopper(
                    "wait_group too lax for the accumulator",
                    FindingKind.WGMMA,
                    128,
                    FENCED + "wgmma.fence.sync.aligned;\n" + MULTIPLY + COMMIT + "-wgmma.wait_group.sync.aligned 1;\n+"
                            + AWAIT + "!mov.b32 %r30, %r20;\n" + AWAIT),
            PlantedBug.hopper(
                    "an operand in registers overwritten while it is read",
                    FindingKind.WGMMA,
                    128,
                    FENCED + "wgmma.fence.sync.aligned;\n" + MULTIPLY + COMMIT + "-!mov.b32 %r10, 0;\n" + AWAIT),
            PlantedBug.hopper(
                    "an operand in shared memory overwritten while it is read",
                    FindingKind.PENDING_SOURCE,
                    128,
                    FENCED + "wgmma.fence.sync.aligned;\n" + MULTIPLY + COMMIT + "bar.sync 0;\n"
                            + "-!st.shared.u32 [%r3], %r0;\n" + AWAIT + "bar.sync 0;\n"),
            PlantedBug.hopper(
                    "missing proxy fence before wgmma",
                    FindingKind.PROXY_FENCE,
                    128,
                    OPERANDS + "+fence.proxy.async.shared::cta;\nbar.sync 0;\nwgmma.fence.sync.aligned;\n!" + MULTIPLY
                            + COMMIT + AWAIT),
            PlantedBug.hopper(
                    "a product that nobody waits for",
                    FindingKind.NEVER_WAITED,
                    128,
                    FENCED + "wgmma.fence.sync.aligned;\n!" + MULTIPLY + COMMIT + "+" + AWAIT),
            PlantedBug.hopper(
                    "descriptors that differ between warps",
                    FindingKind.WGMMA,
                    128,
                    FENCED + "-cvt.u64.u32 %d9, %r2;\n-add.u64 %d8, %d8, %d9;\nwgmma.fence.sync.aligned;\n!" + MULTIPLY
                            + COMMIT + AWAIT),
            PlantedBug.hopper("registers that were never handed back", FindingKind.DEADLOCK, 256, """
                    setp.ge.u32 %p1, %r0, 128;
                    @%p1 bra PRODUCER;
                    !setmaxnreg.inc.sync.aligned.u32 168;
                    bra DONE;
                    PRODUCER:
                    +setmaxnreg.dec.sync.aligned.u32 40;
                    DONE:
                    """));

    static final List<PlantedBug> CLUSTERS = List.of(
            PlantedBug.cluster("a block ends while its peer still uses its memory", FindingKind.OUT_OF_BOUNDS, """
                    mov.u32 %r5, %cluster_ctarank;
                    setp.eq.u32 %p1, %r0, 0;
                    @%p1 mbarrier.init.shared.b64 [bar], 1;
                    @%p1 fence.mbarrier_init.release.cluster;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    setp.eq.u32 %p2, %r5, 0;
                    and.pred %p2, %p2, %p1;
                    mov.u32 %r6, bar;
                    mapa.shared::cluster.u32 %r7, %r6, 1;
                    !@%p2 mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%r7];
                    +barrier.cluster.arrive.release.aligned;
                    +barrier.cluster.wait.acquire.aligned;
                    """),
            PlantedBug.cluster("a read of a peer's memory before it is written", FindingKind.RACE, PEER + """
                    st.shared.u32 [%r3], %r0;
                    -barrier.cluster.arrive.relaxed.aligned;
                    +barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    !ld.shared::cluster.u32 %r8, [%r7];
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    mad.lo.u32 %r9, %r5, 128, %r4;
                    cvt.u64.u32 %d6, %r9;
                    add.s64 %d6, %d6, %d1;
                    st.global.u32 [%d6], %r8;
                    """),
            PlantedBug.cluster("memory written again while a peer reads it", FindingKind.RACE, PEER + """
                    st.shared.u32 [%r3], %r0;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    cvt.u64.u32 %d6, %r7;
                    cvta.shared::cluster.u64 %d6, %d6;
                    setp.eq.u32 %p2, %r5, 0;
                    !@%p2 ld.u32 %r8, [%d6];
                    +barrier.cluster.arrive.release.aligned;
                    +barrier.cluster.wait.acquire.aligned;
                    @!%p2 st.shared.u32 [%r3], 7;
                    -barrier.cluster.arrive.release.aligned;
                    -barrier.cluster.wait.acquire.aligned;
                    """),
            PlantedBug.cluster("a bulk copy to memory that a peer reads", FindingKind.RACE, PEER + """
                    st.shared.u32 [%r3], %r0;
                    setp.eq.u32 %p1, %r0, 0;
                    @%p1 mbarrier.init.shared.b64 [bar], 1;
                    fence.proxy.async;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    setp.eq.u32 %p3, %r5, 0;
                    @!%p3 ld.shared::cluster.u32 %r8, [%r7];
                    +barrier.cluster.arrive.release.aligned;
                    +barrier.cluster.wait.acquire.aligned;
                    and.pred %p3, %p3, %p1;
                    @%p3 mbarrier.arrive.expect_tx.shared.b64 %d6, [bar], 128;
                    !@%p3 cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [s], [%d0], 128, [bar];
                    setp.eq.u32 %p3, %r5, 1;
                    @%p3 bra DONE;
                    """ + WAIT + """
                    DONE:
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    """),
            PlantedBug.cluster("a bulk store of what a peer writes", FindingKind.RACE, PEER + """
                    st.shared.u32 [%r3], %r0;
                    fence.proxy.async;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    setp.eq.u32 %p1, %r0, 0;
                    setp.eq.u32 %p3, %r5, 0;
                    @!%p3 st.shared::cluster.u32 [%r7], 7;
                    +fence.proxy.async;
                    +barrier.cluster.arrive.release.aligned;
                    +barrier.cluster.wait.acquire.aligned;
                    and.pred %p3, %p3, %p1;
                    !@%p3 cp.async.bulk.global.shared::cta.bulk_group [%d1], [s], 128;
                    @%p3 cp.async.bulk.commit_group;
                    @%p3 cp.async.bulk.wait_group 0;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    """),
            PlantedBug.cluster("words of a second warp that no proxy fence covers", FindingKind.PROXY_FENCE, 64, """
                    mov.u32 %r5, %cluster_ctarank;
                    st.shared.u32 [%r3], %r0;
                    setp.lt.u32 %p1, %r0, 32;
                    +fence.proxy.async;
                    -@%p1 fence.proxy.async;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    mul.wide.u32 %d6, %r5, 256;
                    add.s64 %d6, %d6, %d1;
                    setp.eq.u32 %p1, %r0, 0;
                    !@%p1 cp.async.bulk.global.shared::cta.bulk_group [%d6], [s], 256;
                    @%p1 cp.async.bulk.commit_group;
                    @%p1 cp.async.bulk.wait_group 0;
                    """),
            PlantedBug.cluster(
                    "a tracked copy to memory that a peer read before",
                    FindingKind.PENDING_COPY,
                    PEER + """
                    setp.eq.u32 %p1, %r0, 0;
                    @%p1 mbarrier.init.shared.b64 [bar], 32;
                    st.shared.u32 [%r3], %r0;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    ld.shared::cluster.u32 %r8, [%r7];
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    cp.async.ca.shared.global [%r3], [%d4], 4;
                    cp.async.mbarrier.arrive.noinc.shared.b64 [bar];
                    xor.b32 %r8, %r3, 4;
                    -!ld.shared.u32 %r9, [%r8];
                    """ + WAIT + """
                    ld.shared.u32 %r9, [%r8];
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    ld.shared::cluster.u32 %r8, [%r7];
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    """),
            PlantedBug.cluster("two blocks write to a peer", FindingKind.RACE, PEER + """
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    mapa.shared::cluster.u32 %r7, %r3, 0;
                    +mad.lo.u32 %r7, %r5, 128, %r7;
                    !st.shared::cluster.u32 [%r7], %r5;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    """),
            PlantedBug.cluster("a count in a peer's memory that is no atomic", FindingKind.RACE, PEER + """
                    mapa.shared::cluster.u32 %r7, %r6, 0;
                    setp.eq.u32 %p1, %r0, 0;
                    @%p1 st.shared.u32 [s], 0;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    -setp.eq.u32 %p2, %r5, 0;
                    +setp.eq.u32 %p2, %r5, 2;
                    not.pred %p3, %p2;
                    and.pred %p2, %p2, %p1;
                    !@%p2 st.shared.u32 [s], 5;
                    @%p3 atom.shared::cluster.add.u32 %r9, [%r7], 1;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    """),
            PlantedBug.cluster("past the end of a peer's memory", FindingKind.OUT_OF_BOUNDS, PEER + """
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    -!st.shared::cluster.u32 [%r7+1024], %r0;
                    +st.shared::cluster.u32 [%r7+768], %r0;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    """),
            PlantedBug.cluster("memory of a peer that has ended", FindingKind.OUT_OF_BOUNDS, PEER + """
                    st.shared.u32 [%r3], %r0;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    setp.eq.u32 %p2, %r5, 0;
                    !@%p2 ld.shared::cluster.u32 %r8, [%r7];
                    +barrier.cluster.arrive.release.aligned;
                    +barrier.cluster.wait.acquire.aligned;
                    """),
            PlantedBug.cluster("memory of a peer that nobody wrote", FindingKind.UNDEFINED_VALUE, PEER + """
                    +st.shared.u32 [%r3], %r0;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    ld.shared::cluster.u32 %r8, [%r7];
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    mad.lo.u32 %r9, %r5, 128, %r4;
                    cvt.u64.u32 %d6, %r9;
                    add.s64 %d6, %d6, %d1;
                    !st.global.u32 [%d6], %r8;
                    """),
            PlantedBug.cluster("a peer's mbarrier used before it is initialized", FindingKind.MBARRIER, """
                    mov.u32 %r5, %cluster_ctarank;
                    setp.eq.u32 %p1, %r0, 0;
                    setp.eq.u32 %p3, %r5, 1;
                    and.pred %p3, %p3, %p1;
                    +@%p3 mbarrier.init.shared.b64 [bar], 1;
                    +@%p3 fence.mbarrier_init.release.cluster;
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    setp.eq.u32 %p2, %r5, 0;
                    and.pred %p2, %p2, %p1;
                    mov.u32 %r6, bar;
                    mapa.shared::cluster.u32 %r7, %r6, 1;
                    !@%p2 mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%r7];
                    barrier.cluster.arrive.release.aligned;
                    barrier.cluster.wait.acquire.aligned;
                    """),
            PlantedBug.cluster("a cluster barrier that a block waits at alone", FindingKind.DEADLOCK, """
                    mov.u32 %r5, %cluster_ctarank;
                    setp.eq.u32 %p1, %r5, 0;
                    -setp.eq.u32 %p2, %r5, 1;
                    +setp.eq.u32 %p2, %r5, 2;
                    mov.u32 %r6, 0;
                    @%p2 bra OTHER;
                    barrier.cluster.arrive.release.aligned;
                    !barrier.cluster.wait.acquire.aligned;
                    bra DONE;
                    OTHER:
                    bar.sync 1, 64;
                    DONE:
                    """));
}
