package dev.clipjet.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.device.faults.FaultPlan;
import dev.clipjet.device.faults.FaultyDevice;
import dev.clipjet.engine.SyntheticTensors;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.MemoryPlan;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.graph.Weight;
import dev.clipjet.model.TextPooling;
import dev.clipjet.model.TextTransformer;
import dev.clipjet.model.TransformerSpec;
import dev.clipjet.numeric.Activation;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.ptx.emulator.EmulatedDevice;
import dev.clipjet.ptx.exec.ExecutionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** More than one way to lower a tower: which is taken, how often that is measured, and what remains of the others. */
class LoweringChoiceTest {
    private static final ElementType TYPE = ElementType.F32;

    /** A lowering that changes the plans of another. */
    private record Changed(String name, Lowering base, UnaryOperator<Plan> change) implements Lowering {
        @Override
        public Optional<Plan> lower(Graph graph) {
            return base.lower(graph).map(change);
        }
    }

    /** A plan like another, with what a test changes. */
    private static class Like implements Plan {
        private final Plan base;

        Like(Plan base) {
            this.base = base;
        }

        @Override
        public List<DeviceWeight> weights() {
            return base.weights();
        }

        @Override
        public long workspaceBytes() {
            return base.workspaceBytes();
        }

        @Override
        public List<MemoryPlan.Access> accesses() {
            return base.accesses();
        }

        @Override
        public List<Op> observable() {
            return base.observable();
        }

        @Override
        public List<Launch> bind(Binding binding) {
            return base.bind(binding);
        }
    }

    /** Looks the tokens up many times, and wants a weight in a layout that nobody else has. */
    private static final class Slow extends Like {
        private final int[] bound;

        Slow(Plan base, int[] bound) {
            super(base);
            this.bound = bound;
        }

        @Override
        public List<DeviceWeight> weights() {
            List<DeviceWeight> weights = new ArrayList<>(super.weights());
            Weight matrix = weights.stream()
                    .map(DeviceWeight::expression)
                    .filter(weight -> weight instanceof Weight.Matrix)
                    .reduce((first, last) -> last)
                    .orElseThrow();
            weights.add(new DeviceWeight(matrix, ElementType.BF16, WeightForm.table(ElementType.BF16)));
            return weights;
        }

        @Override
        public List<Launch> bind(Binding binding) {
            bound[0]++;
            List<Launch> launches = new ArrayList<>(super.bind(binding));
            Launch first = launches.get(0);
            launches.set(0, stream -> {
                for (int i = 0; i < 300; i++) {
                    first.record(stream);
                }
            });
            return launches;
        }
    }

    /** All launches as one that nothing can be observed in. */
    private static final class Whole extends Like {
        Whole(Plan base) {
            super(base);
        }

        @Override
        public List<Op> observable() {
            List<Op> all = super.observable();
            return all.subList(all.size() - 1, all.size());
        }

        @Override
        public List<Launch> bind(Binding binding) {
            List<Launch> launches = super.bind(binding);
            return List.of(stream -> launches.forEach(launch -> launch.record(stream)));
        }
    }

    /** A tower of its own for each test, since the process remembers what it measured. */
    private static TowerGraph tower(int layers) {
        TransformerSpec blocks = new TransformerSpec(32, layers, 1, 40, Activation.GELU, 1e-5);
        return TowerGraph.text(new TextTransformer(30, 8, blocks, TextPooling.HIGHEST_ID, 29, 24));
    }

    private static GpuExecutor.Lowerings slowAnd(int[] bound, UnaryOperator<List<Lowering>> order) {
        return (library, linear) -> {
            Lowering reference = new OperationLowering(library, TYPE, linear);
            Lowering slow = new Changed("slow", reference, plan -> new Slow(plan, bound));
            return order.apply(List.of(slow, reference));
        };
    }

    private static float[] run(GpuExecutor executor, GpuTower prepared) {
        prepared.input().begin();
        prepared.input().text(new int[] {3, 1, 29}, 2);
        prepared.input().end();
        executor.run(prepared);
        float[] result = new float[24];
        prepared.result(0, result, 0);
        return result;
    }

    /** Runs until the emulator's code is compiled, so that the plan that is measured first is not the slower one for that. */
    private static float[] warm(GpuExecutor executor, GpuTower prepared) {
        for (int i = 0; i < 30; i++) {
            run(executor, prepared);
        }
        return run(executor, prepared);
    }

    @Test
    void the_faster_plan_is_taken_measured_once_and_what_only_the_other_wanted_is_freed() {
        TowerGraph tower = tower(1);
        SyntheticTensors tensors = new SyntheticTensors(tower.build(1, 8));
        float[] expected;
        int buffers;
        FaultPlan counting = FaultPlan.none();
        try (FaultyDevice device = new FaultyDevice(device(), counting);
                GpuExecutor executor = new GpuExecutor(tensors, device, TYPE)) {
            expected = warm(executor, executor.prepare(tower, 1, 3));
            buffers = counting.live().size();
        }
        int[] bound = {0};
        FaultPlan measuring = FaultPlan.none();
        try (FaultyDevice device = new FaultyDevice(device(), measuring);
                GpuExecutor executor = new GpuExecutor(tensors, device, TYPE, slowAnd(bound, both -> both))) {
            GpuTower prepared = executor.prepare(tower, 1, 3);
            assertThat(prepared.plan()).isNotInstanceOf(Slow.class);
            assertThat(run(executor, prepared)).isEqualTo(expected);
            assertThat(bound[0])
                    .as("times the slow plan was bound, to be measured")
                    .isEqualTo(1);
            // The weights that both want came with the slow plan, which was measured first, and are one block.
            assertThat(measuring.live().size()).isEqualTo(buffers);
        }
        assertThat(measuring.live()).isEmpty();
        try (EmulatedDevice device = device();
                GpuExecutor executor = new GpuExecutor(tensors, device, TYPE, slowAnd(bound, both -> both))) {
            assertThat(executor.prepare(tower, 1, 3).plan()).isNotInstanceOf(Slow.class);
            assertThat(bound[0]).as("a tower and capacity is measured once").isEqualTo(1);
        }
    }

    @Test
    void weights_that_only_the_slower_plan_wanted_are_freed() {
        TowerGraph tower = tower(2);
        SyntheticTensors tensors = new SyntheticTensors(tower.build(1, 8));
        FaultPlan plan = FaultPlan.none();
        int[] bound = {0};
        int before;
        try (FaultyDevice device = new FaultyDevice(device(), plan);
                GpuExecutor executor = new GpuExecutor(tensors, device, TYPE)) {
            warm(executor, executor.prepare(tower, 1, 3));
            before = plan.live().size();
        }
        try (FaultyDevice device = new FaultyDevice(device(), plan);
                GpuExecutor executor = new GpuExecutor(
                        tensors, device, TYPE, slowAnd(bound, both -> List.of(both.get(1), both.get(0))))) {
            executor.prepare(tower, 1, 3);
            assertThat(bound[0]).isEqualTo(1);
            assertThat(plan.live().size()).isEqualTo(before);
        }
        assertThat(plan.live()).isEmpty();
    }

    @Test
    void a_plan_of_one_launch_gives_the_same_result_and_lets_the_end_be_observed() {
        TowerGraph tower = tower(3);
        SyntheticTensors tensors = new SyntheticTensors(tower.build(1, 8));
        try (EmulatedDevice device = device();
                GpuExecutor reference = new GpuExecutor(tensors, device, TYPE);
                GpuExecutor whole = new GpuExecutor(
                        tensors,
                        device,
                        TYPE,
                        (library, linear) -> List.of(
                                new Changed("whole", new OperationLowering(library, TYPE, linear), Whole::new)))) {
            float[] expected = run(reference, reference.prepare(tower, 1, 3));
            GpuTower prepared = whole.prepare(tower, 1, 3);
            assertThat(run(whole, prepared)).isEqualTo(expected);
            List<String> observed = new ArrayList<>();
            whole.run(prepared, op -> observed.add(op.name()));
            assertThat(observed).containsExactly("text.projection");
            assertThat(whole.read(prepared.graph().result())).isEqualTo(expected);
        }
    }

    @Test
    void a_lowering_that_has_no_plan_for_a_tower_leaves_it_to_the_others() {
        TowerGraph tower = tower(4);
        SyntheticTensors tensors = new SyntheticTensors(tower.build(1, 8));
        Lowering none = new Lowering() {
            @Override
            public String name() {
                return "none";
            }

            @Override
            public Optional<Plan> lower(Graph graph) {
                return Optional.empty();
            }
        };
        try (EmulatedDevice device = device();
                GpuExecutor executor = new GpuExecutor(
                        tensors,
                        device,
                        TYPE,
                        (library, linear) -> List.of(none, new OperationLowering(library, TYPE, linear)))) {
            assertThat(executor.prepare(tower, 1, 3).plan()).isInstanceOf(OperationPlan.class);
        }
    }

    private static EmulatedDevice device() {
        return new EmulatedDevice(
                EmulatedDevice.h200(), ExecutionOptions.standard().withCounters(false));
    }
}
