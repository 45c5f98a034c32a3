package dev.clipjet.ptx.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.LaunchResult;
import org.junit.jupiter.api.Test;

/** Shared memory that {@code wgmma} reads: (64 + N) rows of 32 bytes for k of 16 bits times 16, 128 bytes a wavefront. */
class MatrixOperandCountsTest {
    /** Eight rows of 16 bytes side by side; 128 bytes on, the next eight rows; the second half of k behind all rows. */
    private static long descriptor(int start, int rows) {
        return start >> 4 | (long) (rows * 16 >> 4) << 16 | (128L >> 4) << 32;
    }

    private static long[] wavefronts(String operation) {
        String text = """
                .version 8.0
                .target sm_90a
                .address_size 64
                .visible .entry k()
                {
                .reg .b32 %r<16>;
                .reg .b64 %d<8>;
                .shared .align 1024 .b8 s[4096];
                mov.u32 %r1, %tid.x;
                mov.u32 %r2, s;
                mad.lo.u32 %r2, %r1, 32, %r2;
                mov.u32 %r3, 0;
                mov.u32 %r4, 0;
                mov.u32 %r5, 0;
                mov.u32 %r6, 0;
                st.shared.v4.u32 [%r2], {%r3, %r3, %r3, %r3};
                st.shared.v4.u32 [%r2+16], {%r3, %r3, %r3, %r3};
                fence.proxy.async;
                bar.sync 0;
                mov.u64 %d1, FIRST;
                mov.u64 %d2, SECOND;
                wgmma.fence.sync.aligned;
                OPERATION
                wgmma.commit_group.sync.aligned;
                wgmma.wait_group.sync.aligned 0;
                ret;
                }
                """.replace("FIRST", Long.toString(descriptor(0, 64)))
                .replace("SECOND", Long.toString(descriptor(2048, 8)))
                .replace("OPERATION", operation);
        try (Rig rig = new Rig("operands", text, ExecutionOptions.standard())) {
            LaunchResult result = rig.launch("k", Dim3.of(1), Dim3.of(128));
            long[] counts = new long[2];
            for (int pc = 0; pc < result.executions().length; pc++) {
                if (result.code().steps()[pc].text().startsWith("wgmma.mma")) {
                    counts[0] += result.memory().wavefronts[pc];
                    counts[1] += result.memory().idealWavefronts[pc];
                }
            }
            return counts;
        }
    }

    @Test
    void operandsInSharedMemoryAreReadOnce() {
        // A: 64 rows of 32 bytes, 16 wavefronts; B: 8 of them, 2.
        assertThat(
                        wavefronts(
                                "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%r3, %r4, %r5, %r6}, %d1, %d2, 0, 1, 1, 0, 0;"))
                .containsExactly(18, 18);
        // A in registers.
        assertThat(wavefronts(
                        "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%r3, %r4, %r5, %r6}, {%r7, %r8, %r9, %r10}, %d2, 0, 1, 1, 0;"
                                .replace("%r7, %r8, %r9, %r10", "%r11, %r11, %r11, %r11")
                                .replace("wgmma.mma", "mov.u32 %r11, 0;\nwgmma.fence.sync.aligned;\nwgmma.mma")))
                .containsExactly(2, 2);
    }
}
