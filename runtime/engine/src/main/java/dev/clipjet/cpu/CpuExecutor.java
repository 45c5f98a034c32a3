package dev.clipjet.cpu;

import dev.clipjet.error.ClosedException;
import dev.clipjet.graph.Capacity;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.Rows;
import dev.clipjet.graph.Value;
import dev.clipjet.kernels.cpu.AttentionKernel;
import dev.clipjet.kernels.cpu.FloatMemory;
import dev.clipjet.kernels.cpu.FusedActivation;
import dev.clipjet.kernels.cpu.LayerNormKernel;
import dev.clipjet.kernels.cpu.LinearKernel;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.model.Activation;
import dev.clipjet.weights.Checkpoint;
import java.nio.FloatBuffer;
import java.util.Optional;

/**
 * Runs graphs on the CPU in float32, with all cores on one operation at a time. Not thread-safe: one run at a time,
 * which the owner sees to.
 */
public final class CpuExecutor implements AutoCloseable {
    /** Told after every operation; may read the operation's output, and may end the run. */
    @FunctionalInterface
    public interface Observer {
        /** Return false to stop after this operation. */
        boolean after(Op op);
    }

    private static final Observer TO_THE_END = op -> true;

    private final WorkerPool pool;
    private final CpuWeights weights;
    private final LinearKernel linear;
    private final LayerNormKernel layerNorm;
    private final AttentionKernel attention;
    private final TokenKernels tokens;
    private FloatMemory arena = new FloatMemory(0);
    private Graph graph;
    private SequenceBatch batch;
    private boolean closed;

    /** @param checkpoint the weights; must stay open while this executor is used */
    public CpuExecutor(Checkpoint checkpoint, WorkerPool pool) {
        this.pool = pool;
        weights = new CpuWeights(checkpoint);
        linear = new LinearKernel(pool);
        layerNorm = new LayerNormKernel(pool);
        attention = new AttentionKernel(pool);
        tokens = new TokenKernels(pool);
    }

    /** Runs a graph to its end. The result can be read until the next run. */
    public void run(Graph newGraph, SequenceBatch newBatch) {
        run(newGraph, newBatch, TO_THE_END);
    }

    /** Runs a graph and reports every operation. */
    public void run(Graph newGraph, SequenceBatch newBatch, Observer observer) {
        if (closed) {
            throw new ClosedException("the CPU executor");
        }
        checkFits(newGraph, newBatch);
        graph = newGraph;
        batch = newBatch;
        if (arena.size() < newGraph.memoryPlan().size()) {
            arena.close();
            arena = new FloatMemory(0); // stays usable if the next line fails
            arena = new FloatMemory(Math.toIntExact(newGraph.memoryPlan().size()));
        }
        for (int i = 0; i < newGraph.ops().size(); i++) {
            Op op = newGraph.ops().get(i);
            execute(op);
            if (!observer.after(op)) {
                return;
            }
        }
    }

    /** Rows that a value has in the current run. */
    public int rows(Value value) {
        return rows(value.rows());
    }

    /** Copies a value of the current run, [rows, columns], into {@code target} from an index on. */
    public void read(Value value, float[] target, int offset) {
        arena.floats().get(offset(value), target, offset, rows(value) * value.columns());
    }

    private void execute(Op op) {
        if (op instanceof Op.Linear linearOp) {
            linear.run(
                    rows(linearOp.input()),
                    arena,
                    offset(linearOp.input()),
                    weights.matrix(linearOp.weight(), linearOp.scale()),
                    linearOp.firstRow(),
                    linearOp.output().columns(),
                    linearOp.bias().isPresent() ? weights.vector(linearOp.bias().get(), linearOp.scale()) : null,
                    fused(linearOp.activation()),
                    linearOp.residual(),
                    arena,
                    offset(linearOp.output()));
        } else if (op instanceof Op.LayerNorm norm) {
            layerNorm.run(
                    rows(norm.input()),
                    norm.input().columns(),
                    arena,
                    offset(norm.input()),
                    weights.vector(norm.weight()),
                    weights.vector(norm.bias()),
                    norm.eps(),
                    arena,
                    offset(norm.output()));
        } else if (op instanceof Op.Attention attentionOp) {
            attend(attentionOp);
        } else if (op instanceof Op.GatherPooled gather) {
            FloatBuffer floats = arena.floats();
            int columns = gather.input().columns();
            for (int i = 0; i < batch.sequences(); i++) {
                floats.put(
                        offset(gather.output()) + i * columns,
                        floats,
                        offset(gather.input()) + batch.pooledRows()[i] * columns,
                        columns);
            }
        } else if (op instanceof Op.AveragePatches average) {
            tokens.averagePatches(
                    batch, average.input().columns(), arena, offset(average.input()), offset(average.output()));
        } else if (op instanceof Op.UnfoldPatches unfold) {
            tokens.unfold(
                    batch.sequences(),
                    batch.pixels(),
                    unfold.imageSize(),
                    unfold.patchSize(),
                    arena,
                    offset(unfold.output()));
        } else if (op instanceof Op.AssembleImageTokens assemble) {
            tokens.assemble(
                    batch.sequences(),
                    arena,
                    offset(assemble.patches()),
                    weights.vector(assemble.classEmbedding()),
                    weights.vector(assemble.positions()),
                    arena,
                    offset(assemble.output()));
        } else if (op instanceof Op.EmbedTokens embed) {
            tokens.embed(
                    batch,
                    weights.table(embed.table()),
                    weights.vector(embed.positions()),
                    embed.output().columns(),
                    arena,
                    offset(embed.output()));
        } else {
            throw new IllegalStateException("the CPU executor has no kernel for " + op);
        }
    }

    private void attend(Op.Attention op) {
        attention.run(
                batch.sequences(),
                batch.starts(),
                batch.longest(),
                op.heads(),
                op.headDim(),
                op.causal(),
                op.query().rows() == Rows.SEQUENCES,
                arena,
                offset(op.query()) + op.queryColumn(),
                op.query().columns(),
                offset(op.keys()) + op.keyColumn(),
                offset(op.keys()) + op.valueColumn(),
                op.keys().columns(),
                offset(op.output()),
                op.output().columns());
    }

    private static FusedActivation fused(Optional<Activation> activation) {
        if (activation.isEmpty()) {
            return FusedActivation.NONE;
        }
        return switch (activation.get()) {
            case QUICK_GELU -> FusedActivation.QUICK_GELU;
            case GELU -> FusedActivation.GELU;
            case GELU_TANH -> FusedActivation.GELU_TANH;
        };
    }

    private int rows(Rows rows) {
        return switch (rows) {
            case SEQUENCES -> batch.sequences();
            case TOKENS -> batch.tokens();
            case PATCHES -> batch.tokens() - batch.sequences();
        };
    }

    private int offset(Value value) {
        return (int) graph.memoryPlan().offset(value); // an arena of floats has fewer than 2^31
    }

    private static void checkFits(Graph graph, SequenceBatch batch) {
        Capacity capacity = graph.capacity();
        if (batch.sequences() > capacity.sequences() || batch.tokens() > capacity.tokens()) {
            throw new IllegalArgumentException(batch.sequences() + " sequences of " + batch.tokens()
                    + " tokens do not fit the graph " + graph.name() + " of " + capacity);
        }
    }

    /** Frees the arena and the packed weights. The pool and the checkpoint belong to the caller. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            attention.close();
            linear.close();
            weights.close();
            arena.close();
        }
    }
}
