package dev.clipjet.ptx.planted;

import dev.clipjet.ptx.report.FindingKind;
import java.util.List;

/** Planted bugs next to idioms of CUDA programs that look like them and are right: tiles, counters, guesses, pipelines. */
final class IdiomBugs {
    private IdiomBugs() {}

    static final List<PlantedBug> IDIOMS = List.of(
            PlantedBug.of("a lane that names another tile of its warp", FindingKind.DIVERGENCE, """
                    and.b32 %r5, %r1, 24;
                    mov.u32 %r6, 255;
                    shl.b32 %r6, %r6, %r5;
                    -setp.eq.u32 %p1, %r1, 31;
                    -@%p1 shr.u32 %r6, %r6, 8;
                    !shfl.sync.bfly.b32 %r7, %r0, 4, 6175, %r6;
                    st.global.u32 [%d5], %r7;
                    """),
            PlantedBug.of("a lane that names fewer than the others", FindingKind.DIVERGENCE, """
                    mov.u32 %r6, -1;
                    -setp.eq.u32 %p1, %r1, 5;
                    -@%p1 mov.u32 %r6, 255;
                    !shfl.sync.bfly.b32 %r7, %r0, 1, 31, %r6;
                    st.global.u32 [%d5], %r7;
                    """),
            PlantedBug.of("lanes that wait for each other in different sets", FindingKind.DIVERGENCE, """
                    setp.lt.u32 %p1, %r1, 8;
                    -mov.u32 %r6, 0xffff;
                    +mov.u32 %r6, 0x00ff;
                    @%p1 bra EXCHANGE;
                    -mov.u32 %r6, -1;
                    +mov.u32 %r6, 0xffffff00;
                    EXCHANGE:
                    !shfl.sync.bfly.b32 %r7, %r0, 1, 31, %r6;
                    st.global.u32 [%d5], %r7;
                    """),
            PlantedBug.of("tiles that exchange through shared memory", FindingKind.RACE, """
                    and.b32 %r5, %r1, 24;
                    mov.u32 %r6, 255;
                    shl.b32 %r6, %r6, %r5;
                    st.shared.u32 [%r3], %r0;
                    bar.warp.sync %r6;
                    -xor.b32 %r7, %r3, 32;
                    +xor.b32 %r7, %r3, 16;
                    !ld.shared.u32 %r8, [%r7];
                    st.global.u32 [%d5], %r8;
                    """),
            PlantedBug.blocks("a counter set back by the first, not the last", FindingKind.RACE, 2, """
                    setp.ne.u32 %p1, %r0, 0;
                    @%p1 bra DONE;
                    !atom.global.add.u32 %r5, [%d3], 1;
                    -setp.eq.u32 %p2, %r5, 0;
                    +setp.eq.u32 %p2, %r5, 1;
                    @%p2 st.global.u32 [%d3], 0;
                    DONE:
                    """),
            PlantedBug.blocks("a counter set back that another block may still read", FindingKind.RACE, 2, """
                    setp.ne.u32 %p1, %r0, 0;
                    @%p1 bra DONE;
                    +ld.relaxed.gpu.global.u32 %r6, [%d3];
                    atom.global.add.u32 %r5, [%d3], 1;
                    -ld.relaxed.gpu.global.u32 %r6, [%d3];
                    setp.eq.u32 %p2, %r5, 1;
                    !@%p2 st.global.u32 [%d3], 0;
                    DONE:
                    """),
            PlantedBug.of("a counter of a block set back that another warp may still read", FindingKind.RACE, """
                    setp.eq.u32 %p1, %r0, 0;
                    @%p1 st.shared.u32 [s], 0;
                    bar.sync 0;
                    setp.ne.u32 %p1, %r1, 0;
                    @%p1 bra DONE;
                    +ld.volatile.shared.u32 %r6, [s];
                    atom.shared.add.u32 %r5, [s], 1;
                    -ld.volatile.shared.u32 %r6, [s];
                    setp.eq.u32 %p2, %r5, 1;
                    !@%p2 st.shared.u32 [s], 0;
                    DONE:
                    """),
            PlantedBug.blocks("a counter set back by a warp that does not know of its last", FindingKind.RACE, 2, """
                    setp.ne.u32 %p1, %r0, 0;
                    @%p1 bra KNOWN;
                    atom.global.add.u32 %r5, [%d3], 1;
                    st.shared.u32 [s], %r5;
                    KNOWN:
                    bar.warp.sync 0xffffffff;
                    ld.shared.u32 %r6, [s];
                    setp.eq.u32 %p2, %r6, 1;
                    -mov.u32 %r7, %ctaid.x;
                    -setp.eq.u32 %p2, %r7, 1;
                    setp.eq.and.u32 %p2, %r0, 7, %p2;
                    -mov.u32 %r6, %r0;
                    @%p2 st.global.u32 [%d3], 0;
                    -setp.eq.u32 %p3, %r0, 9;
                    -!@%p3 atom.global.add.u32 %r8, [%d3], 1;
                    """),
            PlantedBug.blocks("a plain load that no compare-and-swap verifies", FindingKind.RACE, 2, """
                    setp.ne.u32 %p1, %r0, 0;
                    @%p1 bra DONE;
                    -!ld.global.u32 %r8, [%d3];
                    -mov.u32 %r5, 0;
                    +ld.global.u32 %r5, [%d3];
                    AGAIN:
                    add.u32 %r6, %r5, 1;
                    atom.global.cas.b32 %r7, [%d3], %r5, %r6;
                    setp.ne.u32 %p2, %r7, %r5;
                    mov.u32 %r5, %r7;
                    @%p2 bra AGAIN;
                    DONE:
                    """),
            PlantedBug.of("two reductions that meet at one barrier", FindingKind.BARRIER, """
                    setp.lt.u32 %p1, %r0, 7;
                    setp.ge.u32 %p2, %r0, 32;
                    @%p2 bra OTHER;
                    bar.red.and.pred %p3, 1, 64, %p1;
                    bra DONE;
                    OTHER:
                    -!bar.red.or.pred %p3, 1, 64, %p1;
                    +bar.red.and.pred %p3, 1, 64, %p1;
                    DONE:
                    """),
            PlantedBug.of("a reduction that meets a plain barrier", FindingKind.BARRIER, """
                    setp.lt.u32 %p1, %r0, 7;
                    setp.ge.u32 %p2, %r0, 32;
                    @%p2 bra OTHER;
                    bar.red.popc.u32 %r5, 1, 64, %p1;
                    bra DONE;
                    OTHER:
                    -!bar.sync 1, 64;
                    +bar.red.popc.u32 %r5, 1, 64, %p1;
                    DONE:
                    """),
            PlantedBug.of("a vote without a predicate", FindingKind.UNDEFINED_VALUE, """
                    +setp.lt.u32 %p1, %r0, 7;
                    !bar.red.popc.u32 %r5, 0, %p1;
                    st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("shared memory that a reduction orders", FindingKind.RACE, """
                    st.shared.u32 [%r3], %r0;
                    setp.lt.u32 %p1, %r0, 7;
                    +bar.red.or.pred %p2, 0, %p1;
                    -bar.warp.sync 0xffffffff;
                    xor.b32 %r5, %r3, 128;
                    -setp.ge.u32 %p3, %r0, 32;
                    -!@%p3 ld.shared.u32 %r6, [%r5];
                    +ld.shared.u32 %r6, [%r5];
                    +st.global.u32 [%d5], %r6;
                    """),
            PlantedBug.of(
                    "the second stage of a pipeline read after the wait for the first", FindingKind.PENDING_COPY, """
                    setp.eq.u32 %p1, %r0, 0;
                    @%p1 mbarrier.init.shared.b64 [bar], 64;
                    @%p1 mbarrier.init.shared.b64 [bar+8], 64;
                    bar.sync 0;
                    cp.async.ca.shared.global [%r3], [%d4], 4;
                    cp.async.mbarrier.arrive.noinc.shared.b64 [bar];
                    cp.async.ca.shared.global [%r3+256], [%d4+256], 4;
                    cp.async.mbarrier.arrive.noinc.shared.b64 [bar+8];
                    xor.b32 %r5, %r3, 4;
                    FIRST:
                    mbarrier.test_wait.parity.shared.b64 %p2, [bar], 0;
                    @!%p2 bra FIRST;
                    ld.shared.u32 %r6, [%r5];
                    -!ld.shared.u32 %r7, [%r5+256];
                    SECOND:
                    mbarrier.test_wait.parity.shared.b64 %p2, [bar+8], 0;
                    @!%p2 bra SECOND;
                    ld.shared.u32 %r7, [%r5+256];
                    add.u32 %r7, %r7, %r6;
                    st.global.u32 [%d5], %r7;
                    """));
}
