package dev.clipjet.gpu;

import dev.clipjet.gpu.OperationPlan.Piece;
import dev.clipjet.graph.Axis;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.GraphInput;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.OpVisitor;
import dev.clipjet.graph.PixelNormalization;
import dev.clipjet.graph.Value;
import dev.clipjet.graph.Weight;
import dev.clipjet.graph.Window;
import dev.clipjet.kernels.gpu.AttentionShape;
import dev.clipjet.kernels.gpu.ConvolutionEnd;
import dev.clipjet.kernels.gpu.ConvolutionPlan;
import dev.clipjet.kernels.gpu.ConvolutionShape;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.kernels.gpu.PixelConvolutionKernel;
import dev.clipjet.kernels.gpu.PixelConvolutionShape;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.upload.RowMajor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gives each operation of a graph its launch: the kernel, the weights as it reads them, and its shape. */
final class OperationPlanner implements OpVisitor<Piece> {
    private final OperationKernels kernels;
    private final LinearChoice linear;
    private final ElementType type;
    private final Graph graph;
    private final PooledConvolutions pooled;

    OperationPlanner(OperationKernels kernels, LinearChoice linear, ElementType type, Graph graph) {
        this.kernels = kernels;
        this.linear = linear;
        this.type = type;
        this.graph = graph;
        pooled = new PooledConvolutions(graph);
    }

    /** Two operations as one launch, where there is a kernel for both. */
    Optional<Piece> fused(Op first, Op second) {
        if (first instanceof Op.AssembleTokens assemble
                && second instanceof Op.LayerNorm norm
                && norm.input().equals(assemble.output())
                && norm.output().equals(assemble.output())) {
            return Optional.of(assembleNormed(assemble, norm));
        }
        return pooled.of(first).map(both -> convolved(both.convolution(), Optional.of(both.pool())));
    }

    private Piece assembleNormed(Op.AssembleTokens op, Op.LayerNorm norm) {
        Optional<DeviceWeight> classToken = op.classToken().map(this::table);
        DeviceWeight positions = table(op.positions());
        DeviceWeight gamma = DeviceWeight.vector(norm.weight());
        DeviceWeight beta = DeviceWeight.vector(norm.bias());
        List<DeviceWeight> weights = new ArrayList<>(List.of(positions, gamma, beta));
        classToken.ifPresent(weights::add);
        return new Piece(List.of(op, norm), weights, 0, binding -> {
            Matrix patches = binding.matrix(op.patches());
            long token = classToken.map(binding::address).orElse(0L);
            Matrix table = binding.table(positions);
            long weight = binding.address(gamma);
            long bias = binding.address(beta);
            Matrix out = binding.matrix(norm.output());
            return stream ->
                    kernels.imageTokens().recordNorming(stream, patches, token, table, weight, bias, norm.eps(), out);
        });
    }

    private static int[] centers(PixelNormalization normalization) {
        return new int[] {normalization.center(0), normalization.center(1), normalization.center(2)};
    }

    private DeviceWeight table(Weight weight) {
        return DeviceWeight.table(weight, type);
    }

    @Override
    public Piece unfoldPatches(Op.UnfoldPatches op) {
        return new Piece(op, List.of(), binding -> {
            long pixels = binding.pixels();
            Matrix out = binding.matrix(op.output());
            if (op.bytes().isEmpty()) {
                return stream -> kernels.unfold().recordFloats(stream, pixels, op.imageSize(), op.patchSize(), out);
            }
            int[] centers = centers(op.bytes().get());
            return stream -> kernels.unfold().recordBytes(stream, pixels, op.imageSize(), op.patchSize(), centers, out);
        });
    }

    @Override
    public Piece assembleTokens(Op.AssembleTokens op) {
        Optional<DeviceWeight> classToken = op.classToken().map(this::table);
        DeviceWeight positions = table(op.positions());
        List<DeviceWeight> weights = new ArrayList<>(List.of(positions));
        classToken.ifPresent(weights::add);
        return new Piece(op, weights, binding -> {
            Matrix patches = binding.matrix(op.patches());
            long token = classToken.map(binding::address).orElse(0L);
            Matrix table = binding.table(positions);
            Matrix out = binding.matrix(op.output());
            return stream -> kernels.imageTokens().record(stream, patches, token, table, out);
        });
    }

    @Override
    public Piece assembleMeanToken(Op.AssembleMeanToken op) {
        DeviceWeight positions = table(op.positions());
        return new Piece(op, List.of(positions), binding -> {
            Matrix in = binding.matrix(op.input());
            Matrix table = binding.table(positions);
            Matrix out = binding.matrix(op.output());
            return stream -> kernels.meanTokens().record(stream, in, table, out);
        });
    }

    @Override
    public Piece embedTokens(Op.EmbedTokens op) {
        DeviceWeight table = table(op.table());
        DeviceWeight positions = table(op.positions());
        return new Piece(op, List.of(table, positions), binding -> {
            long ids = binding.ids();
            long positionIds = binding.positions();
            Matrix rows = binding.table(table);
            Matrix positionRows = binding.table(positions);
            Matrix out = binding.matrix(op.output());
            return stream -> kernels.embedTokens().record(stream, ids, positionIds, rows, positionRows, out);
        });
    }

    @Override
    public Piece layerNorm(Op.LayerNorm op) {
        DeviceWeight gamma = DeviceWeight.vector(op.weight());
        DeviceWeight beta = DeviceWeight.vector(op.bias());
        return new Piece(op, List.of(gamma, beta), binding -> {
            Matrix in = binding.matrix(op.input());
            long weight = binding.address(gamma);
            long bias = binding.address(beta);
            Matrix out = binding.matrix(op.output());
            return stream -> kernels.layerNorm().record(stream, in, weight, bias, op.eps(), out);
        });
    }

    @Override
    public Piece linear(Op.Linear op) {
        return product(op, op.input(), op.weight(), op.bias(), op.activation(), op.residual());
    }

    /** A product of the rows of a value with a weight, the operation's output. */
    private Piece product(
            Op op,
            Value input,
            Weight.Matrix factor,
            Optional<Weight.Vector> offset,
            Activation activation,
            boolean residual) {
        int n = factor.rows();
        int k = factor.columns();
        LinearShape shape = new LinearShape(graph.capacity().rows(op.output().axis()), n, k, activation, residual);
        LinearMethod method = linear.method(shape);
        LinearMethod.Prepared prepared = method.prepare(shape);
        DeviceWeight matrix = new DeviceWeight(factor, type, method.layout(n, k));
        Optional<DeviceWeight> bias = offset.map(DeviceWeight::vector);
        return new Piece(List.of(op), weights(matrix, bias), prepared.workspaceBytes(), binding -> {
            Matrix in = binding.matrix(input);
            Matrix out = binding.matrix(op.output());
            long weight = binding.address(matrix);
            long added = bias.map(binding::address).orElse(0L);
            long workspace = binding.workspace();
            return stream -> prepared.record(stream, in, weight, added, out, workspace);
        });
    }

    private static List<DeviceWeight> weights(DeviceWeight matrix, Optional<DeviceWeight> bias) {
        return bias.map(present -> List.of(matrix, present)).orElse(List.of(matrix));
    }

    @Override
    public Piece attention(Op.Attention op) {
        int width = op.heads() * op.headDim();
        // The pooled token of a causal tower is the last of its sequence and sees all of it.
        AttentionShape shape = new AttentionShape(
                graph.capacity().items(),
                longest(op.keys()),
                op.heads(),
                op.headDim(),
                op.causal() && !op.isPooled(),
                op.isPooled());
        return new Piece(op, List.of(), binding -> {
            Matrix query = binding.matrix(op.query()).columnRange(op.queryColumn(), width, type);
            Matrix key = binding.matrix(op.keys()).columnRange(op.keyColumn(), width, type);
            Matrix value = binding.matrix(op.keys()).columnRange(op.valueColumn(), width, type);
            Matrix out = binding.matrix(op.output());
            long starts = binding.starts();
            return stream -> kernels.attention().record(stream, shape, query, key, value, starts, out);
        });
    }

    /** Rows of the longest sequence that a run may have. */
    private int longest(Value keys) {
        Axis axis = keys.axis();
        if (!axis.isPacked()) {
            return axis.perItem();
        }
        int tokens = graph.capacity().packed();
        return graph.input() instanceof GraphInput.Texts texts ? Math.min(texts.contextLength(), tokens) : tokens;
    }

    @Override
    public Piece averageTokens(Op.AverageTokens op) {
        return new Piece(op, List.of(), binding -> {
            Matrix in = binding.matrix(op.input());
            Matrix out = binding.matrix(op.output());
            return stream -> kernels.average().record(stream, in, op.first(), out);
        });
    }

    @Override
    public Piece gatherPooled(Op.GatherPooled op) {
        return new Piece(op, List.of(), binding -> {
            Matrix in = binding.matrix(op.input());
            Matrix out = binding.matrix(op.output());
            long rows = binding.pooled();
            return stream -> kernels.gather().record(stream, in, rows, out);
        });
    }

    @Override
    public Piece pixelConvolution(Op.PixelConvolution op) {
        Window window = op.window();
        if (window.height() != window.width()) {
            throw new IllegalArgumentException(op.name() + " has windows of " + window.height() + " x " + window.width()
                    + "; the kernels convolve pixels with square ones");
        }
        PixelConvolutionShape shape = new PixelConvolutionShape(
                graph.capacity().items(),
                op.imageSize(),
                op.output().columns(),
                window.height(),
                window.stride(),
                window.padding());
        DeviceWeight matrix = new DeviceWeight(op.weight(), ColumnArrangement.of(shape), type, RowMajor.PLAIN);
        Optional<DeviceWeight> bias = op.bias().map(DeviceWeight::vector);
        return new Piece(op, weights(matrix, bias), binding -> {
            long pixels = binding.pixels();
            long weight = binding.address(matrix);
            long added = bias.map(binding::address).orElse(0L);
            Matrix out = binding.matrix(op.output());
            PixelConvolutionKernel kernel = kernels.pixelConvolution();
            if (op.bytes().isEmpty()) {
                return stream -> kernel.recordFloats(stream, shape, pixels, weight, added, op.activation(), out);
            }
            PixelNormalization normalization = op.bytes().get();
            int[] centers = centers(normalization);
            float[] outside = {
                (float) normalization.outside(0), (float) normalization.outside(1), (float) normalization.outside(2)
            };
            return stream ->
                    kernel.recordBytes(stream, shape, pixels, centers, outside, weight, added, op.activation(), out);
        });
    }

    @Override
    public Piece convolution(Op.Convolution op) {
        boolean scaled = op.weight().rowScale().isPresent();
        if (op.window().equals(Window.POINT) && op.residual().isEmpty() && !scaled) {
            return product(op, op.input(), op.weight(), op.bias(), op.activation(), false);
        }
        return convolved(op, Optional.empty());
    }

    /**
     * A convolution, with the pool behind it if there is one. The factors of its filters stay out of the weight, which is then as exact as it
     * was stored.
     */
    private Piece convolved(Op.Convolution op, Optional<Op.AveragePool> pool) {
        Axis.FeatureMap map = op.input().map();
        Window window = op.window();
        ConvolutionShape shape = new ConvolutionShape(
                graph.capacity().items(),
                map.height(),
                map.width(),
                op.input().columns(),
                op.output().columns(),
                window.height(),
                window.width(),
                window.stride(),
                window.padding());
        Optional<DeviceWeight> scale = op.weight().rowScale().map(DeviceWeight::vector);
        ConvolutionEnd end = new ConvolutionEnd(
                op.activation(), scale.isPresent(), op.residual().isPresent(), pool.isPresent());
        ConvolutionPlan plan = kernels.convolution().plan(shape, end);
        DeviceWeight matrix = new DeviceWeight(
                op.weight().withoutRowScale(),
                ColumnArrangement.of(shape, type),
                type,
                WeightForm.packed(kernels.convolution().layout(shape), type));
        Optional<DeviceWeight> bias = op.bias().map(DeviceWeight::vector);
        List<Op> together = pool.<List<Op>>map(present -> List.of(op, present)).orElse(List.of(op));
        Value output = together.get(together.size() - 1).output();
        List<DeviceWeight> weights = new ArrayList<>(weights(matrix, bias));
        scale.ifPresent(weights::add);
        return new Piece(together, weights, plan.workspaceBytes(), binding -> {
            Matrix in = binding.matrix(op.input());
            Matrix out = binding.matrix(output);
            Matrix residual = op.residual().map(binding::matrix).orElse(null);
            long weight = binding.address(matrix);
            long factors = scale.map(binding::address).orElse(0L);
            long added = bias.map(binding::address).orElse(0L);
            long workspace = binding.workspace();
            return stream ->
                    kernels.convolution().record(stream, plan, in, weight, factors, added, residual, out, workspace);
        });
    }

    @Override
    public Piece averagePool(Op.AveragePool op) {
        Axis.FeatureMap map = op.input().map();
        return new Piece(op, List.of(), binding -> {
            Matrix in = binding.matrix(op.input());
            Matrix out = binding.matrix(op.output());
            return stream -> kernels.averagePool().record(stream, in, map.height(), map.width(), op.size(), out);
        });
    }
}
