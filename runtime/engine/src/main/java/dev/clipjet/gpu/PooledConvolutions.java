package dev.clipjet.gpu;

import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.OpDefault;
import dev.clipjet.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The convolutions of a graph whose output goes only into a 2 x 2 average pool right behind them: a kernel does both, and what lies between
 * them is never stored.
 */
final class PooledConvolutions {
    private static final int POOL = 2;

    /** A convolution and the pool behind it. */
    record Pooled(Op.Convolution convolution, Op.AveragePool pool) {}

    private final List<Op> ops;
    private final Map<Op, Pooled> pooled = new HashMap<>();

    PooledConvolutions(Graph graph) {
        ops = graph.ops();
        for (int i = 0; i + 1 < ops.size(); i++) {
            Optional<Op.Convolution> convolution = ops.get(i).accept(new Poolable());
            Optional<Op.AveragePool> pool = ops.get(i + 1).accept(new Pool());
            if (convolution.isPresent() && pool.isPresent()) {
                Value between = convolution.get().output();
                if (pool.get().input().equals(between) && readers(between) == 1) {
                    pooled.put(ops.get(i), new Pooled(convolution.get(), pool.get()));
                }
            }
        }
    }

    private long readers(Value value) {
        return ops.stream().filter(op -> op.inputs().contains(value)).count();
    }

    /** The operation with the pool behind it, if it is a convolution that is computed with one. */
    Optional<Pooled> of(Op op) {
        return Optional.ofNullable(pooled.get(op));
    }

    /** A convolution whose output nobody observes. */
    private static final class Poolable extends OpDefault<Optional<Op.Convolution>> {
        Poolable() {
            super(op -> Optional.empty());
        }

        @Override
        public Optional<Op.Convolution> convolution(Op.Convolution op) {
            return op.residual().isEmpty() && op.roles().isEmpty() ? Optional.of(op) : Optional.empty();
        }
    }

    /** A pool that the kernels compute behind a convolution. */
    private static final class Pool extends OpDefault<Optional<Op.AveragePool>> {
        Pool() {
            super(op -> Optional.empty());
        }

        @Override
        public Optional<Op.AveragePool> averagePool(Op.AveragePool op) {
            return op.size() == POOL ? Optional.of(op) : Optional.empty();
        }
    }
}
