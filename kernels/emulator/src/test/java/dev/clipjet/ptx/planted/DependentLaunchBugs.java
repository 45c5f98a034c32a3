package dev.clipjet.ptx.planted;

import static dev.clipjet.ptx.planted.PlantedSequence.dependent;
import static dev.clipjet.ptx.planted.PlantedSequence.ordinary;

import java.util.List;

/** The planted bugs of overlapping launches. */
final class DependentLaunchBugs {
    private DependentLaunchBugs() {}

    private static final String WRITES = """
            st.global.u32 [%d5], %r4;
            griddepcontrol.launch_dependents;
            """;

    private static final String READS = """
            griddepcontrol.launch_dependents;
            ld.global.u32 %r5, [%d4];
            st.global.u32 [%d6], %r5;
            """;

    private static final String WAITS = """
            griddepcontrol.wait;
            """;

    private static final String INIT = """
            @%p1 mbarrier.init.shared.b64 [bar], 1;
            @%p1 fence.mbarrier_init.release.cluster;
            bar.sync 0;
            """;

    private static final String LOAD =
            "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [s], [%d1], 256, [bar];\n";

    private static final String AWAIT = """
            WAIT:
            mbarrier.try_wait.parity.shared.b64 %p2, [bar], 0;
            @!%p2 bra WAIT;
            """;

    static final List<PlantedSequence> ACCESSES = List.of(
            PlantedSequence.of(
                    "a word of all threads written where only the first has a fence", ordinary("""
                    ld.global.u32 %r5, [%d0];
                    +bar.sync 0;
                    @%p1 membar.gl;
                    @%p1 griddepcontrol.launch_dependents;
                    st.global.u32 [%d5], %r5;
                    """), dependent("""
                    setp.eq.u32 %p2, %r4, 0;
                    !@%p2 st.global.u32 [%d0], 7;
                    griddepcontrol.wait;
                    """)),
            PlantedSequence.of("a word of two warps written where one has a fence", ordinary("""
                    setp.ge.u32 %p2, %r0, 32;
                    ld.global.u32 %r5, [%d0];
                    @%p2 bra DONE;
                    bar.warp.sync -1;
                    -ld.global.u32 %r6, [%d0];
                    bar.warp.sync -1;
                    -@%p1 membar.gl;
                    -@%p1 griddepcontrol.launch_dependents;
                    DONE:
                    +bar.sync 0;
                    +@%p1 membar.gl;
                    +@%p1 griddepcontrol.launch_dependents;
                    st.global.u32 [%d5], %r5;
                    """), dependent("""
                    setp.eq.u32 %p2, %r4, 0;
                    !@%p2 st.global.u32 [%d0], 7;
                    griddepcontrol.wait;
                    """)),
            PlantedSequence.of("missing wait", ordinary(WRITES), dependent("""
                    ld.global.u32 %r6, [%d4];
                    +griddepcontrol.wait;
                    !ld.global.u32 %r5, [%d5];
                    add.u32 %r5, %r5, %r6;
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("missing wait behind a grid that launches nothing", ordinary("""
                    st.global.u32 [%d5], %r4;
                    """), dependent("""
                    +griddepcontrol.wait;
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("wait behind the first dependent read", ordinary(WRITES), dependent("""
                    @%p1 st.shared.u32 [s], 0;
                    -!ld.global.u32 %r5, [%d5];
                    griddepcontrol.wait;
                    +ld.global.u32 %r5, [%d5];
                    ld.global.u32 %r6, [%d5+4];
                    add.u32 %r5, %r5, %r6;
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("early write over what is still read", ordinary(READS), dependent("""
                    -!st.global.u32 [%d4], %r4;
                    griddepcontrol.wait;
                    +st.global.u32 [%d4], %r4;
                    """)),
            PlantedSequence.of("early write to the page that is still read", ordinary(READS), dependent("""
                    -!st.global.u32 [%d4+508], %r4;
                    +st.global.u32 [%d4+512], %r4;
                    griddepcontrol.wait;
                    """)),
            PlantedSequence.of("early write of a byte", ordinary(READS), dependent("""
                    -!st.global.u8 [%d4+3], %r4;
                    +st.global.u8 [%d4+515], %r4;
                    griddepcontrol.wait;
                    """)),
            PlantedSequence.of("early write over what is read and written", ordinary("""
                    griddepcontrol.launch_dependents;
                    ld.global.u32 %r5, [%d4];
                    st.global.u32 [%d4+512], %r5;
                    """), dependent("""
                    -!st.global.u32 [%d4], %r4;
                    griddepcontrol.wait;
                    +st.global.u32 [%d4], %r4;
                    """)),
            PlantedSequence.of("early write over what is written", ordinary(WRITES), dependent("""
                    -!st.global.u32 [%d5], 0;
                    griddepcontrol.wait;
                    +st.global.u32 [%d5], 0;
                    """)),
            PlantedSequence.of("early scattered read", ordinary(WRITES), dependent("""
                    xor.b32 %r6, %r4, 5;
                    mul.wide.u32 %d7, %r6, 4;
                    add.s64 %d7, %d7, %d1;
                    +griddepcontrol.wait;
                    !ld.global.u32 %r5, [%d7];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("early cp.async", ordinary(WRITES), dependent("""
                    mov.u32 %r6, s;
                    mad.lo.u32 %r6, %r0, 4, %r6;
                    +griddepcontrol.wait;
                    !cp.async.ca.shared.global [%r6], [%d5], 4;
                    cp.async.wait_all;
                    ld.shared.u32 %r5, [%r6];
                    -griddepcontrol.wait;
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("early bulk load", ordinary(WRITES), dependent(INIT + """
                    @%p1 mbarrier.arrive.expect_tx.shared.b64 _, [bar], 256;
                    +@%p1 griddepcontrol.wait;
                    !@%p1\s""" + LOAD + AWAIT + """
                    ld.shared.u32 %r5, [s];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("early read of what a bulk store writes", ordinary("""
                    mov.u32 %r6, s;
                    mad.lo.u32 %r6, %r0, 4, %r6;
                    st.shared.u32 [%r6], %r4;
                    fence.proxy.async.shared::cta;
                    bar.sync 0;
                    @%p1 cp.async.bulk.global.shared::cta.bulk_group [%d5], [s], 256;
                    @%p1 cp.async.bulk.commit_group;
                    @%p1 cp.async.bulk.wait_group 0;
                    """), dependent("""
                    +griddepcontrol.wait;
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("early plain read of a counter", ordinary("""
                    red.global.add.u32 [%d1], 1;
                    griddepcontrol.launch_dependents;
                    """), dependent("""
                    -!ld.global.u32 %r5, [%d1];
                    +atom.global.add.u32 %r5, [%d1], 0;
                    griddepcontrol.wait;
                    """)),
            PlantedSequence.of("early update of another size", ordinary("""
                    red.global.add.u32 [%d1], 1;
                    griddepcontrol.launch_dependents;
                    """), dependent("""
                    -!red.global.add.u64 [%d1], 1;
                    +red.global.add.u32 [%d1], 1;
                    griddepcontrol.wait;
                    """)));

    static final List<PlantedSequence> WAITING = List.of(
            PlantedSequence.of("one thread waits and the block does not know", ordinary(WRITES), dependent("""
                    @%p1 griddepcontrol.wait;
                    +bar.sync 0;
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("one lane waits and its warp does not know", ordinary(WRITES), dependent("""
                    setp.eq.u32 %p2, %r1, 0;
                    @%p2 griddepcontrol.wait;
                    +bar.warp.sync 0xffffffff;
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("the barrier is before the wait", ordinary(WRITES), dependent("""
                    -bar.sync 0;
                    @%p1 griddepcontrol.wait;
                    +bar.sync 0;
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("one block waits for the other", ordinary(WRITES), dependent("""
                    setp.eq.u32 %p2, %r3, 0;
                    -@%p2 griddepcontrol.wait;
                    +griddepcontrol.wait;
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of(
                    "an mbarrier is told before the wait", ordinary(WRITES), dependent(INIT + """
                    -@%p1 mbarrier.arrive.shared.b64 _, [bar];
                    @%p1 griddepcontrol.wait;
                    +@%p1 mbarrier.arrive.shared.b64 _, [bar];
                    """ + AWAIT + """
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("a flag in shared memory does not tell of the wait", ordinary(WRITES), dependent("""
                    @%p1 st.shared.u32 [s], 0;
                    bar.sync 0;
                    @%p1 griddepcontrol.wait;
                    -@%p1 st.relaxed.cta.shared.u32 [s], 1;
                    +@%p1 st.release.cta.shared.u32 [s], 1;
                    WAIT:
                    ld.acquire.cta.shared.u32 %r6, [s];
                    setp.ne.u32 %p2, %r6, 1;
                    @%p2 bra WAIT;
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)));

    static final List<PlantedSequence> CHAINS = List.of(
            PlantedSequence.of(
                    "no wait in the middle kernel", ordinary(WRITES), dependent("""
                    griddepcontrol.launch_dependents;
                    +griddepcontrol.wait;
                    st.global.u32 [%d6], %r4;
                    """), dependent(WAITS + """
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of(
                    "no wait in the two kernels between",
                    ordinary(WRITES),
                    dependent("""
                    -ld.global.u32 %r5, [%d4];
                    +griddepcontrol.wait;
                    """),
                    dependent(WAITS),
                    dependent(WAITS + """
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of(
                    "the middle kernel lets the next begin before it waits",
                    ordinary(WRITES),
                    dependent("""
                    -griddepcontrol.launch_dependents;
                    griddepcontrol.wait;
                    +griddepcontrol.launch_dependents;
                    """),
                    dependent("""
                    !ld.global.u32 %r5, [%d5];
                    griddepcontrol.wait;
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of(
                    "a thread of each block lets the next begin too early",
                    ordinary(WRITES),
                    dependent("""
                    setp.eq.u32 %p2, %r0, 33;
                    -@%p2 griddepcontrol.launch_dependents;
                    griddepcontrol.wait;
                    griddepcontrol.launch_dependents;
                    """),
                    dependent("""
                    !ld.global.u32 %r5, [%d5];
                    griddepcontrol.wait;
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("no fence before the dependents begin", ordinary("""
                    st.global.u32 [%d5], %r4;
                    bar.sync 0;
                    +@%p1 membar.gl;
                    @%p1 griddepcontrol.launch_dependents;
                    """), dependent("""
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("a fence of the block before the dependents begin", ordinary("""
                    ld.global.u32 %r5, [%d5];
                    bar.sync 0;
                    -@%p1 fence.acq_rel.cta;
                    +@%p1 fence.acq_rel.gpu;
                    @%p1 griddepcontrol.launch_dependents;
                    """), dependent("""
                    !st.global.u32 [%d5], %r4;
                    """)),
            PlantedSequence.of("a write behind the fence", ordinary("""
                    +st.global.u32 [%d5], %r4;
                    bar.sync 0;
                    @%p1 fence.acq_rel.gpu;
                    @%p1 griddepcontrol.launch_dependents;
                    -st.global.u32 [%d5], %r4;
                    """), dependent("""
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("fences of threads that know only of themselves", ordinary("""
                    st.global.u32 [%d5], %r4;
                    +bar.sync 0;
                    fence.acq_rel.gpu;
                    griddepcontrol.launch_dependents;
                    """), dependent("""
                    !ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)));

    /** The first thread of a block tells the same block of the next grid through a word behind the buffer. */
    private static final String TELLS = """
            griddepcontrol.launch_dependents;
            mul.wide.u32 %d7, %r3, 4;
            add.s64 %d7, %d7, %d2;
            st.global.u32 [%d5], %r4;
            bar.sync 0;
            """;

    private static final String LISTENS = """
            mul.wide.u32 %d7, %r3, 4;
            add.s64 %d7, %d7, %d2;
            """;

    private static final String DEPENDENT_READ = """
            !ld.global.u32 %r5, [%d5];
            griddepcontrol.wait;
            st.global.u32 [%d6], %r5;
            """;

    static final List<PlantedSequence> FLAGS = List.of(
            PlantedSequence.of(
                    "a flag between grids that is not released",
                    ordinary(TELLS + """
                    -@%p1 st.relaxed.gpu.global.u32 [%d7+4096], 77;
                    +@%p1 st.release.gpu.global.u32 [%d7+4096], 77;
                    """),
                    dependent(LISTENS + """
                    WAIT:
                    ld.acquire.gpu.global.u32 %r6, [%d7+4096];
                    setp.ne.u32 %p2, %r6, 77;
                    @%p2 bra WAIT;
                    """ + DEPENDENT_READ)),
            PlantedSequence.of(
                    "a flag between grids that is not acquired",
                    ordinary(TELLS + """
                    @%p1 membar.gl;
                    @%p1 st.relaxed.gpu.global.u32 [%d7+4096], 77;
                    """),
                    dependent(LISTENS + """
                    WAIT:
                    ld.relaxed.gpu.global.u32 %r6, [%d7+4096];
                    setp.ne.u32 %p2, %r6, 77;
                    @%p2 bra WAIT;
                    +membar.gl;
                    """ + DEPENDENT_READ)),
            PlantedSequence.of("a flag of a grid that waited after it", ordinary("""
                    griddepcontrol.launch_dependents;
                    st.global.u32 [%d4], %r4;
                    """), dependent("""
                    griddepcontrol.launch_dependents;
                    +griddepcontrol.wait;
                    bar.sync 0;
                    @%p1 red.release.gpu.global.add.u32 [%d2+4096], 1;
                    -griddepcontrol.wait;
                    """), dependent("""
                    @!%p1 bra READ;
                    SPIN:
                    ld.acquire.gpu.global.u32 %r6, [%d2+4096];
                    setp.lt.u32 %p2, %r6, 1026;
                    @%p2 bra SPIN;
                    READ:
                    bar.sync 0;
                    !ld.global.u32 %r7, [%d4];
                    st.global.u32 [%d5], %r7;
                    """)),
            PlantedSequence.of("a chain of flags with one not released", ordinary("""
                    griddepcontrol.launch_dependents;
                    st.global.u32 [%d4], %r4;
                    bar.sync 0;
                    @%p1 red.release.gpu.global.add.u32 [%d2+4096], 1;
                    """), dependent("""
                    griddepcontrol.launch_dependents;
                    @!%p1 bra DONE;
                    SPIN:
                    ld.acquire.gpu.global.u32 %r6, [%d2+4096];
                    setp.lt.u32 %p2, %r6, 1026;
                    @%p2 bra SPIN;
                    -red.relaxed.gpu.global.add.u32 [%d2+4608], 1;
                    +red.release.gpu.global.add.u32 [%d2+4608], 1;
                    DONE:
                    """), dependent("""
                    @!%p1 bra READ;
                    SPIN:
                    ld.acquire.gpu.global.u32 %r6, [%d2+4608];
                    setp.lt.u32 %p2, %r6, 1154;
                    @%p2 bra SPIN;
                    READ:
                    bar.sync 0;
                    !ld.global.u32 %r7, [%d4];
                    st.global.u32 [%d5], %r7;
                    """)),
            PlantedSequence.of(
                    "the flag of another block", ordinary(TELLS + """
                    @%p1 st.release.gpu.global.u32 [%d7+4096], 77;
                    """), dependent(LISTENS + """
                    -add.s64 %d7, %d2, 0;
                    WAIT:
                    ld.acquire.gpu.global.u32 %r6, [%d7+4096];
                    setp.ne.u32 %p2, %r6, 77;
                    @%p2 bra WAIT;
                    """ + DEPENDENT_READ)));

    /** Correct sequences that come close to a bug. */
    static final List<PlantedSequence> CORRECT = List.of(
            PlantedSequence.of(
                    "a prologue before the wait", ordinary("""
                    st.global.u32 [%d5], %r4;
                    griddepcontrol.launch_dependents;
                    """), dependent("""
                    mov.u32 %r6, s;
                    mad.lo.u32 %r6, %r0, 4, %r6;
                    ld.global.nc.u32 %r5, [%d4];
                    st.shared.u32 [%r6], %r5;
                    prefetch.global.L2 [%d5];
                    bar.sync 0;
                    griddepcontrol.wait;
                    ld.shared.u32 %r5, [%r6];
                    ld.global.u32 %r7, [%d5];
                    add.u32 %r5, %r5, %r7;
                    griddepcontrol.launch_dependents;
                    st.global.u32 [%d6], %r5;
                    """), dependent("""
                    griddepcontrol.launch_dependents;
                    griddepcontrol.wait;
                    ld.global.u32 %r5, [%d6];
                    st.global.u32 [%d5], %r5;
                    """), dependent("""
                    griddepcontrol.wait;
                    ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("weights of a kernel that is over", ordinary("""
                    st.global.u32 [%d4], %r4;
                    griddepcontrol.launch_dependents;
                    """), ordinary(WRITES), dependent("""
                    ld.global.u32 %r6, [%d4];
                    griddepcontrol.wait;
                    ld.global.u32 %r5, [%d5];
                    add.u32 %r5, %r5, %r6;
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of(
                    "early write over what a grid read that launches nothing", ordinary("""
                    ld.global.u32 %r5, [%d4];
                    st.global.u32 [%d6], %r5;
                    """), dependent("""
                    st.global.u32 [%d4], %r4;
                    griddepcontrol.wait;
                    """)),
            PlantedSequence.of(
                    "an ordinary launch behind a grid that launches dependents", ordinary(WRITES), ordinary("""
                    ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of(
                    "an ordinary launch behind grids that did not wait",
                    ordinary(WRITES),
                    dependent("""
                    st.global.u32 [%d6], %r4;
                    """),
                    ordinary("""
                    ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d6], %r5;
                    """)),
            PlantedSequence.of("a programmatic launch first", dependent("""
                    ld.global.u32 %r5, [%d5];
                    st.global.u32 [%d5], %r5;
                    griddepcontrol.launch_dependents;
                    griddepcontrol.wait;
                    """)));
}
