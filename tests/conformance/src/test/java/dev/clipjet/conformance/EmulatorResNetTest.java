package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.engine.Engine;
import dev.clipjet.gpu.GpuEngine;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import dev.clipjet.weights.synth.SynthArchitecture;
import dev.clipjet.weights.synth.SynthModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image through an RN50 of full size in fp16, under all checks: at most twice the error of the original in fp16. */
class EmulatorResNetTest {
    @Test
    void a_full_size_res_net_is_right_and_clean(@TempDir Path work) throws Exception {
        SynthArchitecture architecture = SynthArchitecture.of("RN50");
        Path golden = Golden.folder("synth/rn50");
        Path model = work.resolve("model");
        SynthModel.write(architecture, "", ElementType.F32, model);
        double plain = Golden.json(golden.resolve("case.json"))
                .get("plain_error_against_float64")
                .get("image_features")
                .get("fp16")
                .doubleValue();
        ExecutionOptions options =
                ExecutionOptions.standard().withCounters(false).withMma(MmaModel.H100);
        EmulatedDevice device = new EmulatedDevice(EmulatedDevice.h200(), options);
        try (SafetensorsFile io = SafetensorsFile.open(golden.resolve("io.safetensors"));
                Checkpoint checkpoint = Checkpoint.open(model);
                Engine engine = GpuEngine.open("emulated", checkpoint, device, ElementType.F16)) {
            Reference reference = new Reference(io);
            int size = 3 * architecture.imageSize() * architecture.imageSize();
            byte[] image = Arrays.copyOf(reference.bytes("pixels_uint8"), size);
            long start = System.nanoTime();
            float[][] embedding = engine.embedBytes(List.of(image));
            double seconds = (System.nanoTime() - start) * 1e-9;
            double error = reference.errorOfRow("image_features", 0, embedding[0]);
            System.out.printf("RN50 in fp16: image %.2e, the original %.2e, in %.1f s%n", error, plain, seconds);
            assertThat(error).isLessThan(2 * plain);
        }
    }
}
