package dev.clipjet.gpu;

import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.kernels.gpu.KernelLibrary;
import dev.clipjet.numeric.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One launch for each operation, fewer where a kernel does two at once: the reference for other plans, and the debugger. */
final class OperationLowering implements Lowering {
    private final OperationKernels kernels;
    private final LinearChoice linear;
    private final ElementType type;

    OperationLowering(KernelLibrary library, ElementType type, LinearChoice linear) {
        kernels = new OperationKernels(library, type);
        this.linear = linear;
        this.type = type;
    }

    @Override
    public String name() {
        return "one launch per operation";
    }

    @Override
    public Optional<Plan> lower(Graph graph) {
        OperationPlanner planner = new OperationPlanner(kernels, linear, type, graph);
        List<OperationPlan.Piece> pieces = new ArrayList<>();
        List<Op> ops = graph.ops();
        for (int i = 0; i < ops.size(); i++) {
            Optional<OperationPlan.Piece> fused =
                    i + 1 < ops.size() ? planner.fused(ops.get(i), ops.get(i + 1)) : Optional.empty();
            pieces.add(fused.isPresent() ? fused.get() : ops.get(i).accept(planner));
            i += fused.isPresent() ? 1 : 0;
        }
        return Optional.of(new OperationPlan(pieces));
    }
}
