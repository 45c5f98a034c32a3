package dev.clipjet.ptx.planted;

import dev.clipjet.ptx.report.FindingKind;
import java.util.List;
import java.util.stream.Stream;

/** The planted bugs of {@link PlantedBugsTest}: what every target has; those of sm_90 are in {@link HopperBugs}. */
final class PlantedBugs {
    private PlantedBugs() {}

    static final List<PlantedBug> ADDRESSES = List.of(
            PlantedBug.of("global read past the end", FindingKind.OUT_OF_BOUNDS, """
                    -!ld.global.u32 %r5, [%d4+3856];
                    +ld.global.u32 %r5, [%d4+3840];
                    st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("global write before the start", FindingKind.OUT_OF_BOUNDS, """
                    -!st.global.u32 [%d5+-4], %r0;
                    +st.global.u32 [%d5+4], %r0;
                    """),
            PlantedBug.of("vector that sticks out", FindingKind.OUT_OF_BOUNDS, """
                    mul.wide.u32 %d6, %r0, 16;
                    add.s64 %d6, %d6, %d0;
                    -!ld.global.v4.u32 {%r5, %r6, %r7, %r8}, [%d6+3088];
                    +ld.global.v4.u32 {%r5, %r6, %r7, %r8}, [%d6+3072];
                    st.global.u32 [%d5], %r8;
                    """),
            PlantedBug.of("shared write past the end", FindingKind.OUT_OF_BOUNDS, """
                    -!st.shared.u32 [%r3+1024], %r0;
                    +st.shared.u32 [%r3+768], %r0;
                    """),
            PlantedBug.of("local read past the end", FindingKind.OUT_OF_BOUNDS, """
                    st.local.u32 [l+60], %r0;
                    -!ld.local.u32 %r5, [l+64];
                    +ld.local.u32 %r5, [l+60];
                    st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("null pointer", FindingKind.OUT_OF_BOUNDS, """
                    -mov.u64 %d6, 0;
                    +mov.u64 %d6, %d0;
                    !ld.global.u32 %r5, [%d6];
                    st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("shared offset used as a generic address", FindingKind.OUT_OF_BOUNDS, """
                    st.shared.u32 [%r3], %r0;
                    cvt.u64.u32 %d6, %r3;
                    +cvta.shared.u64 %d6, %d6;
                    !ld.u32 %r5, [%d6];
                    st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("freed memory", FindingKind.FREED_MEMORY, """
                    -!ld.global.u32 %r5, [%d2];
                    +ld.global.u32 %r5, [%d0];
                    st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("misaligned vector", FindingKind.MISALIGNED, """
                    -!ld.global.v2.u32 {%r5, %r6}, [%d0+4];
                    +ld.global.v2.u32 {%r5, %r6}, [%d0+8];
                    st.global.u32 [%d5], %r6;
                    """),
            PlantedBug.of("misaligned shared word", FindingKind.MISALIGNED, """
                    -!st.shared.u32 [%r3+2], %r0;
                    +st.shared.u32 [%r3+4], %r0;
                    """),
            PlantedBug.of("one element into the guard band", FindingKind.OUT_OF_BOUNDS, """
                    setp.eq.u32 %p1, %r0, 63;
                    -!@%p1 ld.global.u32 %r5, [%d4+3844];
                    +@%p1 ld.global.u32 %r5, [%d4+3840];
                    @%p1 st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("misaligned row of a matrix", FindingKind.MISALIGNED, """
                    setp.eq.u32 %p1, %r0, 0;
                    @%p1 st.shared.v4.u32 [s], {%r1, %r1, %r1, %r1};
                    @%p1 st.shared.v4.u32 [s+16], {%r1, %r1, %r1, %r1};
                    bar.sync 0;
                    -mov.u32 %r5, 8;
                    +mov.u32 %r5, 0;
                    mov.u32 %r6, s;
                    add.u32 %r5, %r5, %r6;
                    !ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r7}, [%r5];
                    """),
            PlantedBug.of("write to constant memory", FindingKind.READ_ONLY, """
                    -mov.u64 %d6, table;
                    +mov.u64 %d6, %d5;
                    !st.global.u32 [%d6], %r0;
                    """));

    static final List<PlantedBug> VALUES = List.of(
            PlantedBug.of("register never written", FindingKind.UNDEFINED_VALUE, """
                    +mov.u32 %r5, 1;
                    !st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("register written by half of the lanes", FindingKind.UNDEFINED_VALUE, """
                    +mov.u32 %r5, 0;
                    setp.lt.u32 %p1, %r1, 16;
                    @%p1 mov.u32 %r5, 1;
                    !st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("global memory never written", FindingKind.UNDEFINED_VALUE, """
                    -ld.global.u32 %r5, [%d5+256];
                    +ld.global.u32 %r5, [%d4+256];
                    add.u32 %r5, %r5, 1;
                    !st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("shared memory never written", FindingKind.UNDEFINED_VALUE, """
                    st.shared.u32 [%r3], %r0;
                    bar.sync 0;
                    -ld.shared.u32 %r5, [%r3+4];
                    +ld.shared.u32 %r5, [%r3];
                    !st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("undefined address", FindingKind.UNDEFINED_VALUE, """
                    -ld.shared.u32 %r5, [%r3];
                    +mov.u32 %r5, %r3;
                    -and.b32 %r5, %r5, 0;
                    -mad.lo.u32 %r5, %r0, 4, %r5;
                    !st.shared.u32 [%r5], %r0;
                    """),
            PlantedBug.of("undefined guard", FindingKind.UNDEFINED_VALUE, """
                    +setp.eq.u32 %p1, %r0, 0;
                    !@%p1 st.global.u32 [%d5], %r0;
                    """),
            PlantedBug.of("branch on memory never written", FindingKind.UNDEFINED_VALUE, """
                    +st.shared.u32 [%r3], %r0;
                    ld.shared.u32 %r5, [%r3];
                    setp.eq.u32 %p1, %r5, 7;
                    !@%p1 bra DONE;
                    st.global.u32 [%d5], %r0;
                    DONE:
                    """),
            PlantedBug.of("undefined half of a pair", FindingKind.UNDEFINED_VALUE, """
                    mov.b16 %h1, 7;
                    +mov.b16 %h2, 8;
                    mov.b32 %r5, {%h1, %h2};
                    mov.b32 {%h3, %h4}, %r5;
                    st.global.u16 [%d5], %h3;
                    !st.global.u16 [%d5+2], %h4;
                    """),
            PlantedBug.of("undefined operand of a matrix instruction", FindingKind.UNDEFINED_VALUE, """
                    mov.u32 %r5, 0;
                    mov.u32 %r6, 0;
                    +mov.u32 %r7, 0;
                    !mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%r8, %r9, %r10, %r11}, {%r5, %r6}, {%r7}, {%r5, %r5, %r5, %r5};
                    st.global.u32 [%d5], %r8;
                    """),
            PlantedBug.of("division by zero", FindingKind.UNSPECIFIED_RESULT, """
                    -mov.u32 %r5, %r1;
                    +add.u32 %r5, %r1, 1;
                    !div.u32 %r6, 100, %r5;
                    st.global.u32 [%d5], %r6;
                    """),
            PlantedBug.of("trap", FindingKind.TRAP, """
                    setp.gt.u32 %p1, %r0, 1000;
                    -!trap;
                    +@%p1 trap;
                    """));

    static final List<PlantedBug> RACES = List.of(
            PlantedBug.of("read of another warp's word without a barrier", FindingKind.RACE, """
                    st.shared.u32 [%r3], %r0;
                    +bar.sync 0;
                    xor.b32 %r5, %r0, 32;
                    mov.u32 %r6, s;
                    mad.lo.u32 %r6, %r5, 4, %r6;
                    -setp.eq.u32 %p1, %r2, 1;
                    -!@%p1 ld.shared.u32 %r7, [%r6];
                    -@!%p1 mov.u32 %r7, 0;
                    +ld.shared.u32 %r7, [%r6];
                    st.global.u32 [%d5], %r7;
                    """),
            PlantedBug.of("overwritten before everybody has read", FindingKind.RACE, """
                    st.shared.u32 [%r3], %r0;
                    bar.sync 0;
                    setp.eq.u32 %p1, %r2, 0;
                    mov.u32 %r7, 0;
                    !@%p1 ld.shared.u32 %r7, [%r3+128];
                    +bar.sync 0;
                    @!%p1 st.shared.u32 [%r3], %r7;
                    st.global.u32 [%d5], %r7;
                    """),
            PlantedBug.of("two warps write a word", FindingKind.RACE, """
                    mov.u32 %r5, s;
                    mad.lo.u32 %r5, %r1, 4, %r5;
                    +mad.lo.u32 %r5, %r2, 128, %r5;
                    !st.shared.u32 [%r5], %r0;
                    """),
            PlantedBug.of("lanes exchange through memory without bar.warp.sync", FindingKind.RACE, """
                    st.shared.u32 [%r3], %r0;
                    +bar.warp.sync 0xffffffff;
                    xor.b32 %r5, %r0, 1;
                    mov.u32 %r6, s;
                    mad.lo.u32 %r6, %r5, 4, %r6;
                    !ld.shared.u32 %r7, [%r6];
                    st.global.u32 [%d5], %r7;
                    """),
            PlantedBug.of("bar.warp.sync with half of the lanes", FindingKind.RACE, """
                    st.shared.u32 [%r3], %r0;
                    setp.lt.u32 %p1, %r1, 16;
                    -@%p1 bar.warp.sync 0x0000ffff;
                    -@!%p1 bar.warp.sync 0xffff0000;
                    +bar.warp.sync 0xffffffff;
                    xor.b32 %r5, %r0, 16;
                    mov.u32 %r6, s;
                    mad.lo.u32 %r6, %r5, 4, %r6;
                    !ld.shared.u32 %r7, [%r6];
                    st.global.u32 [%d5], %r7;
                    """),
            PlantedBug.of("a shuffle orders no memory", FindingKind.RACE, """
                    st.shared.u32 [%r3], %r0;
                    shfl.sync.idx.b32 %r8, %r0, 0, 31, 0xffffffff;
                    +bar.warp.sync 0xffffffff;
                    xor.b32 %r5, %r0, 1;
                    mov.u32 %r6, s;
                    mad.lo.u32 %r6, %r5, 4, %r6;
                    !ld.shared.u32 %r7, [%r6];
                    st.global.u32 [%d5], %r7;
                    """),
            PlantedBug.of("a byte too wide", FindingKind.RACE, """
                    mov.u32 %r5, s;
                    mad.lo.u32 %r5, %r1, 4, %r5;
                    mad.lo.u32 %r5, %r2, 2, %r5;
                    cvt.u16.u32 %h1, %r0;
                    +st.shared.u16 [%r5], %h1;
                    setp.eq.u32 %p1, %r2, 0;
                    -@%p1 st.shared.u32 [%r5], %r0;
                    -!@!%p1 st.shared.u16 [%r5], %h1;
                    """),
            PlantedBug.blocks("two blocks write a word of global memory", FindingKind.RACE, 2, """
                    +mov.u32 %r5, %ctaid.x;
                    +mul.wide.u32 %d6, %r5, 128;
                    +add.s64 %d5, %d5, %d6;
                    !st.global.u32 [%d5], %r0;
                    """),
            PlantedBug.blocks("a plain store meets an atomic", FindingKind.RACE, 2, """
                    mov.u32 %r5, %ctaid.x;
                    setp.eq.u32 %p1, %r5, 0;
                    setp.eq.u32 %p2, %r0, 0;
                    and.pred %p3, %p1, %p2;
                    not.pred %p4, %p1;
                    and.pred %p4, %p4, %p2;
                    @%p3 red.global.add.u32 [%d3], 1;
                    -!@%p4 st.global.u32 [%d3], %r0;
                    +@%p4 red.global.add.u32 [%d3], 1;
                    """),
            PlantedBug.blocks("a flag without a fence", FindingKind.RACE, 2, """
                    mov.u32 %r5, %ctaid.x;
                    setp.ne.u32 %p1, %r0, 0;
                    @%p1 bra DONE;
                    setp.eq.u32 %p2, %r5, 1;
                    @%p2 bra WAIT;
                    st.global.u32 [%d1], 42;
                    +fence.acq_rel.gpu;
                    st.relaxed.gpu.global.u32 [%d3], 1;
                    bra DONE;
                    WAIT:
                    ld.relaxed.gpu.global.u32 %r6, [%d3];
                    setp.eq.u32 %p3, %r6, 0;
                    @%p3 bra WAIT;
                    fence.acq_rel.gpu;
                    !ld.global.u32 %r7, [%d1];
                    st.global.u32 [%d1+8], %r7;
                    DONE:
                    """),
            PlantedBug.blocks("a flag of too narrow a scope", FindingKind.RACE, 2, """
                    mov.u32 %r5, %ctaid.x;
                    setp.ne.u32 %p1, %r0, 0;
                    @%p1 bra DONE;
                    setp.eq.u32 %p2, %r5, 1;
                    @%p2 bra WAIT;
                    st.global.u32 [%d1], 42;
                    -fence.acq_rel.cta;
                    +fence.acq_rel.gpu;
                    st.relaxed.gpu.global.u32 [%d3], 1;
                    bra DONE;
                    WAIT:
                    ld.acquire.gpu.global.u32 %r6, [%d3];
                    setp.eq.u32 %p3, %r6, 0;
                    @%p3 bra WAIT;
                    !ld.global.u32 %r7, [%d1];
                    st.global.u32 [%d1+8], %r7;
                    DONE:
                    """));

    static final List<PlantedBug> COPIES = List.of(
            PlantedBug.of("a read-only load of what the kernel writes", FindingKind.NON_COHERENT_READ, """
                    st.global.u32 [%d5], %r0;
                    -!ld.global.nc.u32 %r5, [%d5];
                    +ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d5+2048], %r5;
                    """),
            PlantedBug.of("two copies to one place", FindingKind.PENDING_COPY, """
                    cp.async.ca.shared.global [%r3], [%d4], 4;
                    -!cp.async.ca.shared.global [%r3], [%d4+256], 4;
                    +cp.async.ca.shared.global [%r3+256], [%d4+256], 4;
                    cp.async.wait_all;
                    """),
            PlantedBug.of("no wait before the copy is read", FindingKind.PENDING_COPY, """
                    cp.async.ca.shared.global [%r3], [%d4], 4;
                    cp.async.commit_group;
                    +cp.async.wait_group 0;
                    !ld.shared.u32 %r5, [%r3];
                    st.global.u32 [%d5], %r5;
                    cp.async.wait_group 0;
                    """),
            PlantedBug.of("wait_group too lax", FindingKind.PENDING_COPY, """
                    cp.async.ca.shared.global [%r3], [%d4], 4;
                    cp.async.commit_group;
                    cp.async.ca.shared.global [%r3+256], [%d4+256], 4;
                    cp.async.commit_group;
                    -cp.async.wait_group 1;
                    +cp.async.wait_group 0;
                    !ld.shared.u32 %r5, [%r3+256];
                    st.global.u32 [%d5], %r5;
                    cp.async.wait_all;
                    """),
            PlantedBug.of("commit_group forgotten", FindingKind.PENDING_COPY, """
                    cp.async.ca.shared.global [%r3], [%d4], 4;
                    +cp.async.commit_group;
                    cp.async.wait_group 0;
                    !ld.shared.u32 %r5, [%r3];
                    st.global.u32 [%d5], %r5;
                    cp.async.wait_all;
                    """),
            PlantedBug.of("no barrier behind the wait", FindingKind.RACE, """
                    cp.async.ca.shared.global [%r3], [%d4], 4;
                    cp.async.wait_all;
                    +bar.sync 0;
                    setp.eq.u32 %p1, %r2, 1;
                    mov.u32 %r5, 0;
                    !@%p1 ld.shared.u32 %r5, [%r3+-128];
                    st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("a buffer reused too early", FindingKind.RACE, """
                    st.shared.u32 [%r3], %r0;
                    bar.sync 0;
                    setp.eq.u32 %p1, %r2, 0;
                    mov.u32 %r5, 0;
                    !@%p1 ld.shared.u32 %r5, [%r3+128];
                    +bar.sync 0;
                    @!%p1 cp.async.ca.shared.global [%r3], [%d4], 4;
                    cp.async.wait_all;
                    st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("store to a buffer that is being filled", FindingKind.PENDING_COPY, """
                    cp.async.ca.shared.global [%r3], [%d4], 4;
                    +cp.async.wait_all;
                    !st.shared.u32 [%r3], %r0;
                    cp.async.wait_all;
                    """),
            PlantedBug.of("a copy that nobody waits for", FindingKind.NEVER_WAITED, """
                    !cp.async.ca.shared.global [%r3], [%d4], 4;
                    cp.async.commit_group;
                    +cp.async.wait_group 0;
                    """),
            PlantedBug.of("a source overwritten while it is read", FindingKind.PENDING_SOURCE, """
                    -!cp.async.ca.shared.global [%r3], [%d4], 4;
                    -st.global.u32 [%d4], 12345;
                    cp.async.wait_all;
                    st.global.u32 [%d5], %r0;
                    """));

    static final List<PlantedBug> TOGETHER = List.of(
            PlantedBug.of("barrier in a branch", FindingKind.DIVERGENCE, """
                    setp.lt.u32 %p1, %r1, 16;
                    -@%p1 bra THERE;
                    !bar.sync 0;
                    THERE:
                    st.global.u32 [%d5], %r0;
                    """),
            PlantedBug.of("two counts for one barrier", FindingKind.BARRIER, """
                    setp.eq.u32 %p1, %r2, 0;
                    @%p1 bra FIRST;
                    -!bar.sync 1, 32;
                    +bar.sync 1, 64;
                    bra DONE;
                    FIRST:
                    bar.arrive 1, 64;
                    DONE:
                    """),
            PlantedBug.of("a count that is no multiple of the warp", FindingKind.BARRIER, """
                    -!barrier.sync 1, 48;
                    +barrier.sync 1, 64;
                    """),
            PlantedBug.of("a barrier that does not exist", FindingKind.BARRIER, """
                    -mov.u32 %r5, 16;
                    +mov.u32 %r5, 15;
                    !barrier.sync %r5;
                    """),
            PlantedBug.of("arriving twice", FindingKind.BARRIER, """
                    setp.eq.u32 %p1, %r2, 0;
                    @!%p1 bra OTHER;
                    bar.arrive 2, 64;
                    -!bar.arrive 2, 64;
                    bra DONE;
                    OTHER:
                    bar.sync 2, 64;
                    DONE:
                    """),
            PlantedBug.of("a barrier that one warp never reaches", FindingKind.DEADLOCK, """
                    setp.eq.u32 %p1, %r2, 1;
                    +bra ALL;
                    @%p1 bra OTHER;
                    ALL:
                    !bar.sync 1, 64;
                    bra DONE;
                    OTHER:
                    bar.sync 2, 64;
                    DONE:
                    """),
            PlantedBug.of("waiting for a flag that nobody sets", FindingKind.DEADLOCK, """
                    WAIT:
                    -!ld.volatile.global.u32 %r5, [%d3];
                    +ld.volatile.global.u32 %r5, [%d4+4];
                    setp.eq.u32 %p1, %r5, 0;
                    @%p1 bra WAIT;
                    """),
            PlantedBug.of("shuffle from a lane that is elsewhere", FindingKind.INACTIVE_LANE, """
                    setp.lt.u32 %p1, %r1, 16;
                    mov.u32 %r5, 0;
                    -!@%p1 shfl.sync.bfly.b32 %r5, %r0, 16, 31, 0x0000ffff;
                    +@%p1 shfl.sync.bfly.b32 %r5, %r0, 8, 31, 0x0000ffff;
                    st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("a lane outside its own mask", FindingKind.DIVERGENCE, """
                    -!shfl.sync.idx.b32 %r5, %r0, 0, 31, 0x0000ffff;
                    +shfl.sync.idx.b32 %r5, %r0, 0, 31, 0xffffffff;
                    st.global.u32 [%d5], %r5;
                    """),
            PlantedBug.of("a matrix instruction in a branch", FindingKind.DIVERGENCE, """
                    mov.u32 %r5, 0;
                    setp.lt.u32 %p1, %r1, 16;
                    -@!%p1 bra DONE;
                    !mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%r8, %r9, %r10, %r11}, {%r5, %r5}, {%r5}, {%r5, %r5, %r5, %r5};
                    st.global.u32 [%d5], %r8;
                    DONE:
                    """),
            PlantedBug.of("ldmatrix from rows that another warp just wrote", FindingKind.RACE, """
                    mov.u32 %r5, s;
                    mad.lo.u32 %r5, %r1, 16, %r5;
                    setp.eq.u32 %p1, %r2, 0;
                    @%p1 st.shared.v4.u32 [%r5], {%r0, %r0, %r0, %r0};
                    +bar.sync 0;
                    @%p1 bra DONE;
                    !ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r6, %r7, %r8, %r9}, [%r5];
                    st.global.u32 [%d5], %r6;
                    DONE:
                    """),
            PlantedBug.of("a loop without an end", FindingKind.DEADLOCK, """
                    setp.eq.u32 %p1, %r0, 0;
                    @%p1 st.shared.u32 [s], 1;
                    bar.sync 0;
                    LOOP:
                    -!ld.volatile.shared.u32 %r5, [s];
                    +mov.u32 %r5, 1;
                    setp.eq.u32 %p1, %r5, 0;
                    -@!%p1 bra LOOP;
                    +@%p1 bra LOOP;
                    """),
            PlantedBug.of("a vote that some lanes never reach", FindingKind.DEADLOCK, """
                    setp.lt.u32 %p1, %r1, 16;
                    -@!%p1 bra OTHER;
                    !vote.sync.ballot.b32 %r5, %p1, 0xffffffff;
                    st.global.u32 [%d5], %r5;
                    bra DONE;
                    OTHER:
                    bar.warp.sync 0xffffffff;
                    DONE:
                    """),
            PlantedBug.of("a uniform branch that is not", FindingKind.DIVERGENCE, """
                    setp.lt.u32 %p1, %r1, 16;
                    -!@%p1 bra.uni DONE;
                    +@%p1 bra DONE;
                    st.global.u32 [%d5], %r0;
                    DONE:
                    """),
            PlantedBug.of("a store of many values to one word", FindingKind.CONFLICTING_LANES, """
                    setp.eq.u32 %p1, %r2, 0;
                    -!@%p1 st.shared.u32 [s], %r0;
                    +@%p1 st.shared.u32 [s], 7;
                    """));

    static List<PlantedBug> all() {
        return Stream.of(
                        ADDRESSES,
                        VALUES,
                        RACES,
                        COPIES,
                        TOGETHER,
                        IdiomBugs.IDIOMS,
                        HopperBugs.MBARRIERS,
                        HopperBugs.BULK,
                        HopperBugs.PRODUCTS,
                        DescriptorBugs.ALL,
                        HopperBugs.CLUSTERS)
                .flatMap(List::stream)
                .toList();
    }
}
