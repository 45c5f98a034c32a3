package dev.clipjet.cpu;

import dev.clipjet.graph.Graph;
import dev.clipjet.graph.MemoryPlan;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.OpDefault;
import dev.clipjet.graph.Value;
import dev.clipjet.numeric.Activation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a graph's operations become on the CPU: one step each, but for those that a later one computes with itself, and a place in
 * memory for every value that there is then. A convolution is computed with the average pooling of its output, which saves writing and
 * reading the whole map. Keys and values of attention with one query per item are computed with the attention, which then needs none of
 * them (see {@link dev.clipjet.kernels.cpu.PooledAttentionKernel}). A convolution that adds a value which nobody reads afterwards
 * leaves its output in that value's place.
 */
final class CpuPlan {
    /**
     * One step.
     *
     * @param op whose output is there after the step
     * @param with the operation that is computed with it, whose output is never stored
     */
    record Step(Op op, Optional<Op> with) {
        /** What is read from memory. */
        List<Value> reads() {
            List<Value> reads = new ArrayList<>(op.inputs());
            with.ifPresent(absorbed -> {
                reads.remove(absorbed.output());
                reads.addAll(absorbed.inputs());
            });
            return reads;
        }
    }

    private final List<Step> steps;
    private final MemoryPlan memory;

    CpuPlan(Graph graph) {
        steps = new Absorption(graph).steps();
        List<MemoryPlan.Access> accesses = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            accesses.add(new MemoryPlan.Access(step.reads(), step.op().output(), takenOver(i, graph)));
        }
        memory = MemoryPlan.floats(accesses, graph.values(), graph.capacity());
    }

    List<Step> steps() {
        return steps;
    }

    MemoryPlan memory() {
        return memory;
    }

    private Optional<Value> takenOver(int index, Graph graph) {
        Step step = steps.get(index);
        Optional<Value> residual = step.op().accept(new OpDefault<Optional<Value>>(op -> Optional.empty()) {
            @Override
            public Optional<Value> convolution(Op.Convolution op) {
                return op.residual().filter(added -> !added.equals(op.input()));
            }
        });
        return residual.filter(added -> !added.equals(graph.result())
                && steps.subList(index + 1, steps.size()).stream()
                        .noneMatch(later -> later.reads().contains(added)));
    }

    /** Finds the operations that later ones compute with themselves. */
    private static final class Absorption extends OpDefault<Optional<Op>> {
        private final List<Op> ops;
        private final Map<Value, Integer> readers = new HashMap<>();
        private final Map<Value, List<Op>> writers = new HashMap<>();

        Absorption(Graph graph) {
            super(op -> Optional.empty());
            ops = graph.ops();
            for (Op op : ops) {
                op.inputs().forEach(value -> readers.merge(value, 1, Integer::sum));
                writers.computeIfAbsent(op.output(), value -> new ArrayList<>()).add(op);
            }
        }

        List<Step> steps() {
            Map<Op, Op> absorbed = new HashMap<>();
            Set<Op> gone = new HashSet<>();
            for (Op op : ops) {
                op.accept(this).ifPresent(with -> {
                    absorbed.put(op, with);
                    gone.add(with);
                });
            }
            return ops.stream()
                    .filter(op -> !gone.contains(op))
                    .map(op -> new Step(op, Optional.ofNullable(absorbed.get(op))))
                    .toList();
        }

        @Override
        public Optional<Op> averagePool(Op.AveragePool op) {
            return onlySource(op.input())
                    .filter(source -> source.accept(new OpDefault<Boolean>(other -> false) {
                        @Override
                        public Boolean pixelConvolution(Op.PixelConvolution convolution) {
                            return true;
                        }

                        @Override
                        public Boolean convolution(Op.Convolution convolution) {
                            return convolution.residual().isEmpty()
                                    && isUnchangedUntil(op, convolution, convolution.input());
                        }
                    }));
        }

        @Override
        public Optional<Op> attention(Op.Attention op) {
            if (!op.isPooled() || op.query().equals(op.keys())) {
                return Optional.empty();
            }
            return onlySource(op.keys())
                    .filter(source -> source.accept(new OpDefault<Boolean>(other -> false) {
                        @Override
                        public Boolean linear(Op.Linear linear) {
                            return linear.activation() == Activation.NONE
                                    && !linear.residual()
                                    && isUnchangedUntil(op, linear, linear.input());
                        }
                    }));
        }

        /** The operation that writes a value, if it alone does, only one reads it, and nobody wants to see it. */
        private Optional<Op> onlySource(Value value) {
            List<Op> all = writers.getOrDefault(value, List.of());
            return all.size() == 1
                            && readers.getOrDefault(value, 0) == 1
                            && all.get(0).roles().isEmpty()
                    ? Optional.of(all.get(0))
                    : Optional.empty();
        }

        private boolean isUnchangedUntil(Op end, Op start, Value value) {
            return ops.subList(ops.indexOf(start), ops.indexOf(end)).stream()
                    .noneMatch(op -> op.output().equals(value));
        }
    }
}
