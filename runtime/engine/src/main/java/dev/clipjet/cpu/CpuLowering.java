package dev.clipjet.cpu;

import dev.clipjet.cpu.CpuTower.Step;
import dev.clipjet.graph.Axis;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.OpDefault;
import dev.clipjet.graph.OpVisitor;
import dev.clipjet.graph.PixelNormalization;
import dev.clipjet.graph.Value;
import dev.clipjet.graph.Window;
import dev.clipjet.kernels.cpu.ConvolutionShape;
import dev.clipjet.kernels.cpu.FloatMemory;
import dev.clipjet.kernels.cpu.WeightMatrix;
import java.nio.FloatBuffer;

/** Turns each operation of a graph into a step: the kernel, its weights and where its values lie. */
final class CpuLowering implements OpVisitor<Step> {
    private final CpuKernels kernels;
    private final CpuWeights weights;
    private final CpuExecutor executor;
    private final CpuTower tower;
    private final CpuInput input;
    private Op with;

    CpuLowering(CpuKernels kernels, CpuWeights weights, CpuExecutor executor, CpuTower tower) {
        this.kernels = kernels;
        this.weights = weights;
        this.executor = executor;
        this.tower = tower;
        input = tower.input();
    }

    /** The kernel of an operation, and of the one that is computed with it. */
    Step lower(CpuPlan.Step step) {
        with = step.with().orElse(null);
        return step.op().accept(this);
    }

    @Override
    public Step unfoldPatches(Op.UnfoldPatches op) {
        normalizedOnly(op, op.bytes().isPresent());
        int out = tower.offset(op.output());
        return () -> kernels.tokens()
                .unfold(input.filled(), input.pixels(), op.imageSize(), op.patchSize(), executor.arena(), out);
    }

    @Override
    public Step assembleTokens(Op.AssembleTokens op) {
        float[] classToken = op.classToken().map(weights::vector).orElse(null);
        float[] positions = weights.dense(op.positions());
        int columns = op.output().columns();
        int patches = tower.offset(op.patches());
        int out = tower.offset(op.output());
        return () -> kernels.tokens()
                .assemble(input.filled(), columns, executor.arena(), patches, classToken, positions, out);
    }

    @Override
    public Step assembleMeanToken(Op.AssembleMeanToken op) {
        float[] positions = weights.dense(op.positions());
        int columns = op.output().columns();
        int in = tower.offset(op.input());
        int out = tower.offset(op.output());
        return () -> kernels.tokens().assembleMean(input.filled(), columns, executor.arena(), in, positions, out);
    }

    @Override
    public Step embedTokens(Op.EmbedTokens op) {
        FloatMemory table = weights.table(op.table());
        float[] positions = weights.dense(op.positions());
        int columns = op.output().columns();
        int out = tower.offset(op.output());
        return () -> kernels.tokens().embed(input, table, positions, columns, executor.arena(), out);
    }

    @Override
    public Step layerNorm(Op.LayerNorm op) {
        float[] weight = weights.vector(op.weight());
        float[] bias = weights.vector(op.bias());
        Axis axis = op.input().axis();
        int columns = op.input().columns();
        int in = tower.offset(op.input());
        int out = tower.offset(op.output());
        return () -> kernels.layerNorm()
                .run(input.rows(axis), columns, executor.arena(), in, weight, bias, op.eps(), executor.arena(), out);
    }

    @Override
    public Step linear(Op.Linear op) {
        WeightMatrix weight = weights.matrix(op.weight());
        float[] bias = op.bias().map(weights::vector).orElse(null);
        Axis axis = op.input().axis();
        int in = tower.offset(op.input());
        int out = tower.offset(op.output());
        return () -> kernels.linear()
                .run(
                        input.rows(axis),
                        executor.arena(),
                        in,
                        weight,
                        0,
                        weight.rows(),
                        bias,
                        op.activation(),
                        op.residual(),
                        executor.arena(),
                        out);
    }

    @Override
    public Step attention(Op.Attention op) {
        if (with != null) {
            return with.accept(new OpDefault<Step>(this::unexpected) {
                @Override
                public Step linear(Op.Linear keysAndValues) {
                    return pooledAttention(op, keysAndValues);
                }
            });
        }
        int query = tower.offset(op.query()) + op.queryColumn();
        int key = tower.offset(op.keys()) + op.keyColumn();
        int value = tower.offset(op.keys()) + op.valueColumn();
        int out = tower.offset(op.output());
        return () -> kernels.attention()
                .run(
                        input.filled(),
                        input.starts(),
                        input.longest(),
                        op.heads(),
                        op.headDim(),
                        op.causal(),
                        op.isPooled(),
                        executor.arena(),
                        query,
                        op.query().columns(),
                        key,
                        value,
                        op.keys().columns(),
                        out,
                        op.output().columns());
    }

    @Override
    public Step averageTokens(Op.AverageTokens op) {
        int perItem = op.input().axis().perItem();
        int columns = op.input().columns();
        int in = tower.offset(op.input());
        int out = tower.offset(op.output());
        return () -> kernels.tokens().average(input.filled(), perItem, op.first(), columns, executor.arena(), in, out);
    }

    @Override
    public Step gatherPooled(Op.GatherPooled op) {
        int columns = op.input().columns();
        int in = tower.offset(op.input());
        int out = tower.offset(op.output());
        return () -> {
            FloatBuffer floats = executor.arena().floats();
            for (int i = 0; i < input.filled(); i++) {
                floats.put(out + i * columns, floats, in + input.pooledRows()[i] * columns, columns);
            }
        };
    }

    private Step pooledAttention(Op.Attention op, Op.Linear keysAndValues) {
        WeightMatrix weight = weights.matrix(keysAndValues.weight());
        float[] bias = keysAndValues.bias().map(weights::vector).orElse(null);
        int query = tower.offset(op.query()) + op.queryColumn();
        int in = tower.offset(keysAndValues.input());
        int out = tower.offset(op.output());
        return () -> kernels.pooledAttention()
                .run(
                        input.filled(),
                        input.starts(),
                        input.longest(),
                        op.heads(),
                        op.headDim(),
                        executor.arena(),
                        query,
                        op.query().columns(),
                        in,
                        weight,
                        op.keyColumn(),
                        op.valueColumn(),
                        bias,
                        out,
                        op.output().columns());
    }

    @Override
    public Step pixelConvolution(Op.PixelConvolution op) {
        return pixelConvolution(op, 1, op.output());
    }

    private Step pixelConvolution(Op.PixelConvolution op, int pool, Value output) {
        normalizedOnly(op, op.bytes().isPresent());
        ConvolutionShape shape = shape(
                op.imageSize(),
                op.imageSize(),
                PixelNormalization.CHANNELS,
                op.output().columns(),
                op.window());
        WeightMatrix weight = weights.matrix(op.weight());
        float[] bias = op.bias().map(weights::vector).orElse(null);
        int out = tower.offset(output);
        return () -> kernels.convolution()
                .runOnPlanes(
                        input.filled(),
                        shape,
                        input.pixels(),
                        weight,
                        bias,
                        op.activation(),
                        pool,
                        executor.arena(),
                        out);
    }

    @Override
    public Step convolution(Op.Convolution op) {
        return convolution(op, 1, op.output());
    }

    private Step convolution(Op.Convolution op, int pool, Value output) {
        Axis.FeatureMap map = op.input().map();
        ConvolutionShape shape = shape(
                map.height(), map.width(), op.input().columns(), op.output().columns(), op.window());
        WeightMatrix weight = weights.matrix(op.weight());
        float[] bias = op.bias().map(weights::vector).orElse(null);
        int in = tower.offset(op.input());
        int out = tower.offset(output);
        boolean adds = op.residual().isPresent();
        int residual = op.residual().map(tower::offset).orElse(0);
        return () -> kernels.convolution()
                .run(
                        input.filled(),
                        shape,
                        executor.arena(),
                        in,
                        weight,
                        bias,
                        op.activation(),
                        adds ? executor.arena() : null,
                        residual,
                        pool,
                        executor.arena(),
                        out);
    }

    private static ConvolutionShape shape(int height, int width, int inChannels, int outChannels, Window window) {
        return new ConvolutionShape(
                height,
                width,
                inChannels,
                outChannels,
                window.height(),
                window.width(),
                window.stride(),
                window.padding(),
                false);
    }

    @Override
    public Step averagePool(Op.AveragePool op) {
        if (with != null) {
            return with.accept(new OpDefault<Step>(this::unexpected) {
                @Override
                public Step pixelConvolution(Op.PixelConvolution convolution) {
                    return CpuLowering.this.pixelConvolution(convolution, op.size(), op.output());
                }

                @Override
                public Step convolution(Op.Convolution convolution) {
                    return CpuLowering.this.convolution(convolution, op.size(), op.output());
                }
            });
        }
        Axis.FeatureMap map = op.input().map();
        int columns = op.input().columns();
        int in = tower.offset(op.input());
        int out = tower.offset(op.output());
        return () -> kernels.averagePool()
                .run(
                        input.filled(),
                        map.height(),
                        map.width(),
                        columns,
                        op.size(),
                        executor.arena(),
                        in,
                        executor.arena(),
                        out);
    }

    private Step unexpected(Op op) {
        throw new IllegalStateException("nothing computes " + op.name() + " with a later operation");
    }

    private static void normalizedOnly(Op op, boolean bytes) {
        if (bytes) {
            throw new IllegalArgumentException(op.name() + " reads bytes; the CPU normalizes them before a run");
        }
    }
}
