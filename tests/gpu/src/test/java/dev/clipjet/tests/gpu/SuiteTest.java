package dev.clipjet.tests.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.clipjet.kernels.cuda.CudaProvider;
import dev.clipjet.tests.support.Golden;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The suite with an emulator in the place of the GPU, and what it says where there is none. */
class SuiteTest {
    private record Run(int code, String out) {
        static Run of(String... arguments) throws Exception {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int code = Main.run(new PrintStream(bytes, true, StandardCharsets.UTF_8), arguments);
            return new Run(code, bytes.toString(StandardCharsets.UTF_8));
        }
    }

    @Test
    void an_emulator_agrees_with_itself_under_another_schedule_and_rounding() throws Exception {
        Run run = Run.of(
                "--golden",
                Golden.folder().toString(),
                "--device",
                "emulated",
                "--case",
                "openclip-vit-gelu",
                "--case",
                "openclip-rn",
                "--case",
                "hf-text-only");
        assertThat(run.out()).contains("3 models in three precisions against the original, 0 failures");
        assertThat(run.out()).contains("UnfoldPatches f16: 1 launches, 1 equal bit for bit");
        assertThat(run.out()).contains("Linear bf16", "Attention f32", "PASSED");
        assertThat(run.out())
                .contains("PixelConvolution f16", "Convolution bf16", "AveragePool f32", "AssembleMeanToken f32");
        assertThat(run.code()).isEqualTo(Main.PASSED);
    }

    @Test
    void without_a_gpu_it_says_so() throws Exception {
        assumeThat(new CudaProvider().unavailable()).as("no GPU").isPresent();
        Run run = Run.of("--golden", Golden.folder().toString());
        assertThat(run.code()).isEqualTo(Main.NO_GPU);
        assertThat(run.out()).startsWith("NO GPU: ");
    }

    @Test
    void wrong_arguments_are_named() throws Exception {
        assertThat(Run.of("--gold", "x").out()).contains("unknown argument --gold");
        assertThat(Run.of().out()).contains("--golden");
        assertThat(Run.of("--golden", Golden.folder().toString(), "--device", "tpu")
                        .code())
                .isEqualTo(Main.USAGE);
    }
}
