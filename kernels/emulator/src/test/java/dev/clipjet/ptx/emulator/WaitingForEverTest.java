package dev.clipjet.ptx.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.clipjet.device.Dim3;
import dev.clipjet.device.LaunchShape;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels that wait for what never comes are told from kernels that only take long, and soon. */
class WaitingForEverTest {
    private static final String HEAD = """
            .version 8.0
            .target sm_80
            .address_size 64
            .visible .entry k(.param .u64 out)
            {
            .reg .pred %p<3>;
            .reg .b32 %r<8>;
            .reg .b64 %rd<6>;
            .shared .align 4 .b32 s[64];
            ld.param.u64 %rd1, [out];
            mov.u32 %r1, %tid.x;
            """;

    private static String found(String body, int blocks, long seed, long limit) {
        ExecutionOptions options = ExecutionOptions.standard().withSeed(seed).withMaxWarpInstructions(limit);
        try (Rig rig = new Rig("k", HEAD + body + "ret;\n}\n", options)) {
            long out = rig.ints(0, 0, 0, 0);
            try {
                rig.launch("k", new LaunchShape(Dim3.of(blocks), Dim3.of(64), 0), out);
            } catch (KernelFindingsException thrown) {
                return thrown.findings().toString();
            }
            return List.of().toString();
        }
    }

    private static void assertWaits(String body) {
        assertTimeoutPreemptively(Duration.ofMinutes(2), () -> {
            for (long seed = 0; seed < 2; seed++) {
                for (int blocks = 1; blocks < 3; blocks++) {
                    assertThat(found(body, blocks, seed, 1L << 38))
                            .as("seed %d, %d blocks: %s", seed, blocks, body)
                            .contains("DEADLOCK");
                }
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // The compiler has hoisted nothing, but nobody writes.
                "L: ld.global.u32 %r2, [%rd1];\nsetp.ne.s32 %p1, %r2, 64;\n@%p1 bra L;\n",
                "L: ld.volatile.global.u32 %r2, [%rd1];\nsetp.ne.s32 %p1, %r2, 64;\n@%p1 bra L;\n",
                // More threads are waited for than there are.
                "atom.global.add.u32 %r2, [%rd1], 1;\n"
                        + "L: atom.global.add.u32 %r2, [%rd1], 0;\nsetp.lt.u32 %p1, %r2, 1024;\n@%p1 bra L;\n",
                // A size that was doubled until it was none, with a barrier in the loop.
                "mov.u32 %r2, 3;\nL: shl.b32 %r2, %r2, 1;\nbar.sync 0;\nsetp.ne.s32 %p1, %r2, 64;\n@%p1 bra L;\n",
                // A delay in a loop, and stores that change nothing.
                "shl.b32 %r3, %r1, 2;\nmov.u32 %r4, s;\nadd.u32 %r3, %r3, %r4;\nmov.u32 %r4, 5;\n"
                        + "L: st.shared.u32 [%r3], %r4;\nbar.sync 0;\nmov.u32 %r5, 0;\n"
                        + "D: add.u32 %r5, %r5, 1;\nsetp.lt.u32 %p2, %r5, 100;\n@%p2 bra D;\n"
                        + "ld.volatile.global.u32 %r2, [%rd1];\nsetp.ne.s32 %p1, %r2, 64;\n@%p1 bra L;\n",
            })
    void isReported(String body) {
        assertWaits(body);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A clock goes on although nothing else changes.
                "mov.u64 %rd2, %clock64;\nL: mov.u64 %rd3, %clock64;\nsub.u64 %rd4, %rd3, %rd2;\n"
                        + "setp.lt.u64 %p1, %rd4, 1500000;\n@%p1 bra L;\n",
                // A counter that takes long to come round.
                "mov.u32 %r2, 0;\nL: add.u32 %r2, %r2, 1;\nsetp.lt.u32 %p1, %r2, 1500000;\n@%p1 bra L;\n",
                // A counter in memory; all threads of a warp write the same.
                "setp.ne.u32 %p2, %r1, 0;\n@%p2 bra OUT;\nmov.u32 %r2, %ctaid.x;\nmul.wide.u32 %rd2, %r2, 4;\n"
                        + "add.u64 %rd1, %rd1, %rd2;\n"
                        + "L: ld.global.u32 %r3, [%rd1];\nadd.u32 %r3, %r3, 1;\nst.global.u32 [%rd1], %r3;\n"
                        + "setp.lt.u32 %p1, %r3, 900000;\n@%p1 bra L;\nOUT:\n",
            })
    void whatOnlyTakesLongIsNot(String body) {
        for (long seed = 0; seed < 2; seed++) {
            assertThat(found(body, 2, seed, 1L << 38))
                    .as("seed %d: %s", seed, body)
                    .isEqualTo("[]");
        }
    }
}
