package dev.clipjet.cli.profile;

import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.Rows;
import java.util.HashSet;
import java.util.Set;

/**
 * What a forward pass cannot do without.
 *
 * @param bytes of the weights that are read
 * @param operations multiplications and additions of matrix products and attention
 */
record TowerWork(double bytes, double operations) {
    /**
     * The work of a graph at its capacity.
     *
     * @param longest tokens of a sequence
     * @param elementBytes bytes of a weight
     */
    static TowerWork of(Graph graph, int longest, int elementBytes) {
        double bytes = 0;
        double operations = 0;
        Set<String> read = new HashSet<>();
        for (Op op : graph.ops()) {
            double rows = graph.capacity().of(op.output().rows());
            if (op instanceof Op.Linear layer) {
                double weights =
                        (double) layer.input().columns() * layer.output().columns();
                operations += 2 * rows * weights;
                if (read.add(layer.weight() + layer.firstRow())) {
                    bytes += weights * elementBytes;
                }
            } else if (op instanceof Op.Attention attention) {
                double queries = attention.query().rows() == Rows.SEQUENCES
                        ? graph.capacity().sequences()
                        : graph.capacity().tokens();
                operations += 4
                        * queries
                        * longest
                        * attention.heads()
                        * attention.headDim()
                        * (attention.causal() && attention.query().rows() == Rows.TOKENS ? 0.5 : 1);
            }
        }
        return new TowerWork(bytes, operations);
    }
}
