package dev.clipjet.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.ClosedException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void every_task_runs_once(int size) {
        try (WorkerPool pool = new WorkerPool(size)) {
            for (int round = 0; round < 2_000; round++) {
                int tasks = round % 37;
                AtomicIntegerArray runs = new AtomicIntegerArray(Math.max(1, tasks));
                pool.run(tasks, (worker, task) -> {
                    assertThat(worker).isBetween(0, size - 1);
                    runs.incrementAndGet(task);
                });
                for (int i = 0; i < tasks; i++) {
                    assertThat(runs.get(i)).isEqualTo(1);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void a_failing_task_is_reported_and_the_pool_goes_on(int size) {
        try (WorkerPool pool = new WorkerPool(size)) {
            assertThatThrownBy(() -> pool.run(8, (worker, task) -> {
                        if (task == 5) {
                            throw new ArithmeticException("task five");
                        }
                    }))
                    .hasStackTraceContaining("task five");
            AtomicIntegerArray runs = new AtomicIntegerArray(4);
            pool.run(4, (worker, task) -> runs.incrementAndGet(task));
            assertThat(runs.toString()).isEqualTo("[1, 1, 1, 1]");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void a_closed_pool_says_so(int size) {
        WorkerPool pool = new WorkerPool(size);
        pool.close();
        pool.close();
        assertThatThrownBy(() -> pool.run(1, (worker, task) -> {}))
                .isInstanceOf(ClosedException.class)
                .hasMessage("the worker pool is closed");
    }
}
