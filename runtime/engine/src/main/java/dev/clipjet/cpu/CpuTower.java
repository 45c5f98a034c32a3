package dev.clipjet.cpu;

import dev.clipjet.engine.PreparedTower;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.Value;
import java.util.List;

/** A tower as steps over one arena of floats. */
final class CpuTower implements PreparedTower {
    /** An operation on a run's values. */
    @FunctionalInterface
    interface Step {
        /** Carries it out on what the tower's input holds. */
        void run();
    }

    private final CpuExecutor executor;
    private final Graph graph;
    private final CpuPlan plan;
    private final List<Op> observable;
    private final CpuInput input;
    private Step[] steps;

    CpuTower(CpuExecutor executor, Graph graph, CpuInput input) {
        this.executor = executor;
        this.graph = graph;
        plan = new CpuPlan(graph);
        observable = plan.steps().stream().map(CpuPlan.Step::op).toList();
        this.input = input;
    }

    void steps(List<Step> inOrder) {
        steps = inOrder.toArray(Step[]::new);
    }

    Step step(int index) {
        return steps[index];
    }

    @Override
    public Graph graph() {
        return graph;
    }

    @Override
    public List<Op> observable() {
        return observable;
    }

    @Override
    public CpuInput input() {
        return input;
    }

    @Override
    public int packed() {
        return input.tokens();
    }

    /** What is computed with what, and what lies where. */
    CpuPlan plan() {
        return plan;
    }

    /** Where a value begins in the arena. */
    int offset(Value value) {
        return (int) plan.memory().offset(value); // an arena of floats has fewer than 2^31
    }

    @Override
    public void result(int row, float[] target, int offset) {
        Value result = graph.result();
        executor.arena().floats().get(offset(result) + row * result.columns(), target, offset, result.columns());
    }
}
