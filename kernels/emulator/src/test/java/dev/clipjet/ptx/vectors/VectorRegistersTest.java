package dev.clipjet.ptx.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.ptx.emulator.Rig;
import dev.clipjet.ptx.exec.ExecutionOptions;
import org.junit.jupiter.api.Test;

/** Registers declared {@code .v2} and {@code .v4}: moved, taken apart, packed, loaded and stored. */
class VectorRegistersTest {
    @Test
    void componentsAreRegistersOfTheirOwn() {
        String text = """
                .version 8.0
                .target sm_80
                .address_size 64
                .visible .entry k(.param .u64 p, .param .u64 q)
                {
                .reg .b64 %a;
                .reg .b64 %b;
                .reg .b64 %w;
                .reg .v2 .b32 %v;
                .reg .v4 .b32 %x<2>;
                ld.param.u64 %a, [p];
                ld.param.u64 %b, [q];
                ld.global.v4.b32 %x1, [%a];
                mov.v2.b32 %v, {%x1.w, 7};
                mov.v2.b32 %v, {%v.y, %v.x};
                mov.b64 %w, %v;
                st.global.b64 [%b], %w;
                add.s32 %x1.x, %x1.x, %v.x;
                st.global.v4.b32 [%b+16], %x1;
                mov.b64 {%v.y, %v.x}, %w;
                st.global.v2.b32 [%b+8], %v;
                ret;
                }
                """;
        try (Rig rig = new Rig("vector", text, ExecutionOptions.standard())) {
            long out = rig.raw(32);
            rig.launch("k", Dim3.of(1), Dim3.of(1), rig.ints(10, 20, 30, 40), out);
            assertThat(rig.readInts(out, 8)).containsExactly(7, 40, 40, 7, 17, 20, 30, 40);
        }
    }
}
