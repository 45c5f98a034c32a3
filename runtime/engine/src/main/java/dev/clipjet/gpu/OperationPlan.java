package dev.clipjet.gpu;

import dev.clipjet.graph.MemoryPlan;
import dev.clipjet.graph.Op;
import java.util.List;
import java.util.function.Function;

/** One launch for each operation, or for several that a kernel does at once. */
final class OperationPlan implements Plan {
    /**
     * A launch to be.
     *
     * @param together the operations that it computes at once; the output of the last is there when it is done
     * @param weights what it reads of the checkpoint
     * @param workspaceBytes what it needs of the workspace, which all launches share, since they follow each other on one stream
     * @param launch the launch with its addresses
     */
    record Piece(List<Op> together, List<DeviceWeight> weights, long workspaceBytes, Function<Binding, Launch> launch) {
        Piece {
            together = List.copyOf(together);
            weights = List.copyOf(weights);
        }

        /** A launch for one operation, without workspace. */
        Piece(Op op, List<DeviceWeight> weights, Function<Binding, Launch> launch) {
            this(List.of(op), weights, 0, launch);
        }

        /** The operation whose output is there when the launch is done. */
        Op last() {
            return together.get(together.size() - 1);
        }
    }

    private final List<Piece> pieces;

    OperationPlan(List<Piece> pieces) {
        this.pieces = List.copyOf(pieces);
    }

    @Override
    public List<DeviceWeight> weights() {
        return pieces.stream().flatMap(piece -> piece.weights().stream()).toList();
    }

    @Override
    public long workspaceBytes() {
        return pieces.stream().mapToLong(Piece::workspaceBytes).max().orElse(0);
    }

    @Override
    public List<MemoryPlan.Access> accesses() {
        return pieces.stream()
                .map(piece -> MemoryPlan.Access.of(piece.together()))
                .toList();
    }

    @Override
    public List<Op> observable() {
        return pieces.stream().map(Piece::last).toList();
    }

    @Override
    public List<Launch> bind(Binding binding) {
        return pieces.stream().map(piece -> piece.launch().apply(binding)).toList();
    }
}
