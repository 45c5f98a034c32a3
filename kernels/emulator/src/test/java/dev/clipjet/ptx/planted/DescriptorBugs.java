package dev.clipjet.ptx.planted;

import dev.clipjet.ptx.report.FindingKind;
import java.util.List;

/** The planted bugs of {@code wgmma} whose descriptors let elements share an address. */
final class DescriptorBugs {
    private DescriptorBugs() {}

    /** Fills 8 KiB at t with ones; A and the accumulators of 64 x 24. */
    private static final String FILLED = """
            .shared .align 1024 .b8 t[8192];
            mov.u32 %r10, 0x3c003c00;
            mov.u32 %r11, %r10;
            mov.u32 %r12, %r10;
            mov.u32 %r13, %r10;
            mov.u32 %r15, t;
            mad.lo.u32 %r14, %r0, 64, %r15;
            st.shared.v4.u32 [%r14], {%r10, %r11, %r12, %r13};
            st.shared.v4.u32 [%r14+16], {%r10, %r11, %r12, %r13};
            st.shared.v4.u32 [%r14+32], {%r10, %r11, %r12, %r13};
            st.shared.v4.u32 [%r14+48], {%r10, %r11, %r12, %r13};
            shr.u32 %r15, %r15, 4;
            cvt.u64.u32 %d8, %r15;
            fence.proxy.async.shared::cta;
            bar.sync 0;
            """;

    private static final String D = "{%r20, %r21, %r22, %r23, %r24, %r25, %r26, %r27, %r28, %r29, %r30, %r31}";
    private static final String COLUMNS =
            "!wgmma.mma_async.sync.aligned.m64n24k16.f32.f16.f16 " + D + ", {%r10, %r11, %r12, %r13}, %d8, 0, 1, 1, ";
    private static final String DONE = """
            wgmma.commit_group.sync.aligned;
            wgmma.wait_group.sync.aligned 0;
            """;

    private static long descriptor(int leading, int stride, int swizzle) {
        long mode = swizzle == 128 ? 1 : swizzle == 64 ? 2 : swizzle == 32 ? 3 : 0;
        return (long) leading >> 4 << 16 | (long) stride >> 4 << 32 | mode << 62;
    }

    private static String or(long descriptor) {
        return "or.b64 %d8, %d8, 0x" + Long.toHexString(descriptor) + ";\n";
    }

    /** B of 16 x 24 from shared memory. */
    private static PlantedBug columns(String name, boolean mnMajor, long wrong, long right) {
        return PlantedBug.hopper(
                name,
                FindingKind.WGMMA,
                128,
                FILLED + "-" + or(wrong) + "+" + or(right) + "wgmma.fence.sync.aligned;\n" + COLUMNS + (mnMajor ? 1 : 0)
                        + ";\n" + DONE);
    }

    /** A of 64 x 16 from shared memory, with B behind the first 8 KiB's half, in a correct layout. */
    private static PlantedBug rows(String name, long wrong, long right) {
        return PlantedBug.hopper(
                name,
                FindingKind.WGMMA,
                128,
                FILLED + "add.u64 %d9, %d8, 0x100;\nor.b64 %d9, %d9, 0x" + Long.toHexString(descriptor(128, 256, 0))
                        + ";\n-" + or(wrong) + "+" + or(right)
                        + "wgmma.fence.sync.aligned;\n"
                        + "!wgmma.mma_async.sync.aligned.m64n24k16.f32.f16.f16 " + D + ", %d8, %d9, 0, 1, 1, 0, 0;\n"
                        + DONE);
    }

    static final List<PlantedBug> ALL = List.of(
            columns("exchanged offsets, along k, no swizzle", false, descriptor(256, 128, 0), descriptor(128, 256, 0)),
            columns(
                    "exchanged offsets, along k, 128-byte swizzle",
                    false,
                    descriptor(1024, 16, 128),
                    descriptor(16, 1024, 128)),
            columns(
                    "exchanged offsets, along k, 128-byte swizzle, the unused one 0",
                    false,
                    descriptor(1024, 0, 128),
                    descriptor(0, 1024, 128)),
            columns("a 64-byte layout read as 128-byte", false, descriptor(16, 512, 128), descriptor(16, 512, 64)),
            columns("a 32-byte layout read as 64-byte", false, descriptor(16, 256, 64), descriptor(16, 256, 32)),
            columns(
                    "exchanged offsets, along the columns, no swizzle",
                    true,
                    descriptor(256, 128, 0),
                    descriptor(128, 256, 0)),
            columns(
                    "offsets of no swizzle, along the columns, 32-byte swizzle",
                    true,
                    descriptor(128, 256, 32),
                    descriptor(512, 256, 32)),
            columns("columns that repeat but for one bit", false, descriptor(128, 16, 0), descriptor(128, 0, 0)),
            rows("exchanged offsets of A, no swizzle", descriptor(256, 128, 0), descriptor(128, 256, 0)),
            rows("exchanged offsets of A, 32-byte swizzle", descriptor(256, 16, 32), descriptor(16, 256, 32)));
}
