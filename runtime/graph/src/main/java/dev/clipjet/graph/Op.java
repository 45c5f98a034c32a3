package dev.clipjet.graph;

import dev.clipjet.numeric.Activation;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One step of a tower. The set of operations is closed: whoever treats them is an {@link OpVisitor}, so that a new operation does not
 * compile until all have answered. Weights are {@linkplain Weight expressions} over the checkpoint's canonical tensors.
 */
public sealed interface Op {
    /** Name and roles. */
    Label label();

    /** Unique within the graph; for reports, and the place where a run can be stopped. */
    default String name() {
        return label().name();
    }

    /** What the output is to those who read it out. */
    default Set<Role> roles() {
        return label().roles();
    }

    /** What it reads. */
    List<Value> inputs();

    /** What it reads of the checkpoint. */
    List<Weight> weights();

    /** What it writes. An output that is also an input is updated in place. */
    Value output();

    /** Calls the visitor's method for this operation. */
    <R> R accept(OpVisitor<R> visitor);

    /**
     * Cuts the images of the input into rows [items * g * g, 3 * P * P], channel by channel, each patch row by row. Pixels right of and
     * below the last whole patch are not used.
     *
     * @param imageSize side of an image in pixels
     * @param patchSize P
     * @param bytes for images as bytes, of which the rows hold each level less its channel's {@linkplain PixelNormalization#center
     *     center}; empty for normalized images, whose values they hold
     */
    record UnfoldPatches(Label label, int imageSize, int patchSize, Optional<PixelNormalization> bytes, Value output)
            implements Op {
        @Override
        public List<Value> inputs() {
            return List.of();
        }

        @Override
        public List<Weight> weights() {
            return List.of();
        }

        @Override
        public <R> R accept(OpVisitor<R> visitor) {
            return visitor.unfoldPatches(this);
        }
    }

    /**
     * Tokens of images: {@code out[item, 0] = class + position[0]; out[item, 1 + p] = patch[item, p] + position[1 + p]}. Without a class
     * token {@code out[item, p] = patch[item, p] + position[p]}.
     */
    record AssembleTokens(
            Label label, Value patches, Optional<Weight.Vector> classToken, Weight.Matrix positions, Value output)
            implements Op {
        @Override
        public List<Value> inputs() {
            return List.of(patches);
        }

        @Override
        public List<Weight> weights() {
            return withOptional(positions, classToken);
        }

        @Override
        public <R> R accept(OpVisitor<R> visitor) {
            return visitor.assembleTokens(this);
        }
    }

    /** Tokens of a feature map behind their mean: {@code out[item, 0] = mean + position[0]; out[item, 1 + p] = in[item, p] + position[1 + p]}. */
    record AssembleMeanToken(Label label, Value input, Weight.Matrix positions, Value output) implements Op {
        @Override
        public List<Value> inputs() {
            return List.of(input);
        }

        @Override
        public List<Weight> weights() {
            return List.of(positions);
        }

        @Override
        public <R> R accept(OpVisitor<R> visitor) {
            return visitor.assembleMeanToken(this);
        }
    }

    /** {@code out[i] = table[id[i]] + position[i - start of its text]}. */
    record EmbedTokens(Label label, Weight.Matrix table, Weight.Matrix positions, Value output) implements Op {
        @Override
        public List<Value> inputs() {
            return List.of();
        }

        @Override
        public List<Weight> weights() {
            return List.of(table, positions);
        }

        @Override
        public <R> R accept(OpVisitor<R> visitor) {
            return visitor.embedTokens(this);
        }
    }

    /** Layer norm over each row. */
    record LayerNorm(Label label, Value input, Weight.Vector weight, Weight.Vector bias, float eps, Value output)
            implements Op {
        @Override
        public List<Value> inputs() {
            return List.of(input);
        }

        @Override
        public List<Weight> weights() {
            return List.of(weight, bias);
        }

        @Override
        public <R> R accept(OpVisitor<R> visitor) {
            return visitor.layerNorm(this);
        }
    }

    /**
     * {@code out = act(in W^T + bias)}, or {@code out += in W^T + bias} when it closes a residual branch, and then without an
     * activation.
     */
    record Linear(
            Label label,
            Value input,
            Weight.Matrix weight,
            Optional<Weight.Vector> bias,
            Activation activation,
            boolean residual,
            Value output)
            implements Op {
        public Linear {
            if (residual && activation != Activation.NONE) {
                throw new IllegalArgumentException(label.name() + " adds to its output and has an activation");
            }
        }

        @Override
        public List<Value> inputs() {
            return residual ? List.of(input, output) : List.of(input);
        }

        @Override
        public List<Weight> weights() {
            return withOptional(weight, bias);
        }

        @Override
        public <R> R accept(OpVisitor<R> visitor) {
            return visitor.linear(this);
        }
    }

    /**
     * Multi-head attention within each item. Query, key and value are column ranges of their values, of width {@code heads * headDim}.
     * When the query has one row per item, that row sees all keys of its item.
     */
    record Attention(
            Label label,
            Value query,
            int queryColumn,
            Value keys,
            int keyColumn,
            int valueColumn,
            int heads,
            int headDim,
            boolean causal,
            Value output)
            implements Op {
        @Override
        public List<Value> inputs() {
            return query.equals(keys) ? List.of(query) : List.of(query, keys);
        }

        /** Whether there is one query per item. */
        public boolean isPooled() {
            return query.axis().equals(Axis.ITEMS);
        }

        @Override
        public List<Weight> weights() {
            return List.of();
        }

        @Override
        public <R> R accept(OpVisitor<R> visitor) {
            return visitor.attention(this);
        }
    }

    /** Mean of the rows of every item from row {@code first} on: 1 leaves out a class token. */
    record AverageTokens(Label label, Value input, int first, Value output) implements Op {
        @Override
        public List<Value> inputs() {
            return List.of(input);
        }

        @Override
        public List<Weight> weights() {
            return List.of();
        }

        @Override
        public <R> R accept(OpVisitor<R> visitor) {
            return visitor.averageTokens(this);
        }
    }

    /** Takes the pooled row of every item: of packed tokens the one that the run's input names, else the first. */
    record GatherPooled(Label label, Value input, Value output) implements Op {
        @Override
        public List<Value> inputs() {
            return List.of(input);
        }

        @Override
        public List<Weight> weights() {
            return List.of();
        }

        @Override
        public <R> R accept(OpVisitor<R> visitor) {
            return visitor.gatherPooled(this);
        }
    }

    /**
     * A convolution whose input is the normalized images: {@code out[y, x, o] = act(sum W[o, (c, i, j)] pixel[c, s y + i - p, s x + j -
     * p] + bias[o])}; pixels outside the image are 0 in normalized values.
     *
     * @param imageSize side of an image in pixels
     * @param bytes for images as bytes, of which it reads each level less its channel's {@linkplain PixelNormalization#center center}, and
     *     outside the image {@link PixelNormalization#outside}; empty for normalized images
     * @param weight [out, 3 * h * w], columns in the order channel, y, x
     */
    record PixelConvolution(
            Label label,
            int imageSize,
            Optional<PixelNormalization> bytes,
            Weight.Matrix weight,
            Optional<Weight.Vector> bias,
            Window window,
            Activation activation,
            Value output)
            implements Op {
        @Override
        public List<Value> inputs() {
            return List.of();
        }

        @Override
        public List<Weight> weights() {
            return withOptional(weight, bias);
        }

        @Override
        public <R> R accept(OpVisitor<R> visitor) {
            return visitor.pixelConvolution(this);
        }
    }

    /**
     * A convolution over a feature map: {@code out[y, x, o] = act(sum W[o, (c, i, j)] in[s y + i - p, s x + j - p, c] + bias[o] +
     * residual[y, x, o])}; what lies outside the map is 0.
     *
     * @param weight [out, in * h * w], columns in the order channel, y, x
     * @param residual of the output's shape, added before the activation
     */
    record Convolution(
            Label label,
            Value input,
            Weight.Matrix weight,
            Optional<Weight.Vector> bias,
            Window window,
            Activation activation,
            Optional<Value> residual,
            Value output)
            implements Op {
        public Convolution {
            if (!window.over(input.map()).equals(output.map())) {
                throw new IllegalArgumentException(
                        label.name() + " over " + input.axis().name() + " gives "
                                + window.over(input.map()).name() + ", not "
                                + output.axis().name());
            }
        }

        @Override
        public List<Value> inputs() {
            return residual.map(added -> List.of(input, added)).orElse(List.of(input));
        }

        @Override
        public List<Weight> weights() {
            return withOptional(weight, bias);
        }

        @Override
        public <R> R accept(OpVisitor<R> visitor) {
            return visitor.convolution(this);
        }
    }

    /** Mean of squares of {@code size} x {@code size} pixels, side by side; pixels beyond the last whole square are not used. */
    record AveragePool(Label label, Value input, int size, Value output) implements Op {
        @Override
        public List<Value> inputs() {
            return List.of(input);
        }

        @Override
        public List<Weight> weights() {
            return List.of();
        }

        @Override
        public <R> R accept(OpVisitor<R> visitor) {
            return visitor.averagePool(this);
        }
    }

    private static List<Weight> withOptional(Weight.Matrix matrix, Optional<Weight.Vector> vector) {
        return vector.<List<Weight>>map(present -> List.of(matrix, present)).orElse(List.of(matrix));
    }
}
