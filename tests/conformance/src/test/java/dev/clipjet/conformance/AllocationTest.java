package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.clipjet.cpu.CpuExecutor;
import dev.clipjet.engine.PreparedTower;
import dev.clipjet.graph.TowerGraph;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.tests.support.Golden;
import dev.clipjet.weights.Checkpoint;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A warm forward pass leaves the heap alone. */
class AllocationTest {
    private static final int MAX_ROUNDS = 60;
    private static final int RUNS_PER_ROUND = 500;
    private static final long MAX_BYTES = 2_048;

    @Test
    void a_run_allocates_next_to_nothing() {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder("hf-vit-quickgelu"));
                WorkerPool pool = new WorkerPool(1);
                CpuExecutor executor = new CpuExecutor(checkpoint, pool, Optional.empty())) {
            VisionTransformer vision = checkpoint
                    .spec()
                    .vision()
                    .map(VisionTransformer.class::cast)
                    .orElseThrow();
            float[] pixels = new float[3 * vision.imageSize() * vision.imageSize()];
            TowerGraph tower = TowerGraph.image(vision);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            // Vectors are objects until the compiler has seen the kernels often enough; what counts is what remains.
            long perRun = Long.MAX_VALUE;
            for (int round = 0; round < MAX_ROUNDS && perRun >= MAX_BYTES; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < RUNS_PER_ROUND; i++) {
                    PreparedTower prepared = executor.prepare(tower, 1, 1);
                    prepared.input().begin();
                    prepared.input().image(pixels, 0);
                    prepared.input().end();
                    executor.run(prepared);
                }
                perRun = (threads.getCurrentThreadAllocatedBytes() - before) / RUNS_PER_ROUND;
            }
            System.out.println("allocated per run: " + perRun + " bytes");
            assertThat(perRun).isLessThan(MAX_BYTES);
        }
    }
}
