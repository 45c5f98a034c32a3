package dev.clipjet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.cpu.CpuEngine;
import dev.clipjet.gpu.GpuEngine;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.PassOrder;
import dev.clipjet.model.PreprocessProfile;
import dev.clipjet.model.PreprocessSpec;
import dev.clipjet.model.Resampling;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.verify.RowError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The engine on the CPU and on an emulated GPU, with made-up weights: whatever comes in, in whatever numbers, the answers agree. */
class EnginesAgreeTest {
    private static final double SAME = 2e-5;
    private static final TransformerSpec BLOCKS = new TransformerSpec(32, 2, 2, 48, Activation.QUICK_GELU, 1e-5);
    private static final VisionTransformer VISION =
            new VisionTransformer(12, 4, BLOCKS, false, true, ImagePooling.NORM_OF_MEAN, 24);
    private static final TextTransformer TEXT = new TextTransformer(40, 11, BLOCKS, TextPooling.END_TOKEN, 39, 24);
    private static final PreprocessSpec PREPROCESS = new PreprocessSpec(
            PreprocessProfile.OPEN_CLIP,
            "made up",
            Optional.empty(),
            Resampling.BICUBIC,
            Optional.of(PreprocessSpec.Size.square(12)),
            1 / 255.0,
            PreprocessSpec.OPENAI_MEAN,
            PreprocessSpec.OPENAI_STD,
            0,
            PassOrder.PILLOW_13);

    private final Random random = new Random(8);
    private Engine cpu;
    private Engine gpu;

    @BeforeEach
    void open() {
        SyntheticTensors tensors = new SyntheticTensors(
                TowerGraph.image(VISION).build(1), TowerGraph.text(TEXT).build(1, 1));
        ModelSpec spec = new ModelSpec(
                "made-up",
                Optional.of(VISION),
                Optional.of(TEXT),
                ModelSpec.Scoring.SOFTMAX,
                Optional.of(PREPROCESS),
                Optional.empty(),
                List.of());
        cpu = CpuEngine.open(tensors, spec, 2);
        EmulatedDevice device = new EmulatedDevice(
                EmulatedDevice.h200(), ExecutionOptions.standard().withCounters(false));
        gpu = GpuEngine.open("emulated", tensors, spec, device, ElementType.F32);
    }

    @AfterEach
    void close() {
        cpu.close();
        gpu.close();
    }

    private static void assertSame(float[][] actual, float[][] expected) {
        assertThat(actual).hasSameDimensionsAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(RowError.of(actual[i], expected[i], expected[i].length))
                    .as("row %d", i)
                    .isLessThan(SAME);
        }
    }

    @Test
    void images_as_bytes() {
        // More than one run on the CPU, and a bucket that is not filled on the GPU.
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 17; i++) {
            byte[] rgb = new byte[3 * 12 * 12];
            random.nextBytes(rgb);
            images.add(rgb);
        }
        float[][] expected = cpu.embedBytes(images);
        assertSame(gpu.embedBytes(images), expected);
        assertSame(new float[][] {cpu.embedBytes(images.subList(16, 17))[0]}, new float[][] {expected[16]});
    }

    @Test
    void images_as_normalized_values_and_their_layers() {
        float[] pixels = new float[2 * 3 * 12 * 12];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        assertSame(gpu.embedImages(pixels, 2), cpu.embedImages(pixels, 2));
        float[] one = new float[pixels.length / 2];
        System.arraycopy(pixels, 0, one, 0, one.length);
        assertSame(layers(gpu.imageHiddenStates(one)), layers(cpu.imageHiddenStates(one)));
    }

    @Test
    void texts_and_their_layers() {
        List<int[]> texts = new ArrayList<>();
        for (int length : new int[] {2, 11, 5, 3}) {
            int[] ids = random.ints(length, 0, 39).toArray();
            ids[length - 1] = 39;
            texts.add(PooledToken.cut(TEXT, ids));
        }
        assertSame(gpu.embedTexts(texts), cpu.embedTexts(texts));
        assertSame(layers(gpu.textHiddenStates(texts.get(1))), layers(cpu.textHiddenStates(texts.get(1))));
    }

    private static float[][] layers(HiddenStates states) {
        List<float[]> layers = new ArrayList<>();
        for (int i = 0; i < states.layers(); i++) {
            layers.add(states.layer(i));
        }
        layers.add(states.lastNormed());
        assertThat(layers).hasSize(4);
        return layers.toArray(float[][]::new);
    }
}
