package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.engine.Engine;
import dev.clipjet.gpu.GpuEngine;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.ptx.exec.ExecutionOptions.Landing;
import dev.clipjet.ptx.exec.ExecutionOptions.MmaModel;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import dev.clipjet.weights.synth.SynthArchitecture;
import dev.clipjet.weights.synth.SynthModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An image and a text through a ViT-B/32 of full size in fp16, under all checks. With {@code -Dclipjet.emulator.full=true} in every landing
 * mode and under every model of the tensor cores.
 */
class EmulatorFullSizeTest {
    /** A way to run the kernels. */
    private record Mode(Landing landing, MmaModel mma) {}

    /** Twice what the original makes of fp16. */
    private static double tolerance(String features) {
        return 2
                * Golden.json(Golden.folder("synth/vit-b-32").resolve("case.json"))
                        .get("plain_error_against_float64")
                        .get(features)
                        .get("fp16")
                        .doubleValue();
    }

    private static List<Mode> modes() {
        List<Mode> modes = new ArrayList<>();
        modes.add(new Mode(Landing.LATE, MmaModel.H100));
        if (Boolean.getBoolean("clipjet.emulator.full")) {
            modes.add(new Mode(Landing.LATE, MmaModel.A100));
            for (Landing landing : Landing.values()) {
                modes.add(new Mode(landing, MmaModel.EXACT));
            }
        }
        return modes;
    }

    @Test
    void a_full_size_model_is_right_and_clean(@TempDir Path work) throws Exception {
        SynthArchitecture architecture = SynthArchitecture.of("ViT-B-32");
        Path model = work.resolve("model");
        SynthModel.write(architecture, "", ElementType.F32, model);
        try (SafetensorsFile io =
                        SafetensorsFile.open(Golden.folder("synth/vit-b-32").resolve("io.safetensors"));
                Checkpoint checkpoint = Checkpoint.open(model)) {
            Reference reference = new Reference(io);
            int size = 3 * architecture.imageSize() * architecture.imageSize();
            byte[] image = Arrays.copyOf(reference.bytes("pixels_uint8"), size);
            TextTransformer spec =
                    checkpoint.spec().text().map(TextTransformer.class::cast).orElseThrow();
            int[] text = PooledToken.cut(spec, reference.ids("input_ids")[1]);
            EmulatedDevice device = new EmulatedDevice(EmulatedDevice.h200(), ExecutionOptions.standard());
            try (Engine engine = GpuEngine.open("emulated", checkpoint, device, ElementType.F16)) {
                float[][] exactImage = null;
                float[][] exactText = null;
                for (Mode mode : modes()) {
                    device.options(ExecutionOptions.standard()
                            .withCounters(false)
                            .withSeed(mode.landing() == Landing.RANDOM ? 7 : 0)
                            .withLanding(mode.landing())
                            .withMma(mode.mma()));
                    long start = System.nanoTime();
                    float[][] imageEmbedding = engine.embedBytes(List.of(image));
                    long between = System.nanoTime();
                    float[][] textEmbedding = engine.embedTexts(List.of(text));
                    long end = System.nanoTime();
                    double imageError = reference.errorOfRow("image_features", 0, imageEmbedding[0]);
                    double textError = reference.errorOfRow("text_features", 1, textEmbedding[0]);
                    System.out.printf(
                            "copies land %s, mma %s: image %.1e in %.0f s, text of %d tokens %.1e in %.0f s%n",
                            mode.landing(),
                            mode.mma(),
                            imageError,
                            (between - start) * 1e-9,
                            text.length,
                            textError,
                            (end - between) * 1e-9);
                    assertThat(imageError).isLessThan(tolerance("image_features"));
                    assertThat(textError).isLessThan(tolerance("text_features"));
                    if (mode.mma() == MmaModel.EXACT) {
                        // When copies land is no matter of results.
                        assertThat(imageEmbedding).isDeepEqualTo(exactImage == null ? imageEmbedding : exactImage);
                        assertThat(textEmbedding).isDeepEqualTo(exactText == null ? textEmbedding : exactText);
                        exactImage = imageEmbedding;
                        exactText = textEmbedding;
                    }
                }
            }
        }
    }
}
