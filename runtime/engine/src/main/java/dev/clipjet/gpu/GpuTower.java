package dev.clipjet.gpu;

import dev.clipjet.device.GpuGraph;
import dev.clipjet.device.GpuStream;
import dev.clipjet.engine.PreparedTower;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.Value;
import dev.clipjet.kernels.gpu.Matrix;
import java.util.List;

/** A tower for runs up to a capacity: its plan and launches, its captured graph, and where input and result lie. */
public final class GpuTower implements PreparedTower, AutoCloseable {
    private final Graph graph;
    private final Plan plan;
    private final List<Plan.Launch> launches;
    private final Binding binding;
    private final StoredValues result;
    private final int columns;
    private final int stride;
    private final GpuGraph captured;
    private final Closer owned;

    /**
     * A tower that is ready.
     *
     * @param binding of the plan
     * @param output where the result goes, in pinned memory
     * @param captured copies the input, launches, copies the result
     * @param owned what to close with this, the captured graph included
     */
    GpuTower(
            Graph graph,
            Plan plan,
            List<Plan.Launch> launches,
            Binding binding,
            StoredValues output,
            GpuGraph captured,
            Closer owned) {
        this.graph = graph;
        this.plan = plan;
        this.launches = launches;
        this.binding = binding;
        this.captured = captured;
        this.owned = owned;
        result = output;
        columns = graph.result().columns();
        stride = matrix(graph.result()).stride();
    }

    @Override
    public Graph graph() {
        return graph;
    }

    @Override
    public List<Op> observable() {
        return plan.observable();
    }

    /** What it was made by. */
    Plan plan() {
        return plan;
    }

    /** Copies the input to where the launches expect it. */
    void copyInput(GpuStream stream) {
        stream.copyToDevice(binding.inputAddress(), input().block());
    }

    /** Enqueues the launch after which the observable operation of an index is done. */
    void launch(int index, GpuStream stream) {
        launches.get(index).record(stream);
    }

    @Override
    public GpuInput input() {
        return binding.input();
    }

    /** What a run launches. */
    GpuGraph captured() {
        return captured;
    }

    /** A value on the device, all rows of the capacity. */
    Matrix matrix(Value value) {
        return binding.matrix(value);
    }

    @Override
    public int packed() {
        return input().filledTokens();
    }

    @Override
    public void result(int row, float[] target, int offset) {
        result.read(row * stride, target, offset, columns);
    }

    @Override
    public void close() {
        owned.close();
    }
}
