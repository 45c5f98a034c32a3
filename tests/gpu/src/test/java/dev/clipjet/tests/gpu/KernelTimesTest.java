package dev.clipjet.tests.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.GpuDevice;
import dev.clipjet.kernels.cases.ConvolutionCase;
import dev.clipjet.kernels.cases.DepthwiseCase;
import dev.clipjet.kernels.cases.KernelCase;
import dev.clipjet.kernels.cases.LinearCase;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The launches that are timed run under all checks of the emulator; its times mean nothing. */
class KernelTimesTest {
    private static final List<KernelCase> SMALL = List.of(
            new ConvolutionCase("gathered", 1, 7, 7, 16, 24, 3, 3, 1, 1, Activation.RELU, true, false),
            new ConvolutionCase("split", 1, 2, 2, 256, 8, 3, 3, 1, 1, Activation.RELU, false, false),
            new DepthwiseCase("depthwise", 1, 7, 7, 16, 7, 1, 3, Activation.NONE),
            new LinearCase("linear", 5, 40, 72, Activation.NONE, true));

    @Test
    void every_case_is_launched_and_has_a_floor() throws Exception {
        for (ElementType type : ElementType.computing()) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (GpuDevice device = new EmulatedDevice(
                            EmulatedDevice.h200(), ExecutionOptions.standard().withCounters(false));
                    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
                KernelTimes.print(out, device, type, SMALL);
            }
            List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
            assertThat(lines).hasSize(2 + SMALL.size());
            assertThat(lines.get(0)).isEqualTo("Emulated H200, " + type.label());
            for (int i = 0; i < SMALL.size(); i++) {
                String[] words = lines.get(i + 2).strip().split(" +", -1);
                assertThat(Double.parseDouble(words[0])).isPositive();
                assertThat(Double.parseDouble(words[1])).isNotNegative();
                assertThat(words[2]).isEqualTo(SMALL.get(i).operation());
            }
        }
    }

    @Test
    void the_cases_are_those_of_models() {
        assertThat(KernelTimes.ofModels(256)).hasSize(4 + 25 + 4).allMatch(each -> each.operations() > 0);
    }
}
