package dev.clipjet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.ClosedException;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.GraphInput;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.graph.Value;
import dev.clipjet.model.ModelSpec;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the engine does whatever the executor: splits, packs, waits, gives up, and says so. */
class TowerEngineTest {
    private static final TransformerSpec BLOCKS = new TransformerSpec(8, 2, 2, 16, Activation.GELU, 1e-5);
    private static final VisionTransformer VISION = new VisionTransformer(4, 2, BLOCKS, 6);
    private static final TextTransformer TEXT = new TextTransformer(20, 9, BLOCKS, TextPooling.HIGHEST_ID, 19, 6);
    private static final int IMAGE_FLOATS = 3 * 4 * 4;

    /** Computes the first value of each item's input. */
    private static final class Fake implements Executor {
        private final List<String> runs = new ArrayList<>();
        private RuntimeException failure;
        private boolean usable = true;
        private int closed;

        @Override
        public boolean wantsBytes() {
            return false;
        }

        @Override
        public RunLimits limits(TowerGraph tower) {
            return tower.input() instanceof GraphInput.Texts ? new RunLimits(3, 10) : new RunLimits(4, 0);
        }

        @Override
        public PreparedTower prepare(TowerGraph tower, int items, int tokens) {
            return new FakeTower(tower.build(items, tokens));
        }

        @Override
        public void run(PreparedTower tower) {
            if (failure != null) {
                RuntimeException thrown = failure;
                failure = usable ? null : failure;
                throw thrown;
            }
            runs.add(tower.input().filled() + "/" + tower.packed());
        }

        @Override
        public void run(PreparedTower tower, Observer observer) {
            for (Op op : tower.graph().ops()) {
                if (!observer.after(op)) {
                    return;
                }
            }
        }

        @Override
        public float[] read(Value value) {
            return new float[value.columns()];
        }

        @Override
        public boolean isUsableAfter(RuntimeException thrown) {
            return usable;
        }

        @Override
        public RuntimeException unusable(RuntimeException cause, String detail) {
            return new IllegalStateException(detail, cause);
        }

        @Override
        public void close() {
            closed++;
        }
    }

    private static final class FakeTower implements PreparedTower, RunInput {
        private final Graph graph;
        private final List<Float> firsts = new ArrayList<>();
        private int tokens;

        FakeTower(Graph graph) {
            this.graph = graph;
        }

        @Override
        public Graph graph() {
            return graph;
        }

        @Override
        public List<Op> observable() {
            return graph.ops();
        }

        @Override
        public RunInput input() {
            return this;
        }

        @Override
        public int packed() {
            return tokens;
        }

        @Override
        public void result(int row, float[] target, int offset) {
            target[offset] = firsts.get(row);
        }

        @Override
        public void begin() {
            firsts.clear();
        }

        @Override
        public void image(byte[] rgb) {
            firsts.add((float) rgb[0]);
        }

        @Override
        public void image(float[] pixels, int offset) {
            firsts.add(pixels[offset]);
        }

        @Override
        public void text(int[] ids, int pooled) {
            assertThat(ids[pooled]).isEqualTo(19);
            firsts.add((float) ids[0]);
            tokens += ids.length;
        }

        @Override
        public void end() {}

        @Override
        public int filled() {
            return firsts.size();
        }
    }

    private final Fake executor = new Fake();

    private Engine engine(boolean vision, boolean text) {
        ModelSpec spec = new ModelSpec(
                "made-up",
                vision ? Optional.of(VISION) : Optional.empty(),
                text ? Optional.of(TEXT) : Optional.empty(),
                ModelSpec.Scoring.SOFTMAX,
                Optional.empty(),
                Optional.empty(),
                List.of());
        return new TowerEngine("fake", "the fake engine", spec, executor, executor);
    }

    private static float[] pixels(int images) {
        float[] pixels = new float[images * IMAGE_FLOATS];
        for (int i = 0; i < images; i++) {
            pixels[i * IMAGE_FLOATS] = i;
        }
        return pixels;
    }

    @Test
    void images_are_split_into_runs_and_each_keeps_its_place() {
        float[][] embeddings = engine(true, true).embedImages(pixels(10), 10);
        assertThat(executor.runs).containsExactly("4/0", "4/0", "2/0");
        for (int i = 0; i < 10; i++) {
            assertThat(embeddings[i]).hasSize(6);
            assertThat(embeddings[i][0]).isEqualTo(i);
        }
    }

    @Test
    void texts_are_packed_up_to_the_limits_of_items_and_tokens() {
        List<int[]> texts = new ArrayList<>();
        for (int length : new int[] {4, 5, 2, 1, 1, 1, 1, 9, 9}) {
            int[] ids = new int[length];
            ids[0] = texts.size();
            ids[length - 1] = 19;
            texts.add(ids);
        }
        float[][] embeddings = engine(true, true).embedTexts(texts);
        assertThat(executor.runs).containsExactly("2/9", "3/4", "2/2", "1/9", "1/9");
        assertThat(embeddings).hasDimensions(9, 6);
        for (int i : new int[] {0, 1, 2, 7, 8}) {
            assertThat(embeddings[i][0]).isEqualTo(i);
        }
    }

    @Test
    void nothing_gives_nothing() {
        Engine engine = engine(true, true);
        assertThat(engine.embedImages(new float[0], 0)).isEmpty();
        assertThat(engine.embedTexts(List.of())).isEmpty();
        assertThatThrownBy(() -> engine.embedImages(pixels(1), 2))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("2 images of 48 values are given, each has 48");
        assertThat(executor.runs).isEmpty();
    }

    @Test
    void layers_come_in_order_with_the_final_norm_apart() {
        HiddenStates states = engine(true, true).textHiddenStates(new int[] {1, 2, 19});
        assertThat(states.layers()).isEqualTo(3);
        assertThat(states.tokens()).isEqualTo(3);
        assertThat(states.width()).isEqualTo(8);
        assertThat(states.lastNormed()).isNotNull();
        assertThatThrownBy(() -> states.layer(3)).hasMessage("layer 3 is asked for, there are 0 to 2");
        assertThat(engine(true, true).imageHiddenStates(pixels(1)).rows(2)).isEqualTo(5);
        assertThatThrownBy(() -> engine(true, true).imageHiddenStates(pixels(2)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("an image of 96 values is given, the tower takes 48");
    }

    @Test
    void a_failure_after_which_the_device_works_ends_one_call() {
        Engine engine = engine(true, true);
        executor.failure = new IllegalArgumentException("once");
        assertThatThrownBy(() -> engine.embedImages(pixels(1), 1)).hasMessage("once");
        assertThat(engine.embedImages(pixels(1), 1)).hasDimensions(1, 6);
    }

    @Test
    void a_failure_after_which_it_does_not_ends_all_and_says_why() {
        Engine engine = engine(true, true);
        executor.failure = new IllegalArgumentException("broken");
        executor.usable = false;
        assertThatThrownBy(() -> engine.embedImages(pixels(1), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "broken; after this error the device fake does nothing more for this model: close it and load it again");
        assertThatThrownBy(() -> engine.embedTexts(List.of(new int[] {19})))
                .hasMessageStartingWith("an earlier call failed: broken; after this error")
                .hasRootCauseMessage("broken");
        assertThat(executor.runs).isEmpty();
        engine.close();
        assertThat(executor.closed).isEqualTo(1);
    }

    @Test
    void a_closed_engine_says_so_and_closes_once() {
        Engine engine = engine(true, true);
        engine.close();
        engine.close();
        assertThat(executor.closed).isEqualTo(1);
        assertThatThrownBy(() -> engine.embedImages(pixels(1), 1))
                .isInstanceOf(ClosedException.class)
                .hasMessage("the fake engine is closed");
    }

    @Test
    void what_a_model_lacks_is_named() {
        assertThatThrownBy(() -> engine(false, true).embedImages(pixels(1), 1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the model has no image tower");
        assertThatThrownBy(() -> engine(true, false).embedTexts(List.of(new int[] {19})))
                .hasMessage("the model has no text tower");
        assertThatThrownBy(() -> engine(true, false).textHiddenStates(new int[] {19}))
                .hasMessage("the model has no text tower");
        assertThatThrownBy(() -> engine(true, true).embedBytes(List.of(new byte[IMAGE_FLOATS])))
                .hasMessageContaining("does not say how pixels are normalized");
    }
}
