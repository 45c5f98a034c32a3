package dev.clipjet.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.clipjet.graph.TowerGraph.Output;
import dev.clipjet.model.ImagePooling;
import dev.clipjet.model.ModifiedResNet;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.TensorNames;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TowerGraphTest {
    private static final TransformerSpec BLOCKS = new TransformerSpec(768, 12, 12, 3072, Activation.QUICK_GELU, 1e-5);
    private static final TransformerSpec SCALED = new TransformerSpec(768, 2, 12, 3072, Activation.GELU, 1e-5, true);
    private static final VisionTransformer VISION = new VisionTransformer(224, 32, BLOCKS, 512);
    private static final TextTransformer TEXT =
            new TextTransformer(49408, 77, BLOCKS, TextPooling.HIGHEST_ID, 49407, 0);

    private static final VisionTransformer WITHOUT_CLASS_TOKEN =
            new VisionTransformer(224, 32, BLOCKS, false, true, ImagePooling.NORM_OF_MEAN, 512);
    private static final ModifiedResNet RN50 = new ModifiedResNet(224, 64, List.of(3, 4, 6, 3), 32, 1e-5, 1024);
    private static final PixelNormalization NORMALIZATION =
            new PixelNormalization(new Rgb(0.014, 0.015, 0.0142), new Rgb(-1.79, -1.75, -1.48));

    static Stream<Graph> graphs() {
        return Stream.of(
                TowerGraph.image(VISION).build(1),
                TowerGraph.image(VISION).build(16),
                TowerGraph.image(averaged(ImagePooling.MEAN_OF_NORMED)).build(3),
                TowerGraph.image(averaged(ImagePooling.NORM_OF_MEAN)).build(3),
                TowerGraph.image(WITHOUT_CLASS_TOKEN).build(2),
                TowerGraph.image(VISION, Optional.of(NORMALIZATION), Output.HIDDEN_STATES)
                        .build(2),
                TowerGraph.image(RN50).build(2),
                TowerGraph.image(RN50, Optional.of(NORMALIZATION), Output.HIDDEN_STATES)
                        .build(1),
                TowerGraph.text(TEXT).build(8, 100),
                TowerGraph.text(TEXT, Output.HIDDEN_STATES).build(1, 77));
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
        MemoryPlan plan = plan(graph);
        int sharing = 0;
        for (Value a : graph.values()) {
            for (Value b : graph.values()) {
                if (a.id() < b.id() && overlap(plan, graph, a, b)) {
                    sharing++;
                    boolean together = lives.get(a)[0] <= lives.get(b)[1] && lives.get(b)[0] <= lives.get(a)[1];
                    assertThat(together).as("%s and %s", a, b).isFalse();
                }
            }
        }
        assertThat(sharing).as("values that share memory").isPositive();
    }

    private static MemoryPlan plan(Graph graph) {
        return MemoryPlan.of(
                graph.ops().stream()
                        .map(op -> MemoryPlan.Access.of(List.of(op)))
                        .toList(),
                graph.values(),
                value -> size(graph, value),
                16);
    }

    private static boolean overlap(MemoryPlan plan, Graph graph, Value a, Value b) {
        long startA = plan.offset(a);
        long startB = plan.offset(b);
        return startA < startB + size(graph, b) && startB < startA + size(graph, a);
    }

    private static int size(Graph graph, Value value) {
        return graph.capacity().rows(value.axis()) * value.columns();
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
        MemoryPlan plan = plan(graph);
        for (Value value : graph.values()) {
            assertThat(plan.offset(value) + size(graph, value)).isLessThanOrEqualTo(plan.size());
        }
    }

    @Test
    void the_arena_is_much_smaller_than_all_values_together() {
        Graph graph = TowerGraph.image(VISION).build(1);
        long all =
                graph.values().stream().mapToLong(value -> size(graph, value)).sum();
        assertThat(plan(graph).size()).isLessThan(all / 10);
    }

    @Test
    void the_last_block_works_on_pooled_tokens_only() {
        Graph graph = TowerGraph.image(VISION).build(4);
        assertThat(graph.ops())
                .filteredOn(op -> op.name().startsWith("vision.blocks.11.mlp"))
                .isNotEmpty()
                .allMatch(op -> op.output().axis().equals(Axis.ITEMS));
        assertThat(graph.result().columns()).isEqualTo(512);
        assertThat(TowerGraph.text(TEXT).build(1, 10).result().columns()).isEqualTo(768);
    }

    @Test
    void a_tower_that_averages_its_patches_computes_all_tokens_of_the_last_block() {
        Graph graph = TowerGraph.image(averaged(ImagePooling.NORM_OF_MEAN)).build(4);
        assertThat(graph.ops()).extracting(Op::name).doesNotContain("vision.ln_pre");
        assertThat(graph.ops())
                .filteredOn(op -> op.name().startsWith("vision.blocks.1.mlp"))
                .isNotEmpty()
                .allMatch(op -> op.output().axis().equals(new Axis.Fixed("tokens", 50)));
        assertThat(graph.ops())
                .extracting(Op::name)
                .endsWith("vision.blocks.1.mlp.fc2", "vision.pooled", "vision.ln_post", "vision.projection");
        assertThat(TowerGraph.image(averaged(ImagePooling.MEAN_OF_NORMED))
                        .build(4)
                        .ops())
                .extracting(Op::name)
                .endsWith("vision.ln_post", "vision.pooled", "vision.projection");
    }

    @Test
    void layer_scale_belongs_to_the_layers_that_close_a_branch() {
        for (Op op :
                TowerGraph.image(averaged(ImagePooling.NORM_OF_MEAN)).build(1).ops()) {
            if (op instanceof Op.Linear linear) {
                assertThat(linear.weight().rowScale().isPresent()).as(op.name()).isEqualTo(linear.residual());
            }
        }
        assertThat(TowerGraph.image(VISION).build(1).ops())
                .noneMatch(
                        op -> op instanceof Op.Linear linear && !linear.weight().isPlain());
    }

    @Test
    void a_projection_with_a_bias_adds_it() {
        TextTransformer text = new TextTransformer(100, 9, BLOCKS, false, TextPooling.LAST, 99, 32, true);
        Op last = TowerGraph.text(text).build(1, 9).ops().stream()
                .reduce((a, b) -> b)
                .orElseThrow();
        assertThat(((Op.Linear) last).bias())
                .contains(new Weight.Stored(TensorNames.text().projectionBias(), 32));
    }

    @Test
    void roles_tell_what_outputs_are() {
        assertThat(roles(TowerGraph.image(VISION).build(1)))
                .containsExactly(
                        "vision.embeddings TOKENS",
                        "vision.ln_pre HIDDEN 0",
                        "vision.blocks.0.mlp.fc2 HIDDEN 1",
                        "vision.blocks.1.mlp.fc2 HIDDEN 2",
                        "vision.blocks.2.mlp.fc2 HIDDEN 3",
                        "vision.blocks.3.mlp.fc2 HIDDEN 4",
                        "vision.blocks.4.mlp.fc2 HIDDEN 5",
                        "vision.blocks.5.mlp.fc2 HIDDEN 6",
                        "vision.blocks.6.mlp.fc2 HIDDEN 7",
                        "vision.blocks.7.mlp.fc2 HIDDEN 8",
                        "vision.blocks.8.mlp.fc2 HIDDEN 9",
                        "vision.blocks.9.mlp.fc2 HIDDEN 10",
                        "vision.blocks.10.mlp.fc2 HIDDEN 11",
                        "vision.ln_post POOLED",
                        "vision.projection EMBEDDING");
        assertThat(roles(TowerGraph.image(averaged(ImagePooling.MEAN_OF_NORMED)).build(1)))
                .containsExactly(
                        "vision.embeddings HIDDEN 0",
                        "vision.embeddings TOKENS",
                        "vision.blocks.0.mlp.fc2 HIDDEN 1",
                        "vision.blocks.1.mlp.fc2 HIDDEN 2",
                        "vision.ln_post LAST_NORMED",
                        "vision.pooled POOLED",
                        "vision.projection EMBEDDING");
        assertThat(roles(TowerGraph.image(RN50).build(1)))
                .containsExactly(
                        "vision.stem.pool HIDDEN 0",
                        "vision.layers.1.2.3 HIDDEN 1",
                        "vision.layers.2.3.3 HIDDEN 2",
                        "vision.layers.3.5.3 HIDDEN 3",
                        "vision.layers.4.2.3 HIDDEN 4",
                        "vision.pool.out EMBEDDING",
                        "vision.pool.out POOLED");
        assertThat(roles(TowerGraph.text(TEXT).build(1, 9)))
                .startsWith("text.embeddings HIDDEN 0", "text.embeddings TOKENS")
                .endsWith("text.ln_final EMBEDDING", "text.ln_final POOLED");
        assertThat(roles(TowerGraph.text(TEXT, Output.HIDDEN_STATES).build(1, 9)))
                .endsWith("text.blocks.11.mlp.fc2 HIDDEN 12", "text.ln_final LAST_NORMED");
    }

    private static List<String> roles(Graph graph) {
        return graph.ops().stream()
                .flatMap(op -> op.roles().stream()
                        .map(role -> op.name() + " " + role.kind()
                                + (role.kind() == Role.Kind.HIDDEN ? " " + role.layer() : ""))
                        .sorted())
                .toList();
    }

    @Test
    void a_tower_without_a_class_token_has_a_token_for_each_patch_and_averages_all() {
        Graph graph = TowerGraph.image(WITHOUT_CLASS_TOKEN).build(3);
        assertThat(graph.sequences()).contains(new Axis.Fixed("tokens", 49));
        assertThat(graph.ops())
                .filteredOn(op -> op instanceof Op.AverageTokens)
                .singleElement()
                .matches(op -> ((Op.AverageTokens) op).first() == 0);
        assertThat(graph.ops())
                .filteredOn(op -> op instanceof Op.AssembleTokens)
                .singleElement()
                .matches(op -> ((Op.AssembleTokens) op).classToken().isEmpty());
    }

    @Test
    void feature_maps_of_a_res_net_halve_as_the_original() {
        Graph graph = TowerGraph.image(RN50).build(1);
        assertThat(output(graph, "vision.stem.1")).isEqualTo("112x112 pixels x 32");
        assertThat(output(graph, "vision.stem.3")).isEqualTo("112x112 pixels x 64");
        assertThat(output(graph, "vision.stem.pool")).isEqualTo("56x56 pixels x 64");
        assertThat(output(graph, "vision.layers.1.2.3")).isEqualTo("56x56 pixels x 256");
        assertThat(output(graph, "vision.layers.2.0.2")).isEqualTo("56x56 pixels x 128");
        assertThat(output(graph, "vision.layers.2.0.pool")).isEqualTo("28x28 pixels x 128");
        assertThat(output(graph, "vision.layers.2.0.shortcut.pool")).isEqualTo("28x28 pixels x 256");
        assertThat(output(graph, "vision.layers.4.2.3")).isEqualTo("7x7 pixels x 2048");
        assertThat(output(graph, "vision.pool.tokens")).isEqualTo("tokens x 2048");
        assertThat(output(graph, "vision.pool.out")).isEqualTo("items x 1024");
        assertThat(graph.sequences()).contains(new Axis.Fixed("tokens", 50));
    }

    private static String output(Graph graph, String name) {
        Value value = graph.ops().stream()
                .filter(op -> op.name().equals(name))
                .findFirst()
                .orElseThrow()
                .output();
        return value.axis().name() + " x " + value.columns();
    }

    /** Parameters that training learned, in millions, as published for the image towers. */
    @ParameterizedTest
    @CsvSource({
        "224, 64, 3 4 6 3, 1024, 38.32",
        "224, 64, 3 4 23 3, 512, 56.26",
        "288, 80, 4 6 10 6, 640, 87.14",
        "384, 96, 6 8 18 8, 768, 167.33",
        "448, 128, 3 15 36 10, 1024, 420.38"
    })
    void res_nets_have_the_published_number_of_parameters(
            int imageSize, int width, String blocks, int projection, double millions) {
        List<Integer> counts =
                Arrays.stream(blocks.split(" ", -1)).map(Integer::valueOf).toList();
        ModifiedResNet tower = new ModifiedResNet(imageSize, width, counts, width / 2, 1e-5, projection);
        ParameterCount count = new ParameterCount();
        TowerGraph.image(tower).build(1).ops().forEach(count::add);
        assertThat(count.learned() / 1e6).isCloseTo(millions, within(0.005));
    }

    @Test
    void the_cost_of_a_graph_is_that_of_its_products() {
        Cost cost = CostModel.of(TowerGraph.image(RN50).build(1), 0, 2);
        // 5.9 GMACs at 224 pixels, as profilers of the original say.
        assertThat(cost.operations() / 2e9).isBetween(5.7, 6.2);
        Cost eight = CostModel.of(TowerGraph.image(RN50).build(8), 0, 2);
        assertThat(eight.operations()).isCloseTo(8 * cost.operations(), within(1e3));
        assertThat(eight.weightBytes()).isEqualTo(cost.weightBytes());
        assertThat(eight.activationBytes()).isCloseTo(8 * cost.activationBytes(), within(1e3));
    }
}
