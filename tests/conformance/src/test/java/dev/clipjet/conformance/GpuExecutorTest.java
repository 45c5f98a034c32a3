package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.clipjet.device.GpuDevice;
import dev.clipjet.device.faults.FaultPlan;
import dev.clipjet.device.faults.FaultyDevice;
import dev.clipjet.engine.Engine;
import dev.clipjet.engine.PreparedTower;
import dev.clipjet.gpu.GpuEngine;
import dev.clipjet.gpu.GpuExecutor;
import dev.clipjet.graph.PixelNormalization;
import dev.clipjet.graph.PooledToken;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.Checkpoint;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a call asks of the device and of the heap, once its tower is prepared. */
class GpuExecutorTest {
    private static final int ROUNDS = 20;
    private static final int CALLS = 1_000;

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void a_call_allocates_nothing_on_the_heap(ElementType type) {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder("hf-vit-quickgelu"));
                GpuDevice device = new SilentDevice();
                GpuExecutor executor = new GpuExecutor(checkpoint, device, type)) {
            VisionTransformer vision = checkpoint
                    .spec()
                    .vision()
                    .map(VisionTransformer.class::cast)
                    .orElseThrow();
            TextTransformer text =
                    checkpoint.spec().text().map(TextTransformer.class::cast).orElseThrow();
            byte[] rgb = new byte[3 * vision.imageSize() * vision.imageSize()];
            TowerGraph imageTower = TowerGraph.image(
                    vision, checkpoint.spec().preprocess().map(PixelNormalization::of), TowerGraph.Output.EMBEDDINGS);
            TowerGraph textTower = TowerGraph.text(text);
            int[] ids = {1, 2, 3, text.endTokenId()};
            float[] embedding = new float[vision.outputDim()];
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long allocated = Long.MAX_VALUE;
            // The first rounds load classes and compile.
            for (int round = 0; round < ROUNDS && allocated > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < CALLS; i++) {
                    PreparedTower images = executor.prepare(imageTower, 1, 1);
                    images.input().begin();
                    images.input().image(rgb);
                    images.input().end();
                    executor.run(images);
                    images.result(0, embedding, 0);
                    PreparedTower texts = executor.prepare(textTower, 1, ids.length);
                    texts.input().begin();
                    texts.input().text(ids, ids.length - 1);
                    texts.input().end();
                    executor.run(texts);
                    texts.result(0, embedding, 0);
                }
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertThat(allocated).as("bytes of %d calls of both towers", CALLS).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void a_call_is_one_launch_of_one_graph(ElementType type) {
        FaultPlan counting = FaultPlan.none();
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder("hf-vit-quickgelu"));
                Engine engine =
                        GpuEngine.open("counted", checkpoint, new FaultyDevice(new SilentDevice(), counting), type)) {
            int size = checkpoint.spec().vision().orElseThrow().imageSize();
            TextTransformer text =
                    checkpoint.spec().text().map(TextTransformer.class::cast).orElseThrow();
            List<byte[]> images = List.of(new byte[3 * size * size], new byte[3 * size * size]);
            List<int[]> texts = List.of(PooledToken.cut(text, new int[] {1, 2, 3, text.endTokenId()}));
            engine.embedBytes(images);
            engine.embedTexts(texts);
            int prepared = counting.calls().size();
            engine.embedBytes(images);
            engine.embedTexts(texts);
            List<String> calls = counting.calls();
            assertThat(calls.subList(prepared, calls.size()))
                    .containsExactly("launchGraph", "record", "isDone", "launchGraph", "record", "isDone");
        }
        assertThat(counting.live()).isEmpty();
    }
}
