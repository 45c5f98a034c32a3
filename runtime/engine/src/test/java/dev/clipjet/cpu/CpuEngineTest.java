package dev.clipjet.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.clipjet.engine.Engine;
import dev.clipjet.engine.PreparedTower;
import dev.clipjet.error.ClosedException;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.Checkpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CpuEngineTest {
    private static final float SAME = 2e-5f;

    private Checkpoint checkpoint;
    private Engine engine;
    private VisionTransformer vision;

    @BeforeEach
    void open() {
        checkpoint = Checkpoint.open(Golden.folder("hf-vit-quickgelu"));
        engine = CpuEngine.open(checkpoint, 2);
        vision = checkpoint.spec().vision().map(VisionTransformer.class::cast).orElseThrow();
    }

    @AfterEach
    void close() {
        if (engine != null) {
            engine.close();
            checkpoint.close();
        }
    }

    private float[] pixels(int images) {
        float[] pixels = new float[images * 3 * vision.imageSize() * vision.imageSize()];
        Random random = new Random(7);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return pixels;
    }

    private static int[] text(Random random) {
        int[] ids = new int[2 + random.nextInt(22)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = random.nextInt(598);
        }
        ids[ids.length - 1] = 599;
        return ids;
    }

    @Test
    void an_image_has_the_same_embedding_alone_and_in_any_batch() {
        int images = 37; // two full buckets and a rest
        float[] pixels = pixels(images);
        float[][] together = engine.embedImages(pixels, images);
        int size = pixels.length / images;
        for (int i = 0; i < images; i++) {
            float[] alone = engine.embedImages(Arrays.copyOfRange(pixels, i * size, (i + 1) * size), 1)[0];
            assertClose(alone, together[i]);
        }
    }

    @Test
    void a_text_has_the_same_embedding_alone_and_in_any_batch() {
        Random random = new Random(3);
        List<int[]> texts = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            texts.add(text(random));
        }
        float[][] together = engine.embedTexts(texts);
        for (int i = 0; i < texts.size(); i += 17) {
            assertClose(engine.embedTexts(List.of(texts.get(i)))[0], together[i]);
        }
    }

    @Test
    void concurrent_calls_do_not_disturb_each_other() throws Exception {
        float[] pixels = pixels(3);
        Random random = new Random(5);
        List<int[]> texts = List.of(text(random), text(random));
        float[][] images = engine.embedImages(pixels, 3);
        float[][] sentences = engine.embedTexts(texts);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                boolean even = i % 2 == 0;
                calls.add(threads.submit(() -> {
                    for (int round = 0; round < 20; round++) {
                        if (even) {
                            assertThat(engine.embedImages(pixels, 3)).isDeepEqualTo(images);
                        } else {
                            assertThat(engine.embedTexts(texts)).isDeepEqualTo(sentences);
                        }
                    }
                }));
            }
            for (Future<?> call : calls) {
                call.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void a_run_can_be_stopped_after_any_operation_and_its_output_read() {
        try (WorkerPool pool = new WorkerPool(2);
                CpuExecutor executor = new CpuExecutor(checkpoint, pool, Optional.empty())) {
            PreparedTower prepared = executor.prepare(TowerGraph.image(vision), 2, 1);
            float[] pixels = pixels(2);
            prepared.input().begin();
            prepared.input().image(pixels, 0);
            prepared.input().image(pixels, pixels.length / 2);
            prepared.input().end();
            for (Op stop : prepared.observable()) {
                List<String> seen = new ArrayList<>();
                executor.run(prepared, op -> {
                    seen.add(op.name());
                    return op != stop;
                });
                assertThat(seen).last().isEqualTo(stop.name());
                float[] values = executor.read(stop.output());
                assertThat(values)
                        .hasSize(prepared.rows(stop.output()) * stop.output().columns());
                double sum = 0;
                for (float value : values) {
                    assertThat(value).isFinite();
                    sum += Math.abs(value);
                }
                assertThat(sum).as("output of %s", stop.name()).isPositive();
            }
        }
    }

    @Test
    void a_closed_engine_says_so() {
        engine.close();
        engine.close();
        assertThatThrownBy(() -> engine.embedImages(pixels(1), 1))
                .isInstanceOf(ClosedException.class)
                .hasMessage("the CPU engine is closed");
        assertThatThrownBy(() -> engine.textHiddenStates(new int[] {1})).isInstanceOf(ClosedException.class);
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double norm = 0;
        double difference = 0;
        for (int i = 0; i < actual.length; i++) {
            norm += (double) expected[i] * expected[i];
            difference += Math.pow((double) actual[i] - expected[i], 2);
        }
        assertThat(Math.sqrt(difference / norm)).isCloseTo(0, within((double) SAME));
    }
}
