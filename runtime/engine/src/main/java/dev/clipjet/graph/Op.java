package dev.clipjet.graph;

import dev.clipjet.numeric.Activation;
import java.util.List;
import java.util.Optional;

/** One step of a tower. Weights are named as the checkpoint's canonical tensors. */
public sealed interface Op {
    /** Unique within the graph; the place where a run can be stopped. */
    String name();

    /** What it reads. */
    List<Value> inputs();

    /** What it writes. An output that is also an input is updated in place. */
    Value output();

    /**
     * Cuts normalized pixels [images, 3, S, S] into rows [images * g * g, 3 * P * P], channel by channel, each patch row
     * by row. Pixels right of and below the last whole patch are not used.
     */
    record UnfoldPatches(String name, int imageSize, int patchSize, Value output) implements Op {
        @Override
        public List<Value> inputs() {
            return List.of();
        }
    }

    /** {@code out[image, 0] = class + position[0]; out[image, 1 + p] = patch[image, p] + position[1 + p]}. */
    record AssembleImageTokens(String name, Value patches, String classEmbedding, String positions, Value output)
            implements Op {
        @Override
        public List<Value> inputs() {
            return List.of(patches);
        }
    }

    /** {@code out[i] = table[id[i]] + position[i - start of its sequence]}. */
    record EmbedTokens(String name, String table, String positions, Value output) implements Op {
        @Override
        public List<Value> inputs() {
            return List.of();
        }
    }

    /** Layer norm over each row. */
    record LayerNorm(String name, Value input, String weight, String bias, float eps, Value output) implements Op {
        @Override
        public List<Value> inputs() {
            return List.of(input);
        }
    }

    /**
     * {@code out = act(in W^T + bias)}, or {@code out += scale * (in W^T + bias)} when it closes a residual branch. Of the
     * weight's rows, {@code output.columns()} from {@code firstRow} on are used. The scale, one factor per output column,
     * is that of layer scale; it may be folded into weight and bias.
     */
    record Linear(
            String name,
            Value input,
            String weight,
            Optional<String> bias,
            int firstRow,
            Optional<Activation> activation,
            boolean residual,
            Optional<String> scale,
            Value output)
            implements Op {
        @Override
        public List<Value> inputs() {
            return residual ? List.of(input, output) : List.of(input);
        }
    }

    /**
     * Multi-head attention within each sequence. Query, key and value are column ranges of their values, of width
     * {@code heads * headDim}. When the query has one row per sequence, that row sees all keys of its sequence.
     */
    record Attention(
            String name,
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
    }

    /** Mean of the rows of every sequence but the first, which belongs to the class token. */
    record AveragePatches(String name, Value input, Value output) implements Op {
        @Override
        public List<Value> inputs() {
            return List.of(input);
        }
    }

    /** Takes the pooled row of every sequence: {@code out[s] = in[pooled row of s]}. */
    record GatherPooled(String name, Value input, Value output) implements Op {
        @Override
        public List<Value> inputs() {
            return List.of(input);
        }
    }
}
