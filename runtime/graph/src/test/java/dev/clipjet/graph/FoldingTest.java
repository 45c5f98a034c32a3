package dev.clipjet.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.clipjet.model.CanonicalName;
import dev.clipjet.model.PreprocessSpec.Rgb;
import dev.clipjet.model.TensorNames;
import dev.clipjet.numeric.Activation;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What the passes leave of a layer gives the same numbers as the layer and what was behind or before it. */
class FoldingTest {
    private static final int OUT = 5;
    private static final int PIXELS = 4;
    private static final int IN = 3 * PIXELS;
    private static final PixelNormalization NORMALIZATION =
            new PixelNormalization(new Rgb(0.0146, 0.015, 0.0142), new Rgb(-1.79, -1.75, -1.48));

    /** Random tensors, the same for the same name; all positive, so that they can be variances. */
    private static final TensorSource TENSORS = name -> new TensorSource.FloatTensor() {
        private final boolean matrix =
                name.value().endsWith("conv.weight") || name.value().equals("w");

        @Override
        public int rows() {
            return OUT;
        }

        @Override
        public int columns() {
            return matrix ? IN : 1;
        }

        @Override
        public void read(long element, int count, float[] target, int offset) {
            Random random = new Random(name.value().hashCode());
            float[] all = new float[rows() * columns()];
            for (int i = 0; i < all.length; i++) {
                all[i] = 0.1f + random.nextFloat();
            }
            System.arraycopy(all, (int) element, target, offset, count);
        }
    };

    private static double[] stored(CanonicalName name) {
        return new Weight.Stored(name, OUT).evaluate(TENSORS);
    }

    private static Weight.Matrix matrix(String name) {
        return new Weight.Matrix(new CanonicalName(name), OUT, IN);
    }

    private static double[] layer(Weight.Matrix weight, Optional<Weight.Vector> bias, double[] in) {
        float[] rows = new MatrixReader(weight, TENSORS).all();
        float[] added = bias.map(vector -> vector.floats(TENSORS)).orElse(new float[OUT]);
        double[] out = new double[OUT];
        for (int i = 0; i < OUT; i++) {
            out[i] = added[i];
            for (int j = 0; j < IN; j++) {
                out[i] += (double) rows[i * IN + j] * in[j];
            }
        }
        return out;
    }

    private static double[] input() {
        return new Random(9).doubles(IN, -1, 1).toArray();
    }

    private static void assertClose(double[] actual, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-6 * Math.abs(expected[i]) + 1e-6));
        }
    }

    private static Op.Linear linear(Draft draft, Value in, boolean biased) {
        return new Op.Linear(
                Label.of("layer"),
                in,
                matrix("w"),
                biased ? Optional.of(new Weight.Stored(new CanonicalName("b"), OUT)) : Optional.empty(),
                Activation.NONE,
                false,
                draft.value("out", in.axis(), OUT));
    }

    @Test
    void layer_scale_and_batch_norm_become_part_of_weight_and_bias() {
        TensorNames.Convolution names = TensorNames.resNet().stem(1);
        double[] gain = stored(names.normWeight());
        double[] shift = stored(names.normBias());
        double[] mean = stored(names.normMean());
        double[] variance = stored(names.normVariance());
        check(Affine.batchNorm(names, OUT, 1e-5), out -> {
            double[] normed = new double[OUT];
            for (int i = 0; i < OUT; i++) {
                normed[i] = (out[i] - mean[i]) / Math.sqrt(variance[i] + 1e-5) * gain[i] + shift[i];
            }
            return normed;
        });
        check(Affine.layerScale(new Weight.Stored(names.normWeight(), OUT)), out -> {
            double[] scaled = new double[OUT];
            for (int i = 0; i < OUT; i++) {
                scaled[i] = out[i] * gain[i];
            }
            return scaled;
        });
    }

    private static void check(Affine affine, UnaryOperator<double[]> behind) {
        for (boolean biased : new boolean[] {false, true}) {
            Draft draft = new Draft("test", new GraphInput.Texts(1));
            Value in = draft.value("in", Axis.ITEMS, IN);
            Op.Linear plain = linear(draft, in, biased);
            draft.add(plain, affine);
            Draft.Entry folded = AffineFolding.apply(draft).entries().get(0);
            assertThat(folded.affine()).isEmpty();
            Op.Linear layer = (Op.Linear) folded.op();
            double[] expected = behind.apply(layer(plain.weight(), plain.bias(), input()));
            assertClose(layer(layer.weight(), layer.bias(), input()), expected);
        }
    }

    @Test
    void patches_of_bytes_less_their_centers_give_what_normalized_patches_give() {
        for (boolean biased : new boolean[] {false, true}) {
            Draft draft = new Draft("test", new GraphInput.Images(2, Optional.of(NORMALIZATION)));
            Value patches = draft.value("patches", new Axis.Fixed("patches", 1), IN);
            draft.add(new Op.UnfoldPatches(Label.of("unfold"), 2, 2, Optional.empty(), patches));
            Op.Linear plain = linear(draft, patches, biased);
            draft.add(plain, Affine.layerScale(new Weight.Stored(new CanonicalName("s"), OUT)));
            Graph graph = draft.build(new Capacity(1, 0));
            Op.UnfoldPatches unfold = (Op.UnfoldPatches) graph.ops().get(0);
            assertThat(unfold.bytes()).contains(NORMALIZATION);
            Op.Linear layer = (Op.Linear) graph.ops().get(1);
            int[] levels = new Random(3).ints(IN, 0, 256).toArray();
            double[] normalized = new double[IN];
            double[] centered = new double[IN];
            for (int i = 0; i < IN; i++) {
                int channel = i / PIXELS;
                normalized[i] = levels[i] * NORMALIZATION.scale(channel) + NORMALIZATION.offset(channel);
                centered[i] = levels[i] - NORMALIZATION.center(channel);
            }
            double[] scale = stored(new CanonicalName("s"));
            double[] expected = layer(plain.weight(), plain.bias(), normalized);
            for (int i = 0; i < OUT; i++) {
                expected[i] *= scale[i];
            }
            assertClose(layer(layer.weight(), layer.bias(), centered), expected);
        }
    }

    /** With the level that is outside of an image, which normalization makes zero, for some of the pixels. */
    @Test
    void a_convolution_of_bytes_gives_what_one_of_normalized_pixels_gives_and_outside_is_zero() {
        Draft draft = new Draft("test", new GraphInput.Images(2, Optional.of(NORMALIZATION)));
        Window window = new Window(2, 2, 1, 1);
        Op.PixelConvolution plain = new Op.PixelConvolution(
                Label.of("stem"),
                2,
                Optional.empty(),
                matrix("w"),
                Optional.empty(),
                window,
                Activation.RELU,
                draft.value("out", window.over(new Axis.FeatureMap(2, 2)), OUT));
        TensorNames.Convolution names = TensorNames.resNet().stem(0);
        draft.add(plain, Affine.batchNorm(names, OUT, 1e-5));
        Op.PixelConvolution folded =
                (Op.PixelConvolution) draft.build(new Capacity(1, 0)).ops().get(0);
        assertThat(folded.bytes()).contains(NORMALIZATION);
        int[] levels = new Random(4).ints(IN, 0, 256).toArray();
        double[] normalized = new double[IN];
        double[] centered = new double[IN];
        for (int i = 0; i < IN; i++) {
            int channel = i / PIXELS;
            boolean outside = i % PIXELS == 1;
            normalized[i] = outside ? 0 : levels[i] * NORMALIZATION.scale(channel) + NORMALIZATION.offset(channel);
            centered[i] = outside ? NORMALIZATION.outside(channel) : levels[i] - NORMALIZATION.center(channel);
        }
        double[] expected = layer(plain.weight(), plain.bias(), normalized);
        for (int i = 0; i < OUT; i++) {
            expected[i] = (expected[i] - stored(names.normMean())[i])
                            / Math.sqrt(stored(names.normVariance())[i] + 1e-5)
                            * stored(names.normWeight())[i]
                    + stored(names.normBias())[i];
        }
        assertClose(layer(folded.weight(), folded.bias(), centered), expected);
    }

    @Test
    void what_cannot_take_up_a_scale_is_an_error() {
        Draft draft = new Draft("test", new GraphInput.Texts(1));
        Value in = draft.value("in", Axis.ITEMS, OUT);
        draft.add(
                new Op.GatherPooled(Label.of("gather"), in, draft.value("out", Axis.ITEMS, OUT)),
                Affine.layerScale(new Weight.Stored(new CanonicalName("s"), OUT)));
        assertThatThrownBy(() -> draft.build(new Capacity(1, 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("gather cannot take up a scale");
    }

    @Test
    void what_cannot_take_up_the_normalization_of_pixels_is_an_error() {
        Draft draft = new Draft("test", new GraphInput.Images(2, Optional.of(NORMALIZATION)));
        Value patches = draft.value("patches", new Axis.Fixed("patches", 1), IN);
        draft.add(new Op.UnfoldPatches(Label.of("unfold"), 2, 2, Optional.empty(), patches));
        draft.add(new Op.AverageTokens(Label.of("average"), patches, 0, draft.value("out", Axis.ITEMS, IN)));
        assertThatThrownBy(() -> draft.build(new Capacity(1, 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("average cannot take up the normalization");
    }

    @Test
    void equal_expressions_are_equal_and_ranges_and_scales_tell_them_apart() {
        Weight.Vector scale = new Weight.Stored(new CanonicalName("s"), OUT);
        assertThat(matrix("w").scaleRows(scale))
                .isEqualTo(matrix("w").scaleRows(new Weight.Stored(new CanonicalName("s"), OUT)));
        assertThat(matrix("w").scaleRows(scale)).isNotEqualTo(matrix("w"));
        assertThat(new Weight.Matrix(new CanonicalName("w"), 1, 2, IN))
                .isNotEqualTo(new Weight.Matrix(new CanonicalName("w"), 0, 2, IN));
        assertThat(matrix("w").scaleRows(scale).sources())
                .containsExactlyInAnyOrder(new CanonicalName("w"), new CanonicalName("s"));
    }

    @Test
    void rows_of_a_matrix_are_read_from_the_first_that_is_used() {
        float[] all = new MatrixReader(matrix("w"), TENSORS).all();
        Weight.Matrix part = new Weight.Matrix(new CanonicalName("w"), 2, 2, IN);
        float[] read = new float[IN];
        new MatrixReader(part, TENSORS).read(IN / 2, IN, read, 0);
        for (int i = 0; i < IN; i++) {
            assertThat(read[i]).isEqualTo(all[2 * IN + IN / 2 + i]);
        }
        Weight.Matrix tooMany = new Weight.Matrix(new CanonicalName("w"), 4, 2, IN);
        assertThatThrownBy(() -> new MatrixReader(tooMany, TENSORS))
                .hasMessageContaining("w is 5 x 12, the tower wants rows 4 to 5 of 12 columns");
    }
}
