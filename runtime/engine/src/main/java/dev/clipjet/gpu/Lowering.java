package dev.clipjet.gpu;

import dev.clipjet.gpu.LaunchPlan.Launch;
import dev.clipjet.gpu.LaunchPlan.Step;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.Rows;
import dev.clipjet.graph.Value;
import dev.clipjet.kernels.gpu.AttentionKernel;
import dev.clipjet.kernels.gpu.AttentionShape;
import dev.clipjet.kernels.gpu.AveragePatchesKernel;
import dev.clipjet.kernels.gpu.EmbedTokensKernel;
import dev.clipjet.kernels.gpu.GatherKernel;
import dev.clipjet.kernels.gpu.ImageTokensKernel;
import dev.clipjet.kernels.gpu.KernelLibrary;
import dev.clipjet.kernels.gpu.LayerNormKernel;
import dev.clipjet.kernels.gpu.Matrix;
import dev.clipjet.kernels.gpu.UnfoldKernel;
import dev.clipjet.numeric.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/** Turns graphs into launches: one for each operation, fewer where a kernel does two at once. */
final class Lowering {
    /** Tokens of an image before its patches. */
    private static final int CLASS_TOKENS = 1;

    private final ElementType type;
    private final GpuWeights weights;
    private final LinearChoice linear;
    private final LayerNormKernel layerNorm;
    private final AttentionKernel attention;
    private final UnfoldKernel unfold;
    private final ImageTokensKernel imageTokens;
    private final EmbedTokensKernel embedTokens;
    private final GatherKernel gather;
    private final AveragePatchesKernel average;

    Lowering(KernelLibrary library, ElementType type, LinearChoice linear, GpuWeights weights) {
        this.type = type;
        this.weights = weights;
        this.linear = linear;
        layerNorm = new LayerNormKernel(library, type);
        attention = new AttentionKernel(library, type);
        unfold = new UnfoldKernel(library, type);
        imageTokens = new ImageTokensKernel(library, type);
        embedTokens = new EmbedTokensKernel(library, type);
        gather = new GatherKernel(library, type);
        average = new AveragePatchesKernel(library, type);
    }

    /**
     * A graph as launches. Its weights are on the device.
     *
     * @param arena address of the values
     * @param input where in the input block what lies
     * @param inputAddress address of the input block
     * @param longest tokens of the longest sequence that a run may have
     * @param zeroed gives memory of so many bytes, all zero, for as long as the launches are used
     */
    LaunchPlan lower(
            Graph graph,
            Tower tower,
            DeviceLayout layout,
            long arena,
            TowerInput input,
            long inputAddress,
            int longest,
            LongUnaryOperator zeroed) {
        return new Lowered(graph, tower, layout, arena, input, inputAddress, longest).plan(zeroed);
    }

    /** One graph on its way. */
    private final class Lowered {
        private final Graph graph;
        private final Tower tower;
        private final DeviceLayout layout;
        private final long arena;
        private final TowerInput input;
        private final long inputAddress;
        private final int longest;
        private final Map<Op.Linear, Product> products = new HashMap<>();
        private long workspace;

        Lowered(
                Graph graph,
                Tower tower,
                DeviceLayout layout,
                long arena,
                TowerInput input,
                long inputAddress,
                int longest) {
            this.graph = graph;
            this.tower = tower;
            this.layout = layout;
            this.arena = arena;
            this.input = input;
            this.inputAddress = inputAddress;
            this.longest = longest;
        }

        LaunchPlan plan(LongUnaryOperator zeroed) {
            long most = 0;
            for (Op op : graph.ops()) {
                if (op instanceof Op.Linear layer) {
                    Product product = product(layer);
                    products.put(layer, product);
                    most = Math.max(most, product.prepared().workspaceBytes());
                }
            }
            // Launches follow each other on one stream, so one workspace serves all.
            workspace = most == 0 ? 0 : zeroed.applyAsLong(most);
            List<Step> steps = new ArrayList<>();
            List<Op> ops = graph.ops();
            for (int i = 0; i < ops.size(); i++) {
                Optional<Step> fused = i + 1 < ops.size() ? fused(ops.get(i), ops.get(i + 1)) : Optional.empty();
                steps.add(fused.orElse(new Step(ops.get(i), launch(ops.get(i)))));
                i += fused.isPresent() ? 1 : 0;
            }
            return new LaunchPlan(inputAddress, steps);
        }

        private Product product(Op.Linear layer) {
            LinearShape shape = weights.shape(layer, layout);
            LinearMethod method = linear.method(shape);
            return new Product(method, method.prepare(shape));
        }

        /** Two operations as one launch. */
        private Optional<Step> fused(Op first, Op second) {
            if (first instanceof Op.AssembleImageTokens assemble
                    && second instanceof Op.LayerNorm norm
                    && norm.input().equals(assemble.output())
                    && norm.output().equals(assemble.output())) {
                Matrix patches = matrix(assemble.patches());
                Matrix classToken = weights.tableMatrix(assemble.classEmbedding());
                Matrix positions = weights.tableMatrix(assemble.positions());
                long gamma = weights.vectorAddress(norm.weight());
                long beta = weights.vectorAddress(norm.bias());
                Matrix out = matrix(norm.output());
                return Optional.of(new Step(
                        norm,
                        stream -> imageTokens.recordNorming(
                                stream, patches, classToken.address(), positions, gamma, beta, norm.eps(), out)));
            }
            return Optional.empty();
        }

        private Launch launch(Op op) {
            if (op instanceof Op.Linear layer) {
                return linear(layer);
            }
            if (op instanceof Op.LayerNorm norm) {
                Matrix in = matrix(norm.input());
                Matrix out = matrix(norm.output());
                long gamma = weights.vectorAddress(norm.weight());
                long beta = weights.vectorAddress(norm.bias());
                return stream -> layerNorm.record(stream, in, gamma, beta, norm.eps(), out);
            }
            if (op instanceof Op.Attention attentionOp) {
                return attention(attentionOp);
            }
            if (op instanceof Op.GatherPooled gatherOp) {
                Matrix in = matrix(gatherOp.input());
                Matrix out = matrix(gatherOp.output());
                long rows = inputAddress + input.pooledAt();
                return stream -> gather.record(stream, in, rows, out);
            }
            if (op instanceof Op.AveragePatches averageOp) {
                Matrix in = matrix(averageOp.input());
                Matrix out = matrix(averageOp.output());
                return stream -> average.record(stream, in, CLASS_TOKENS, out);
            }
            if (op instanceof Op.UnfoldPatches unfoldOp) {
                return unfold(unfoldOp);
            }
            if (op instanceof Op.AssembleImageTokens assemble) {
                Matrix patches = matrix(assemble.patches());
                Matrix classToken = weights.tableMatrix(assemble.classEmbedding());
                Matrix positions = weights.tableMatrix(assemble.positions());
                Matrix out = matrix(assemble.output());
                return stream -> imageTokens.record(stream, patches, classToken.address(), positions, out);
            }
            if (op instanceof Op.EmbedTokens embed) {
                long ids = inputAddress + input.idsAt();
                long positionIds = inputAddress + input.positionsAt();
                Matrix table = weights.tableMatrix(embed.table());
                Matrix positions = weights.tableMatrix(embed.positions());
                Matrix out = matrix(embed.output());
                return stream -> embedTokens.record(stream, ids, positionIds, table, positions, out);
            }
            throw new IllegalStateException("there is no kernel for " + op);
        }

        private Launch linear(Op.Linear layer) {
            Product product = products.get(layer);
            Matrix in = matrix(layer.input());
            Matrix out = matrix(layer.output());
            long weight = weights.matrixAddress(layer, tower, product.method());
            long bias = weights.biasAddress(layer, tower);
            return stream -> product.prepared().record(stream, in, weight, bias, out, workspace);
        }

        private Launch attention(Op.Attention op) {
            int width = op.heads() * op.headDim();
            // The pooled token of a causal tower is the last of its sequence and sees all of it.
            boolean pooled = op.query().rows() == Rows.SEQUENCES;
            AttentionShape shape = new AttentionShape(
                    graph.capacity().sequences(), longest, op.heads(), op.headDim(), op.causal() && !pooled, pooled);
            Matrix query = matrix(op.query()).columnRange(op.queryColumn(), width, type);
            Matrix key = matrix(op.keys()).columnRange(op.keyColumn(), width, type);
            Matrix value = matrix(op.keys()).columnRange(op.valueColumn(), width, type);
            Matrix out = matrix(op.output());
            long starts = inputAddress + input.startsAt();
            return stream -> attention.record(stream, shape, query, key, value, starts, out);
        }

        private Launch unfold(Op.UnfoldPatches op) {
            long pixels = inputAddress + input.pixelsAt();
            Matrix out = matrix(op.output());
            if (tower == Tower.IMAGE_FLOATS) {
                return stream -> unfold.recordFloats(stream, pixels, op.imageSize(), op.patchSize(), out);
            }
            PixelScale scale = weights.pixelScale();
            int[] centers = {scale.center(0), scale.center(1), scale.center(2)};
            return stream -> unfold.recordBytes(stream, pixels, op.imageSize(), op.patchSize(), centers, out);
        }

        private Matrix matrix(Value value) {
            return layout.matrix(value, arena);
        }
    }

    /** How a layer is computed. */
    private record Product(LinearMethod method, LinearMethod.Prepared prepared) {}
}
