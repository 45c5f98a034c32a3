package dev.clipjet.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.graph.Graph;
import dev.clipjet.graph.Op;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.graph.Value;
import dev.clipjet.model.ModifiedResNet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is computed together, and what lies where, in a small ResNet. */
class CpuPlanTest {
    private static final ModifiedResNet TOWER = new ModifiedResNet(64, 8, List.of(2, 1, 1, 1), 4, 1e-5, 16);

    private final Graph graph = TowerGraph.image(TOWER).build(2);
    private final CpuPlan plan = new CpuPlan(graph);

    @Test
    void pooling_takes_its_convolution_along_and_pooled_attention_its_keys() {
        Map<String, String> together = new HashMap<>();
        for (CpuPlan.Step step : plan.steps()) {
            step.with().ifPresent(with -> together.put(step.op().name(), with.name()));
        }
        assertThat(together)
                .containsOnly(
                        Map.entry("vision.stem.pool", "vision.stem.3"),
                        Map.entry("vision.layers.2.0.pool", "vision.layers.2.0.2"),
                        Map.entry("vision.layers.3.0.pool", "vision.layers.3.0.2"),
                        Map.entry("vision.layers.4.0.pool", "vision.layers.4.0.2"),
                        Map.entry("vision.pool.attn", "vision.pool.kv"));
        assertThat(plan.steps()).hasSize(graph.ops().size() - together.size());
    }

    @Test
    void a_sum_lies_where_its_shortcut_lay() {
        assertThat(placeOf("vision.layers.1.0.3")).isEqualTo(placeOf("vision.layers.1.0.shortcut"));
        assertThat(placeOf("vision.layers.1.1.3")).isEqualTo(placeOf("vision.layers.1.0.3"));
    }

    /** Replays the plan with values as their names: nothing is overwritten before its last reader. */
    @Test
    void nothing_is_overwritten_before_it_is_read() {
        Map<Long, String> content = new HashMap<>();
        for (CpuPlan.Step step : plan.steps()) {
            for (Value value : step.reads()) {
                assertThat(content.get(plan.memory().offset(value)))
                        .as("%s, read by %s", value.name(), step.op().name())
                        .isEqualTo(value.name());
            }
            Value written = step.op().output();
            long begin = plan.memory().offset(written);
            long end = begin + (long) graph.capacity().rows(written.axis()) * written.columns();
            assertThat(end).isLessThanOrEqualTo(plan.memory().size());
            content.keySet().removeIf(place -> place > begin && place < end);
            for (Value value : graph.values()) {
                String there = content.get(offset(value));
                if (value.name().equals(there) && offset(value) < begin) {
                    long reach = offset(value) + (long) graph.capacity().rows(value.axis()) * value.columns();
                    if (reach > begin) {
                        content.remove(offset(value));
                    }
                }
            }
            content.put(begin, written.name());
        }
        assertThat(content.get(plan.memory().offset(graph.result())))
                .isEqualTo(graph.result().name());
    }

    private long offset(Value value) {
        return plan.steps().stream().anyMatch(step -> step.op().output().equals(value))
                ? plan.memory().offset(value)
                : -1;
    }

    private long placeOf(String name) {
        Op op = graph.ops().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        return plan.memory().offset(op.output());
    }
}
