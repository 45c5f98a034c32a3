package dev.clipjet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.cpu.CpuExecutor;
import dev.clipjet.gpu.GpuExecutor;
import dev.clipjet.graph.PixelNormalization;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.graph.TowerGraph.Output;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.ImageTower;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import dev.clipjet.verify.RowError;
import dev.clipjet.verify.TowerVerifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every kind of tower with made-up weights: what the CPU computes against what the launches of the GPU compute on the emulator under all
 * checks, in float32, fp16 and bf16, for embeddings and for hidden states.
 */
class TowersOnBothExecutorsTest {
    private static final int ITEMS = 3;
    private static final PixelNormalization NORMALIZATION =
            new PixelNormalization(new Rgb(0.0146, 0.015, 0.0142), new Rgb(-1.79, -1.75, -1.48));

    private static final TransformerSpec BLOCKS = new TransformerSpec(64, 2, 2, 96, Activation.QUICK_GELU, 1e-5);
    private static final TransformerSpec SCALED = new TransformerSpec(48, 2, 3, 80, Activation.GELU, 1e-6, true);
    private static final TransformerSpec TANH = new TransformerSpec(40, 1, 1, 72, Activation.GELU_TANH, 1e-5);

    private static Map<String, ImageTower> images() {
        Map<String, ImageTower> towers = new LinkedHashMap<>();
        towers.put("class token", new VisionTransformer(28, 8, BLOCKS, 40));
        towers.put("class token, unprojected", new VisionTransformer(16, 8, TANH, 0));
        towers.put(
                "no class token, norm of the mean",
                new VisionTransformer(24, 8, BLOCKS, false, true, ImagePooling.NORM_OF_MEAN, 40));
        towers.put(
                "no class token, no norm before blocks, mean of normed tokens",
                new VisionTransformer(24, 8, SCALED, false, false, ImagePooling.MEAN_OF_NORMED, 32));
        towers.put(
                "class token left out of the mean, layer scale",
                new VisionTransformer(16, 8, SCALED, true, true, ImagePooling.NORM_OF_MEAN, 32));
        towers.put(
                "class token left out of the mean of normed tokens",
                new VisionTransformer(16, 8, BLOCKS, true, false, ImagePooling.MEAN_OF_NORMED, 0));
        towers.put("ResNet", new ModifiedResNet(64, 8, List.of(1, 2, 1, 1), 4, 1e-5, 24));
        towers.put("ResNet of odd widths", new ModifiedResNet(96, 10, List.of(1, 1, 1, 1), 5, 1e-5, 20));
        return towers;
    }

    private static Map<String, TextTransformer> texts() {
        Map<String, TextTransformer> towers = new LinkedHashMap<>();
        towers.put("causal", new TextTransformer(50, 12, BLOCKS, TextPooling.HIGHEST_ID, 49, 40));
        towers.put(
                "open, last position, projection with bias",
                new TextTransformer(50, 12, SCALED, false, TextPooling.LAST, 49, 32, true));
        towers.put(
                "open, first position, unprojected",
                new TextTransformer(50, 12, TANH, false, TextPooling.FIRST, 49, 0, false));
        return towers;
    }

    @TestFactory
    Stream<DynamicTest> the_emulated_gpu_agrees_with_the_cpu() {
        List<DynamicTest> tests = new ArrayList<>();
        for (ElementType type : ElementType.computing()) {
            for (Output output : Output.values()) {
                images().forEach((name, tower) -> tests.add(DynamicTest.dynamicTest(
                        "image, " + name + ", " + output + ", " + type, () -> checkImages(tower, output, type))));
                texts().forEach((name, tower) -> tests.add(DynamicTest.dynamicTest(
                        "text, " + name + ", " + output + ", " + type, () -> checkTexts(tower, output, type))));
            }
        }
        return tests.stream();
    }

    private static void checkImages(ImageTower tower, Output output, ElementType type) {
        Random random = new Random(5);
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < ITEMS; i++) {
            byte[] rgb = new byte[3 * tower.imageSize() * tower.imageSize()];
            random.nextBytes(rgb);
            images.add(rgb);
        }
        TowerGraph normalized = TowerGraph.image(tower, Optional.empty(), output);
        TowerGraph bytes = TowerGraph.image(tower, Optional.of(NORMALIZATION), output);
        check(normalized, bytes, 1, type, input -> images.forEach(input::image));
    }

    private static void checkTexts(TextTransformer tower, Output output, ElementType type) {
        Random random = new Random(6);
        List<int[]> texts = new ArrayList<>();
        for (int i = 0; i < ITEMS; i++) {
            texts.add(random.ints(tower.seesPadding() ? 12 : 3 + 2 * i, 0, 49).toArray());
        }
        int tokens = texts.stream().mapToInt(ids -> ids.length).sum();
        TowerGraph graph = TowerGraph.text(tower, output);
        // A causal tower is pooled at the end; the others have no later token either way.
        boolean first = tower.pooling() == TextPooling.FIRST;
        check(graph, graph, tokens, type, input -> texts.forEach(ids -> input.text(ids, first ? 0 : ids.length - 1)));
    }

    private static void check(
            TowerGraph onCpu, TowerGraph onGpu, int tokens, ElementType type, Consumer<RunInput> filler) {
        SyntheticTensors tensors = new SyntheticTensors(onCpu.build(1, 1));
        try (WorkerPool pool = new WorkerPool(2);
                CpuExecutor cpu = new CpuExecutor(tensors, pool, Optional.of(TowersOnBothExecutorsTest::normalize));
                EmulatedDevice device = new EmulatedDevice(
                        EmulatedDevice.h200(), ExecutionOptions.standard().withCounters(false));
                GpuExecutor gpu = new GpuExecutor(tensors, device, type)) {
            float[] expected = result(cpu, onCpu, tokens, filler);
            float[] actual = result(gpu, onGpu, tokens, filler);
            int columns = onCpu.build(1, 1).result().columns();
            assertThat(expected).hasSizeGreaterThanOrEqualTo(ITEMS * columns);
            assertThat(RowError.of(actual, expected, columns)).isLessThan(TowerVerifier.tolerance(type));
        }
    }

    /** The last value of a run that is observed, and of one that is not. */
    private static float[] result(Executor executor, TowerGraph tower, int tokens, Consumer<RunInput> filler) {
        PreparedTower prepared = executor.prepare(tower, ITEMS, tokens);
        prepared.input().begin();
        filler.accept(prepared.input());
        prepared.input().end();
        executor.run(prepared, op -> true);
        float[] observed = executor.read(prepared.graph().result());
        prepared.input().begin();
        filler.accept(prepared.input());
        prepared.input().end();
        executor.run(prepared);
        float[] row = new float[prepared.graph().result().columns()];
        for (int i = 0; i * row.length < observed.length; i++) {
            prepared.result(i, row, 0);
            for (int j = 0; j < row.length; j++) {
                assertThat(row[j]).isEqualTo(observed[i * row.length + j]);
            }
        }
        return observed;
    }

    private static void normalize(byte[] rgb, float[] target, int offset) {
        int pixels = rgb.length / 3;
        for (int i = 0; i < rgb.length; i++) {
            int channel = i % 3;
            target[offset + channel * pixels + i / 3] =
                    (float) ((rgb[i] & 0xff) * NORMALIZATION.scale(channel) + NORMALIZATION.offset(channel));
        }
    }
}
