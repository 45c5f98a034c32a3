package dev.clipjet.cpu;

import dev.clipjet.cpu.CpuTower.Step;
import dev.clipjet.error.InvalidInputException;
import dev.clipjet.graph.Axis;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.OpVisitor;
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

    CpuLowering(CpuKernels kernels, CpuWeights weights, CpuExecutor executor, CpuTower tower) {
        this.kernels = kernels;
        this.weights = weights;
        this.executor = executor;
        this.tower = tower;
        input = tower.input();
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
        throw missing(op);
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

    @Override
    public Step pixelConvolution(Op.PixelConvolution op) {
        throw missing(op);
    }

    @Override
    public Step convolution(Op.Convolution op) {
        throw missing(op);
    }

    @Override
    public Step averagePool(Op.AveragePool op) {
        throw missing(op);
    }

    private static void normalizedOnly(Op op, boolean bytes) {
        if (bytes) {
            throw new IllegalArgumentException(op.name() + " reads bytes; the CPU normalizes them before a run");
        }
    }

    private static InvalidInputException missing(Op op) {
        return new InvalidInputException("the CPU executor does not compute " + op.name() + " yet");
    }
}
