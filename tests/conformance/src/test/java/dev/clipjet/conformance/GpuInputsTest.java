package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.clipjet.cpu.CpuEngine;
import dev.clipjet.engine.Engine;
import dev.clipjet.engine.HiddenStates;
import dev.clipjet.gpu.GpuEngine;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.Checkpoint;
import dev.clipjet.weights.safetensors.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The other ways into the GPU engine: floats, batches larger and smaller than a bucket, all positions of a text. */
class GpuInputsTest {
    private static final double FP32 = 2e-5;

    private static Engine engine(Checkpoint checkpoint) {
        return GpuEngine.open(
                "emulated",
                checkpoint,
                new EmulatedDevice(
                        EmulatedDevice.h200(), ExecutionOptions.standard().withCounters(false)),
                ElementType.F32);
    }

    @Test
    void normalized_floats_and_hidden_states_are_those_of_the_original() {
        Path directory = Golden.folder("hf-vit-gelu");
        try (SafetensorsFile io = SafetensorsFile.open(directory.resolve("io.safetensors"));
                Checkpoint checkpoint = Checkpoint.open(directory);
                Engine engine = engine(checkpoint)) {
            Reference reference = new Reference(io);
            int images = reference.rows("pixel_values");
            assertThat(reference.error("image_features", engine.embedImages(reference.floats("pixel_values"), images)))
                    .isLessThan(FP32);
            List<HiddenStates> states = new ArrayList<>();
            for (int[] ids : reference.ids("input_ids")) {
                states.add(engine.textHiddenStates(ids));
            }
            int layers = checkpoint
                    .spec()
                    .text()
                    .map(TextTransformer.class::cast)
                    .orElseThrow()
                    .blocks()
                    .layers();
            for (int layer = 0; layer <= layers; layer++) {
                int index = layer;
                assertThat(states).allMatch(each -> each.layers() == layers + 1);
                float[][] rows = states.stream().map(each -> each.layer(index)).toArray(float[][]::new);
                assertThat(reference.error("hidden.text_hidden_" + layer, rows)).isLessThan(FP32);
            }
            float[][] last = states.stream().map(HiddenStates::lastNormed).toArray(float[][]::new);
            assertThat(reference.error("hidden.text_last_hidden_state", last)).isLessThan(FP32);
        }
    }

    /** Buckets are 1, 2, 3, 4, 6, 8 sequences; what is left of one must not change the rest. */
    @Test
    void a_text_has_the_same_embedding_in_every_batch() {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder("hf-vit-quickgelu"));
                Engine gpu = engine(checkpoint);
                Engine cpu = CpuEngine.open(checkpoint, 1)) {
            TextTransformer text =
                    checkpoint.spec().text().map(TextTransformer.class::cast).orElseThrow();
            List<int[]> texts = new ArrayList<>();
            for (int count = 1; count <= 7; count++) {
                int[] ids = new int[1 + count * 3 % 11];
                for (int i = 0; i < ids.length - 1; i++) {
                    ids[i] = (31 * count + 7 * i) % text.endTokenId();
                }
                ids[ids.length - 1] = text.endTokenId();
                texts.add(PooledToken.cut(text, ids));
                float[][] expected = cpu.embedTexts(texts);
                float[][] actual = gpu.embedTexts(texts);
                assertThat(actual).hasSameDimensionsAs(expected);
                for (int i = 0; i < texts.size(); i++) {
                    double difference = 0;
                    double norm = 0;
                    for (int j = 0; j < expected[i].length; j++) {
                        difference += Math.pow(expected[i][j] - actual[i][j], 2);
                        norm += Math.pow(expected[i][j], 2);
                    }
                    assertThat(Math.sqrt(difference / norm)).isCloseTo(0, within(FP32));
                }
            }
        }
    }
}
