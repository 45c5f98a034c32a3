package dev.clipjet.ptx.wgmma;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.KernelFindingsException;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.report.Finding;
import dev.clipjet.ptx.report.FindingKind;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Which descriptors of B are reported because elements share an address. Expected is what the canonical layouts of the manual say, by
 * element: {@code ((8,m),(T,2)):((w,SBO),(1,LBO))} along k, {@code ((T,g,m),(8,2)):...} along the columns.
 */
class DescriptorAliasesTest {
    /** An instruction with n columns and the descriptor in its last argument. */
    private static String kernel(int n, boolean mnMajor) {
        return """
                .version 8.0
                .target sm_90a
                .address_size 64
                .visible .entry k(.param .u64 descriptor)
                {
                    .reg .pred %p<2>;
                    .reg .b32 %r<8>;
                    .reg .b32 %a<4>;
                    .reg .f32 %d<128>;
                    .reg .b64 %rd<4>;
                    .shared .align 1024 .b8 smem[49152];
                    ld.param.u64 %rd1, [descriptor];
                    mov.u32 %r1, %tid.x;
                    mov.u32 %r3, smem;
                    mad.lo.u32 %r3, %r1, 16, %r3;
                    mov.u32 %r4, 0;
                    mov.b32 %a0, 0;
                    mov.b32 %a1, 0;
                    mov.b32 %a2, 0;
                    mov.b32 %a3, 0;
                FILL:
                    st.shared.v4.u32 [%r3], {%r4, %r4, %r4, %r4};
                    add.u32 %r3, %r3, 2048;
                    add.u32 %r4, %r4, 1;
                    setp.lt.u32 %p1, %r4, 24;
                    @%p1 bra FILL;
                    fence.proxy.async;
                    bar.sync 0;
                    wgmma.fence.sync.aligned;
                    wgmma.mma_async.sync.aligned.m64nNk16.f32.bf16.bf16 D, {%a0, %a1, %a2, %a3}, %rd1, 0, 1, 1, T;
                    wgmma.commit_group.sync.aligned;
                    wgmma.wait_group.sync.aligned 0;
                    ret;
                }
                """.replace("nNk", "n" + n + "k")
                .replace(" D,", " " + WgmmaText.registers("%d", n / 2) + ",")
                .replace(" T;", mnMajor ? " 1;" : " 0;");
    }

    private static long descriptor(int leading, int stride, int swizzle) {
        long mode = swizzle == 128 ? 1 : swizzle == 64 ? 2 : swizzle == 32 ? 3 : 0;
        return (long) leading >> 4 << 16 | (long) stride >> 4 << 32 | mode << 62;
    }

    private static List<Finding> findings(Rig rig, long descriptor) {
        try {
            return rig.launch("k", Dim3.ONE, Dim3.of(128), descriptor).findings();
        } catch (KernelFindingsException found) {
            return found.findings();
        }
    }

    /** Byte offset of an element before it is swizzled. */
    private static int offset(int column, int k, boolean mnMajor, int swizzle, int leading, int stride) {
        if (!mnMajor) {
            int width = swizzle == 0 ? 16 : swizzle;
            int next = swizzle == 0 ? leading : 16;
            return column % 8 * width + column / 8 * stride + k % 8 * 2 + k / 8 * next;
        }
        int width = swizzle == 0 ? 16 : swizzle;
        int acrossBytes = swizzle == 0 ? stride : leading;
        int downBytes = swizzle == 0 ? leading : stride;
        int columns = width / 2;
        return column % columns * 2 + column / columns * acrossBytes + k % 8 * width + k / 8 * downBytes;
    }

    @Test
    void randomDescriptorsAreJudgedByTheManualsLayouts() {
        Random random = new Random(4);
        int[] swizzles = {0, 32, 64, 128};
        int aliased = 0;
        int distinct = 0;
        for (int n : new int[] {8, 16, 24, 64, 72}) {
            for (boolean mnMajor : new boolean[] {false, true}) {
                try (Rig rig = new Rig("aliases", kernel(n, mnMajor), ExecutionOptions.standard())) {
                    for (int i = 0; i < 80; i++) {
                        int swizzle = swizzles[random.nextInt(4)];
                        int leading = random.nextBoolean() ? 16 << random.nextInt(8) : 16 + 16 * random.nextInt(64);
                        int stride = random.nextBoolean() ? 16 << random.nextInt(8) : 16 + 16 * random.nextInt(64);
                        Set<Integer> places = new HashSet<>();
                        for (int column = 0; column < n; column++) {
                            for (int k = 0; k < 16; k++) {
                                places.add(offset(column, k, mnMajor, swizzle, leading, stride));
                            }
                        }
                        List<Finding> found = findings(rig, descriptor(leading, stride, swizzle));
                        String as = n + " columns, " + (mnMajor ? "along them" : "along k") + ", swizzle " + swizzle
                                + ", leading " + leading + ", stride " + stride + found;
                        if (places.size() < 16 * n) {
                            assertThat(found).as(as).extracting(Finding::kind).containsExactly(FindingKind.WGMMA);
                            aliased++;
                        } else {
                            assertThat(found).as(as).isEmpty();
                            distinct++;
                        }
                    }
                }
            }
        }
        assertThat(aliased).isGreaterThan(100);
        assertThat(distinct).isGreaterThan(100);
    }

    @Test
    void anOffsetOfZeroRepeatsUnlessTheOtherIsUnusedAndSet() {
        try (Rig rig = new Rig("zero", kernel(64, false), ExecutionOptions.standard())) {
            assertThat(findings(rig, descriptor(128, 0, 0))).isEmpty();
            assertThat(findings(rig, descriptor(0, 128, 0))).isEmpty();
            assertThat(findings(rig, descriptor(0, 0, 0))).isEmpty();
            assertThat(findings(rig, descriptor(0, 0, 128))).isEmpty();
            assertThat(findings(rig, descriptor(16, 0, 128))).isEmpty();
            assertThat(findings(rig, descriptor(1024, 0, 128))).hasSize(1);
        }
        try (Rig rig = new Rig("zero", kernel(64, true), ExecutionOptions.standard())) {
            // 64 columns fill one pattern of 128 bytes: the leading offset is not used.
            assertThat(findings(rig, descriptor(0, 1024, 128))).isEmpty();
            assertThat(findings(rig, descriptor(1024, 0, 128))).hasSize(1);
            assertThat(findings(rig, descriptor(1024, 0, 64))).isEmpty();
        }
    }

    @Test
    void theReportSaysWhichElementsAndWhatFits() {
        try (Rig rig = new Rig("words", kernel(24, false), ExecutionOptions.standard())) {
            assertThat(findings(rig, descriptor(1024, 16, 128)).get(0).detail())
                    .isEqualTo(
                            "two elements of operand B lie at the same address 0x10: column 0, k 8 and column 8, k 0; the"
                                    + " descriptor says 128-byte swizzle, leading byte offset 1024, stride byte offset 16"
                                    + " (exchanged?)");
            assertThat(findings(rig, descriptor(16, 512, 128)).get(0).detail())
                    .contains("column 4, k 0 and column 8, k 0")
                    .contains("0x240")
                    .endsWith("(these fit a 64-byte swizzle)");
            assertThat(findings(rig, descriptor(16, 16, 0)).get(0).detail()).endsWith("stride byte offset 16");
        }
    }
}
