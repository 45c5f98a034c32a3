package dev.clipjet.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;

/** Where native code reads a weight matrix: in memory of the block's own, never where the weights are stored. */
class RowBlockTest {
    private static float[] read(RowBlock block, int count) {
        float[] values = new float[count];
        BytePointer bytes = new BytePointer() {
            {
                address = block.address();
            }
        };
        bytes.capacity((long) count * Float.BYTES)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .get(values);
        return values;
    }

    @Test
    void the_copy_does_not_follow_what_it_was_made_from() {
        float[] stored = {1, 2, 3, 4, 5, 6};
        RowBlock.Source source = (element, target, offset, length) ->
                System.arraycopy(stored, (int) element, target, offset, length);
        try (RowBlock block = new RowBlock(source, 2, 3)) {
            assertThat(read(block, 6)).containsExactly(1, 2, 3, 4, 5, 6);
            stored[0] = 100;
            assertThat(read(block, 6)).containsExactly(1, 2, 3, 4, 5, 6);
        }
    }

    @Test
    void rows_are_copied_in_pieces_of_any_size() {
        int rows = 70;
        int columns = 1000;
        RowBlock.Source source = (element, target, offset, length) -> {
            for (int i = 0; i < length; i++) {
                target[offset + i] = element + i;
            }
        };
        try (RowBlock block = new RowBlock(source, rows, columns)) {
            float[] values = read(block, rows * columns);
            for (int i = 0; i < values.length; i++) {
                assertThat(values[i]).isEqualTo(i);
            }
        }
    }

    @Test
    void an_error_of_the_source_is_passed_on_and_the_copy_is_made_another_time() {
        boolean[] fails = {true};
        RowBlock.Source source = (element, target, offset, length) -> {
            if (fails[0]) {
                throw new IllegalStateException("changed");
            }
        };
        try (RowBlock block = new RowBlock(source, 2, 2)) {
            assertThatThrownBy(block::address).hasMessage("changed");
            fails[0] = false;
            assertThat(read(block, 4)).containsExactly(0, 0, 0, 0);
        }
    }
}
