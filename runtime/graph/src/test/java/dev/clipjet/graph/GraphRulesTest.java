package dev.clipjet.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.numeric.Activation;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a graph cannot say, and when two graphs are the same. */
class GraphRulesTest {
    private static final TransformerSpec BLOCKS = new TransformerSpec(8, 1, 2, 16, Activation.GELU, 1e-5);

    private static Weight.Matrix matrix(int rows, int columns) {
        return new Weight.Matrix(new CanonicalName("w"), rows, columns);
    }

    @Test
    void a_layer_that_adds_to_its_output_has_no_activation() {
        Value x = new Value(0, "x", Axis.ITEMS, 4);
        assertThatThrownBy(
                        () -> new Op.Linear(Label.of("l"), x, matrix(4, 4), Optional.empty(), Activation.RELU, true, x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("l adds to its output and has an activation");
    }

    @Test
    void a_convolution_gives_the_map_that_its_window_leaves() {
        Value in = new Value(0, "in", new Axis.FeatureMap(7, 9), 4);
        Value out = new Value(1, "out", new Axis.FeatureMap(4, 5), 6);
        Op.Convolution half = convolution(in, out, Window.three(2));
        assertThat(half.inputs()).containsExactly(in);
        assertThatThrownBy(() -> convolution(in, out, Window.three(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("c over 7x9 pixels gives 7x9 pixels, not 4x5 pixels");
        assertThatThrownBy(() -> convolution(new Value(0, "rows", Axis.ITEMS, 4), out, Window.POINT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the rows of rows are items, not the pixels of a feature map");
    }

    private static Op.Convolution convolution(Value in, Value out, Window window) {
        return new Op.Convolution(
                Label.of("c"),
                in,
                matrix(6, 4 * window.area()),
                Optional.empty(),
                window,
                Activation.NONE,
                Optional.empty(),
                out);
    }

    @Test
    void a_graph_has_sequences_of_one_axis() {
        Draft draft = new Draft("two", new GraphInput.Texts(3));
        draft.gather("a", draft.value("tokens", Axis.PACKED_TOKENS, 4));
        draft.gather("b", draft.value("patches", new Axis.Fixed("patches", 9), 4));
        assertThatThrownBy(() -> draft.build(new Capacity(1, 3)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("graph two has sequences of tokens and of patches");
    }

    @Test
    void rows_follow_from_the_axis() {
        Capacity capacity = new Capacity(3, 20);
        assertThat(capacity.rows(Axis.ITEMS)).isEqualTo(3);
        assertThat(capacity.rows(Axis.PACKED_TOKENS)).isEqualTo(20);
        assertThat(capacity.rows(new Axis.FeatureMap(4, 5))).isEqualTo(60);
        assertThatThrownBy(Axis.PACKED_TOKENS::perItem).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Capacity(1 << 20, 0).rows(new Axis.FeatureMap(64, 64)))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void towers_with_the_same_input_and_output_are_the_same() {
        VisionTransformer vision = new VisionTransformer(8, 4, BLOCKS, 6);
        TowerGraph graph = TowerGraph.image(vision);
        assertThat(graph).isEqualTo(TowerGraph.image(new VisionTransformer(8, 4, BLOCKS, 6)));
        assertThat(graph).hasSameHashCodeAs(TowerGraph.image(new VisionTransformer(8, 4, BLOCKS, 6)));
        assertThat(graph)
                .isNotEqualTo(TowerGraph.image(vision, Optional.empty(), TowerGraph.Output.HIDDEN_STATES))
                .isNotEqualTo(TowerGraph.image(new VisionTransformer(8, 4, BLOCKS, 7)));
        TextTransformer text = new TextTransformer(9, 5, BLOCKS, TextPooling.FIRST, 8, 6);
        assertThatThrownBy(() -> TowerGraph.text(text).build(1)).isInstanceOf(IllegalStateException.class);
    }
}
