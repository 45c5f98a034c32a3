package dev.clipjet.graph;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The cost of operations in a full run, from their shapes. */
public final class CostModel implements OpVisitor<Cost> {
    /** Bytes of a level, of a normalized pixel, of a token id. */
    private static final int LEVEL_BYTES = 1;

    private static final int FLOAT_BYTES = 4;

    private final Capacity capacity;
    private final int longest;
    private final int elementBytes;

    private CostModel(Capacity capacity, int longest, int elementBytes) {
        this.capacity = capacity;
        this.longest = longest;
        this.elementBytes = elementBytes;
    }

    /**
     * The cost of a graph at its capacity: that of all operations, each weight counted once.
     *
     * @param longest tokens of a text; of no meaning for images
     * @param elementBytes bytes of an element of weights and values
     */
    public static Cost of(Graph graph, int longest, int elementBytes) {
        CostModel model = new CostModel(graph.capacity(), longest, elementBytes);
        Set<Weight> read = new HashSet<>();
        Cost sum = Cost.NONE;
        for (Op op : graph.ops()) {
            Cost cost = op.accept(model);
            Optional<Weight.Matrix> matrix = op.accept(MatrixOf.VISITOR);
            boolean again = matrix.isPresent() && !read.add(matrix.get());
            sum = sum.plus(again ? new Cost(cost.operations(), 0, cost.activationBytes()) : cost);
        }
        return sum;
    }

    private double bytes(Value value) {
        return (double) capacity.rows(value.axis()) * value.columns() * elementBytes;
    }

    /** Values that are read or written, one that is updated in place twice. */
    private double moved(Op op) {
        double sum = bytes(op.output());
        for (Value input : op.inputs()) {
            sum += bytes(input);
        }
        return sum;
    }

    private Cost moving(Op op) {
        return new Cost(0, 0, moved(op));
    }

    private Cost product(Op op, Weight.Matrix weight, double more) {
        double rows = capacity.rows(op.output().axis());
        return new Cost(2 * rows * weight.elements(), (double) weight.elements() * elementBytes, moved(op) + more);
    }

    private double imageBytes(int side, Optional<PixelNormalization> bytes) {
        return (double) capacity.items()
                * PixelNormalization.CHANNELS
                * side
                * side
                * (bytes.isPresent() ? LEVEL_BYTES : FLOAT_BYTES);
    }

    @Override
    public Cost unfoldPatches(Op.UnfoldPatches op) {
        return new Cost(0, 0, moved(op) + imageBytes(op.imageSize(), op.bytes()));
    }

    @Override
    public Cost assembleTokens(Op.AssembleTokens op) {
        return moving(op);
    }

    @Override
    public Cost assembleMeanToken(Op.AssembleMeanToken op) {
        return moving(op);
    }

    @Override
    public Cost embedTokens(Op.EmbedTokens op) {
        return new Cost(0, 0, 2 * moved(op));
    }

    @Override
    public Cost layerNorm(Op.LayerNorm op) {
        return moving(op);
    }

    @Override
    public Cost linear(Op.Linear op) {
        return product(op, op.weight(), 0);
    }

    @Override
    public Cost attention(Op.Attention op) {
        double queries = capacity.rows(op.query().axis());
        double keys = op.keys().axis().isPacked() ? longest : op.keys().axis().perItem();
        double visible = op.causal() && !op.isPooled() ? 0.5 : 1;
        return new Cost(4 * queries * keys * op.heads() * op.headDim() * visible, 0, moved(op));
    }

    @Override
    public Cost averageTokens(Op.AverageTokens op) {
        return moving(op);
    }

    @Override
    public Cost gatherPooled(Op.GatherPooled op) {
        return new Cost(0, 0, 2 * bytes(op.output()));
    }

    @Override
    public Cost pixelConvolution(Op.PixelConvolution op) {
        return product(op, op.weight(), imageBytes(op.imageSize(), op.bytes()));
    }

    @Override
    public Cost convolution(Op.Convolution op) {
        return product(op, op.weight(), 0);
    }

    @Override
    public Cost averagePool(Op.AveragePool op) {
        return moving(op);
    }

    /** The matrix that an operation multiplies by. */
    private static final class MatrixOf extends OpDefault<Optional<Weight.Matrix>> {
        static final MatrixOf VISITOR = new MatrixOf();

        private MatrixOf() {
            super(op -> Optional.empty());
        }

        @Override
        public Optional<Weight.Matrix> linear(Op.Linear op) {
            return Optional.of(op.weight());
        }

        @Override
        public Optional<Weight.Matrix> convolution(Op.Convolution op) {
            return Optional.of(op.weight());
        }

        @Override
        public Optional<Weight.Matrix> pixelConvolution(Op.PixelConvolution op) {
            return Optional.of(op.weight());
        }
    }
}
