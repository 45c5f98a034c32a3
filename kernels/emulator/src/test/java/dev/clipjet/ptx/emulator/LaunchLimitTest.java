package dev.clipjet.ptx.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A launch never hangs: where nothing is stuck and nothing ends, the limit of instructions ends it. */
class LaunchLimitTest {
    @ParameterizedTest
    // A loop without an end: of all lanes, of one lane while others wait for it, of blocks.
    @CsvSource({"false, 1", "true, 1", "false, 3"})
    void launchesEndAtTheLimit(boolean oneLane, int blocks) {
        String ptx = """
                .version 8.0
                .target sm_80
                .address_size 64
                .visible .entry k(.param .u64 in)
                {
                .reg .pred %p<2>;
                .reg .b32 %r<4>;
                mov.u32 %r1, %laneid;
                setp.ne.u32 %p1, %r1, 0;
                """ + (oneLane ? "@%p1 bra OUT;\n" : "") + """
                LOOP:
                add.u32 %r2, %r1, 1;
                bra LOOP;
                OUT:
                bar.warp.sync 0xffffffff;
                ret;
                }
                """;
        ExecutionOptions options = ExecutionOptions.standard().withMaxWarpInstructions(100_000);
        try (Rig rig = new Rig("k", ptx, options)) {
            List<?> found = List.of();
            try {
                rig.launch("k", new LaunchShape(Dim3.of(blocks), Dim3.of(64), 0), rig.raw(16));
            } catch (KernelFindingsException thrown) {
                found = thrown.findings();
            }
            assertThat(found.toString()).contains("INSTRUCTION_LIMIT").contains("more than 100000 warp instructions");
        }
    }
}
