package dev.clipjet.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.ClosedException;
import dev.clipjet.kernels.cpu.MatrixLibrary.Provider;
import dev.clipjet.numeric.Activation;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where products read weights: in a packed copy of the matrix's own, never where they are stored. */
class WeightMatrixTest {
    private static final int COLUMNS = 3;

    /** Runs {@code out = W (1, 0, 0 ...)}: the first column of the weights. */
    private static float[] firstColumn(LinearKernel kernel, WeightMatrix weight, int rows) {
        float[] result = new float[rows];
        try (FloatMemory memory = new FloatMemory(weight.columns() + rows)) {
            for (int i = 0; i < weight.columns(); i++) {
                memory.floats().put(i, i == 0 ? 1f : 0f);
            }
            kernel.run(1, memory, 0, weight, 0, rows, null, Activation.NONE, false, memory, weight.columns());
            memory.floats().get(weight.columns(), result);
        }
        return result;
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void the_copy_does_not_follow_what_it_was_made_from(Provider provider) {
        float[] stored = {1, 2, 3, 4, 5, 6};
        RowBlock.Source source =
                (element, target, offset, length) -> System.arraycopy(stored, (int) element, target, offset, length);
        try (WorkerPool pool = new WorkerPool(1);
                LinearKernel kernel = new LinearKernel(pool, provider);
                WeightMatrix weight = new WeightMatrix(COLUMNS, List.of(new RowBlock(source, 2, COLUMNS)))) {
            assertThat(firstColumn(kernel, weight, 2)).containsExactly(1, 4);
            stored[0] = 100;
            assertThat(firstColumn(kernel, weight, 2)).containsExactly(1, 4);
        }
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void rows_are_copied_in_pieces_of_any_size(Provider provider) {
        int rows = 70;
        int columns = 1000;
        RowBlock.Source source = (element, target, offset, length) -> {
            for (int i = 0; i < length; i++) {
                target[offset + i] = element + i;
            }
        };
        RowBlock first = new RowBlock(source, 30, columns);
        RowBlock second = new RowBlock(
                (element, target, offset, length) -> source.read(30 * columns + element, target, offset, length),
                rows - 30,
                columns);
        try (WorkerPool pool = new WorkerPool(2);
                LinearKernel kernel = new LinearKernel(pool, provider);
                WeightMatrix weight = new WeightMatrix(columns, List.of(first, second))) {
            float[] values = firstColumn(kernel, weight, rows);
            for (int i = 0; i < rows; i++) {
                assertThat(values[i]).isEqualTo(i * columns);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void an_error_of_the_source_is_passed_on_and_the_copy_is_made_another_time(Provider provider) {
        boolean[] fails = {true};
        RowBlock.Source source = (element, target, offset, length) -> {
            if (fails[0]) {
                throw new IllegalStateException("changed");
            }
        };
        try (WorkerPool pool = new WorkerPool(2);
                LinearKernel kernel = new LinearKernel(pool, provider);
                WeightMatrix weight = new WeightMatrix(COLUMNS, List.of(new RowBlock(source, 2, COLUMNS)))) {
            assertThatThrownBy(() -> firstColumn(kernel, weight, 2)).hasMessage("changed");
            fails[0] = false;
            assertThat(firstColumn(kernel, weight, 2)).containsExactly(0, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void a_closed_matrix_says_so(Provider provider) {
        RowBlock.Source zeros = (element, target, offset, length) -> {};
        try (WorkerPool pool = new WorkerPool(1);
                LinearKernel kernel = new LinearKernel(pool, provider)) {
            WeightMatrix weight = new WeightMatrix(COLUMNS, List.of(new RowBlock(zeros, 2, COLUMNS)));
            firstColumn(kernel, weight, 2);
            weight.close();
            weight.close();
            assertThatThrownBy(() -> firstColumn(kernel, weight, 2)).isInstanceOf(ClosedException.class);
        }
    }
}
