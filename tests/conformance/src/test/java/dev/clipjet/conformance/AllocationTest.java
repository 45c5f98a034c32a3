package dev.clipjet.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.clipjet.cpu.CpuExecutor;
import dev.clipjet.cpu.SequenceBatch;
import dev.clipjet.graph.Graph;
import dev.clipjet.graph.TowerGraphs;
import dev.clipjet.kernels.cpu.WorkerPool;
import dev.clipjet.model.VisionTransformer;
import dev.clipjet.testing.Golden;
import dev.clipjet.weights.Checkpoint;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A warm forward pass leaves the heap alone. */
class AllocationTest {
    private static final int MOST_ROUNDS = 60;
    private static final int RUNS_PER_ROUND = 500;
    private static final long MOST_BYTES = 2_048;

    @Test
    void a_run_allocates_next_to_nothing() {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder("hf-vit-quickgelu"));
                WorkerPool pool = new WorkerPool(1);
                CpuExecutor executor = new CpuExecutor(checkpoint, pool)) {
            VisionTransformer vision = checkpoint
                    .spec()
                    .vision()
                    .map(VisionTransformer.class::cast)
                    .orElseThrow();
            float[] pixels = new float[3 * vision.imageSize() * vision.imageSize()];
            Graph graph = TowerGraphs.image(vision, 1);
            SequenceBatch batch = SequenceBatch.images(1, pixels, vision.tokens());
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            // Vectors are objects until the compiler has seen the kernels often enough; what counts is what remains.
            long perRun = Long.MAX_VALUE;
            for (int round = 0; round < MOST_ROUNDS && perRun >= MOST_BYTES; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < RUNS_PER_ROUND; i++) {
                    executor.run(graph, batch);
                }
                perRun = (threads.getCurrentThreadAllocatedBytes() - before) / RUNS_PER_ROUND;
            }
            System.out.println("allocated per run: " + perRun + " bytes");
            assertThat(perRun).isLessThan(MOST_BYTES);
        }
    }
}
