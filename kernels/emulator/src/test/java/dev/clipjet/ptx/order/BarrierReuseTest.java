package dev.clipjet.ptx.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Warps that meet at a barrier learn of that meeting, also if others meet there before all of them run again. */
class BarrierReuseTest {
    private static final String PAIRS = """
            .version 8.0
            .target sm_80
            .address_size 64
            .visible .entry pairs(.param .u64 out)
            {
            .reg .pred %p<4>;
            .reg .b32 %r<12>;
            .reg .b64 %d<4>;
            .shared .align 4 .b8 s[512];
            ld.param.u64 %d0, [out];
            mov.u32 %r0, %tid.x;
            mov.u32 %r1, %laneid;
            mov.u32 %r3, s;
            mad.lo.u32 %r3, %r0, 4, %r3;
            xor.b32 %r4, %r3, 128;
            mul.wide.u32 %d1, %r0, 4;
            add.s64 %d1, %d1, %d0;
            st.shared.u32 [%r3], %r0;
            setp.ge.u32 %p1, %r0, 64;
            @%p1 bra SECOND;
            setp.lt.u32 %p2, %r1, 7;
            bar.red.popc.u32 %r5, 1, 64, %p2;
            ld.shared.u32 %r6, [%r4];
            setp.ge.u32 %p3, %r0, 32;
            @%p3 bar.arrive 2, 96;
            bra DONE;
            SECOND:
            bar.sync 2, 96;
            setp.lt.u32 %p2, %r1, 3;
            bar.red.popc.u32 %r5, 1, 64, %p2;
            ld.shared.u32 %r6, [%r4];
            DONE:
            mad.lo.u32 %r5, %r5, 1000, %r6;
            st.global.u32 [%d1], %r5;
            ret;
            }
            """;

    @Test
    void twoPairsOfWarpsShareABarrier() {
        int[] expected = IntStream.range(0, 128)
                .map(thread -> (thread < 64 ? 14 : 6) * 1000 + (thread ^ 32))
                .toArray();
        for (long seed = 0; seed < 100; seed++) {
            try (Rig rig = new Rig("pairs", PAIRS, ExecutionOptions.standard().withSeed(seed))) {
                long out = rig.raw(512);
                rig.launch("pairs", Dim3.ONE, Dim3.of(128), out);
                assertThat(rig.readInts(out, 128)).as("seed %d", seed).isEqualTo(expected);
            }
        }
    }
}
