package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.clipjet.cpu.CpuExecutor;
import dev.clipjet.cpu.SequenceBatch;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.TowerGraphs;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.model.VisionSpec;
import dev.clipjet.testing.Golden;
import dev.clipjet.weights.Checkpoint;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A warm forward pass leaves the heap alone. */
class AllocationTest {
    @Test
    void a_run_allocates_next_to_nothing() {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder("hf-vit-quickgelu"));
                WorkerPool pool = new WorkerPool(1);
                CpuExecutor executor = new CpuExecutor(checkpoint, pool)) {
            VisionSpec vision = checkpoint.spec().vision().orElseThrow();
            float[] pixels = new float[3 * vision.imageSize() * vision.imageSize()];
            Graph graph = TowerGraphs.image(vision, 1);
            SequenceBatch batch = SequenceBatch.images(1, pixels, vision.tokens());
            for (int i = 0; i < 2_000; i++) {
                executor.run(graph, batch);
            }
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            int runs = 100;
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < runs; i++) {
                executor.run(graph, batch);
            }
            long perRun = (threads.getCurrentThreadAllocatedBytes() - before) / runs;
            System.out.println("allocated per run: " + perRun + " bytes");
            assertThat(perRun).isLessThan(2_048);
        }
    }
}
