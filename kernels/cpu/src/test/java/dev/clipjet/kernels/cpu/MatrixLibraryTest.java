package dev.clipjet.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.numeric.Activation;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MatrixLibraryTest {
    @Test
    void one_dnn_loads_where_tests_run_and_uses_what_it_is_told_to() {
        assertThat(MatrixLibrary.provider()).isEqualTo(MatrixLibrary.Provider.ONE_DNN);
        assertThat(MatrixLibrary.description()).startsWith("loads: ");
        if ("AVX2".equals(System.getenv("ONEDNN_MAX_CPU_ISA"))) {
            assertThat(MatrixLibrary.instructions()).isEqualTo("AVX2");
        }
    }

    @Test
    void plain_java_runs_where_vectors_are_switched_off() {
        boolean off = "false".equals(System.getProperty(Simd.PROPERTY));
        assertThat(Simd.panelKernel() instanceof ScalarPanelKernel).isEqualTo(off);
    }

    @Test
    void threads_that_are_not_ours_keep_their_number_of_openmp_threads() throws InterruptedException {
        int before = OpenMpThreads.limit();
        AtomicInteger elsewhere = new AtomicInteger();
        RowBlock ones = new RowBlock(
                (element, target, offset, length) -> java.util.Arrays.fill(target, offset, offset + length, 1f),
                300,
                20);
        try (WorkerPool pool = new WorkerPool(2);
                LinearKernel kernel = new LinearKernel(pool);
                WeightMatrix weight = new WeightMatrix(20, List.of(ones));
                FloatMemory memory = new FloatMemory(10_000)) {
            OpenMpThreads.restore(7);
            kernel.run(5, memory, 0, weight, 0, 300, null, Activation.NONE, false, memory, 200);
            assertThat(OpenMpThreads.limit()).isEqualTo(7);
            Thread other = new Thread(() -> elsewhere.set(OpenMpThreads.limit()));
            other.start();
            other.join();
            assertThat(elsewhere.get()).isEqualTo(before);
        } finally {
            OpenMpThreads.restore(before);
        }
    }

    /** On which {@link OneDnnLinear} relies, which packs once for all numbers of rows. */
    @Test
    void a_large_and_a_small_batch_share_packed_weights() {
        RowBlock rows = new RowBlock(
                (element, target, offset, length) -> {
                    for (int i = 0; i < length; i++) {
                        target[offset + i] = (element + i) % 7 - 3;
                    }
                },
                300,
                130);
        int most = 600;
        try (WorkerPool pool = new WorkerPool(2);
                LinearKernel kernel = new LinearKernel(pool);
                WeightMatrix weight = new WeightMatrix(130, List.of(rows));
                FloatMemory in = new FloatMemory((long) most * 130);
                FloatMemory out = new FloatMemory((long) most * 300)) {
            for (int i = 0; i < most * 130; i++) {
                in.floats().put(i, i % 5 - 2);
            }
            for (int count : new int[] {most, 1, 2, 17, 257}) {
                kernel.run(count, in, 0, weight, 0, 300, null, Activation.NONE, false, out, 0);
                for (int i = 0; i < count * 300; i++) {
                    int expected = 0;
                    for (int k = 0; k < 130; k++) {
                        int row = i / 300 * 130 + k;
                        expected += (row % 5 - 2) * ((i % 300 * 130 + k) % 7 - 3);
                    }
                    assertThat(out.floats().get(i)).isEqualTo(expected); // small integers: exact in any order
                }
            }
        }
    }
}
