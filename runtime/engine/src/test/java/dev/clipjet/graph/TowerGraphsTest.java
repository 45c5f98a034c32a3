package dev.clipjet.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.model.Activation;
import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TowerGraphsTest {
    private static final TransformerSpec BLOCKS = new TransformerSpec(768, 12, 12, 3072, Activation.QUICK_GELU, 1e-5);
    private static final TransformerSpec SCALED = new TransformerSpec(768, 2, 12, 3072, Activation.GELU, 1e-5, true);
    private static final VisionTransformer VISION = new VisionTransformer(224, 32, BLOCKS, 512);
    private static final TextTransformer TEXT =
            new TextTransformer(49408, 77, BLOCKS, TextPooling.HIGHEST_ID, 49407, 0);

    static Stream<Graph> graphs() {
        return Stream.of(
                TowerGraphs.image(VISION, 1),
                TowerGraphs.image(VISION, 16),
                TowerGraphs.image(averaged(ImagePooling.MEAN_OF_NORMED), 3),
                TowerGraphs.image(averaged(ImagePooling.NORM_OF_MEAN), 3),
                TowerGraphs.text(TEXT, 8, 100),
                TowerGraphs.textAllPositions(TEXT, 1, 77));
    }

    private static VisionTransformer averaged(ImagePooling pooling) {
        return new VisionTransformer(224, 32, SCALED, true, false, pooling, 512);
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void values_that_live_at_the_same_time_do_not_share_memory(Graph graph) {
        Map<Value, int[]> lives = new HashMap<>();
        for (int i = 0; i < graph.ops().size(); i++) {
            Op op = graph.ops().get(i);
            Set<Value> touched = new HashSet<>(op.inputs());
            touched.add(op.output());
            for (Value value : touched) {
                lives.computeIfAbsent(value, key -> new int[] {Integer.MAX_VALUE, 0});
                lives.get(value)[0] = Math.min(lives.get(value)[0], i);
                lives.get(value)[1] = Math.max(lives.get(value)[1], i);
            }
        }
        int sharing = 0;
        for (Value a : graph.values()) {
            for (Value b : graph.values()) {
                if (a.id() < b.id() && overlap(graph, a, b)) {
                    sharing++;
                    boolean together = lives.get(a)[0] <= lives.get(b)[1] && lives.get(b)[0] <= lives.get(a)[1];
                    assertThat(together).as("%s and %s", a, b).isFalse();
                }
            }
        }
        assertThat(sharing).as("values that share memory").isPositive();
    }

    private static boolean overlap(Graph graph, Value a, Value b) {
        long startA = graph.memoryPlan().offset(a);
        long startB = graph.memoryPlan().offset(b);
        return startA < startB + size(graph, b) && startB < startA + size(graph, a);
    }

    private static int size(Graph graph, Value value) {
        return graph.capacity().of(value.rows()) * value.columns();
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void every_value_lies_in_the_arena_and_is_written_before_it_is_read(Graph graph) {
        Set<Value> written = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (Op op : graph.ops()) {
            assertThat(names.add(op.name()))
                    .as("operation %s named once", op.name())
                    .isTrue();
            for (Value input : op.inputs()) {
                assertThat(written).as("read by %s", op.name()).contains(input);
            }
            written.add(op.output());
        }
        for (Value value : graph.values()) {
            assertThat(graph.memoryPlan().offset(value) + size(graph, value))
                    .isLessThanOrEqualTo(graph.memoryPlan().size());
        }
    }

    @Test
    void the_arena_is_much_smaller_than_all_values_together() {
        Graph graph = TowerGraphs.image(VISION, 1);
        long all =
                graph.values().stream().mapToLong(value -> size(graph, value)).sum();
        assertThat(graph.memoryPlan().size()).isLessThan(all / 10);
    }

    @Test
    void the_last_block_works_on_pooled_tokens_only() {
        Graph graph = TowerGraphs.image(VISION, 4);
        assertThat(graph.ops())
                .filteredOn(op -> op.name().startsWith("vision.blocks.11.mlp"))
                .isNotEmpty()
                .allMatch(op -> op.output().rows() == Rows.SEQUENCES);
        assertThat(graph.result().columns()).isEqualTo(512);
        assertThat(TowerGraphs.text(TEXT, 1, 10).result().columns()).isEqualTo(768);
    }

    @Test
    void a_tower_that_averages_its_patches_computes_all_tokens_of_the_last_block() {
        Graph graph = TowerGraphs.image(averaged(ImagePooling.NORM_OF_MEAN), 4);
        assertThat(graph.ops()).extracting(Op::name).doesNotContain("vision.ln_pre");
        assertThat(graph.ops())
                .filteredOn(op -> op.name().startsWith("vision.blocks.1.mlp"))
                .isNotEmpty()
                .allMatch(op -> op.output().rows() == Rows.TOKENS);
        assertThat(graph.ops())
                .extracting(Op::name)
                .endsWith("vision.blocks.1.mlp.fc2", "vision.pooled", "vision.ln_post", "vision.projection");
        assertThat(TowerGraphs.image(averaged(ImagePooling.MEAN_OF_NORMED), 4).ops())
                .extracting(Op::name)
                .endsWith("vision.ln_post", "vision.pooled", "vision.projection");
    }

    @Test
    void layer_scale_belongs_to_the_layers_that_close_a_branch() {
        for (Op op : TowerGraphs.image(averaged(ImagePooling.NORM_OF_MEAN), 1).ops()) {
            if (op instanceof Op.Linear linear) {
                assertThat(linear.scale().isPresent()).as(op.name()).isEqualTo(linear.residual());
            }
        }
        assertThat(TowerGraphs.image(VISION, 1).ops())
                .noneMatch(
                        op -> op instanceof Op.Linear linear && linear.scale().isPresent());
    }

    @Test
    void a_projection_with_a_bias_adds_it() {
        TextTransformer text = new TextTransformer(100, 9, BLOCKS, false, TextPooling.LAST, 99, 32, true);
        Op last =
                TowerGraphs.text(text, 1, 9).ops().stream().reduce((a, b) -> b).orElseThrow();
        assertThat(((Op.Linear) last).bias()).contains("text.projection.bias");
    }
}
