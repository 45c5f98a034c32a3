package dev.clipjet.gpu;

import dev.clipjet.graph.Value;
import dev.clipjet.kernels.gpu.Matrix;

/**
 * The addresses of a plan.
 *
 * @param weights where its weights are
 * @param layout where values lie in the arena
 * @param arena address of the values
 * @param input where in the input block what lies
 * @param inputAddress address of the input block on the device
 * @param workspace address of the workspace, 0 if the plan wants none
 */
record Binding(GpuWeights weights, DeviceLayout layout, long arena, GpuInput input, long inputAddress, long workspace) {
    /** A value of the graph. */
    Matrix matrix(Value value) {
        return layout.matrix(value, arena);
    }

    /** Address of a weight. */
    long address(DeviceWeight weight) {
        return weights.address(weight);
    }

    /** A table. */
    Matrix table(DeviceWeight weight) {
        return weights.table(weight);
    }

    /** int32 [items + 1]: first row of every sequence, and the end of the last. */
    long starts() {
        return inputAddress + input.startsAt();
    }

    /** int32 [items]: the row of every sequence that is pooled. */
    long pooled() {
        return inputAddress + input.pooledAt();
    }

    /** int32 [tokens]: token ids. */
    long ids() {
        return inputAddress + input.idsAt();
    }

    /** int32 [tokens]: position of each token in its text. */
    long positions() {
        return inputAddress + input.positionsAt();
    }

    /** The images: uint8 [items, S, S, 3] or float32 [items, 3, S, S]. */
    long pixels() {
        return inputAddress + input.pixelsAt();
    }
}
