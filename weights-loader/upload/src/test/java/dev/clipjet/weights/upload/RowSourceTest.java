package dev.clipjet.weights.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowSourceTest {
    /** Reads pieces that begin and end anywhere, by both methods. */
    private static float[] values(RowSource source) {
        int count = Math.toIntExact(source.elements());
        int width = source.dtype().bytes();
        byte[] all = new byte[count * width + 3];
        ByteBuffer again = ByteBuffer.allocateDirect(count * width + 1).position(1);
        int step = 1;
        for (int done = 0; done < count; ) {
            int here = Math.min(step++, count - done);
            source.read(done, here, all, 3 + done * width);
            source.read(done, here, again);
            done += here;
        }
        byte[] bytes = new byte[count * width];
        again.get(1, bytes);
        ByteBuffer data = ByteBuffer.wrap(all, 3, count * width).slice().order(ByteOrder.LITTLE_ENDIAN);
        assertThat(ByteBuffer.wrap(bytes)).isEqualTo(data);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (source.dtype()) {
                case F32 -> data.getFloat(4 * i);
                case F16 -> FloatConversion.fromHalf(data.getShort(2 * i));
                default -> FloatConversion.fromBfloat16(data.getShort(2 * i));
            };
        }
        return values;
    }

    private static final StoredTensor TENSOR = Matrices.stored("w", ElementType.F16, 2, 3, 1, 2, 3, 4, 5, 6);

    @Test
    void a_stored_tensor() {
        RowSource source = RowSource.of(TENSOR);
        assertThat(source.dtype()).isEqualTo(ElementType.F16);
        assertThat(values(source)).containsExactly(1, 2, 3, 4, 5, 6);
        StoredTensor vector = new StoredTensor("v", ElementType.F16, List.of(6L), TENSOR.data());
        assertThat(RowSource.of(vector).rows()).isEqualTo(6);
        assertThat(RowSource.of(vector).columns()).isEqualTo(1);
    }

    @Test
    void factors_of_rows_and_columns() {
        RowSource source = RowSource.of(TENSOR);
        assertThat(values(source.scaleRows(new float[] {10, 0.5f}))).containsExactly(10, 20, 30, 2, 2.5f, 3);
        assertThat(values(source.scaleColumns(new float[] {1, 10, 100}))).containsExactly(1, 20, 300, 4, 50, 600);
        assertThat(source.scaleRows(new float[] {1, 1}).dtype()).isEqualTo(ElementType.F32);
        assertThatThrownBy(() -> source.scaleRows(new float[3]))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("3 factors for 2 rows");
        assertThatThrownBy(() -> source.scaleColumns(new float[2]))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("2 factors for 3 columns");
    }

    @Test
    void a_transposed_tensor() {
        RowSource source = RowSource.of(TENSOR).transposed();
        assertThat(source.rows()).isEqualTo(3);
        assertThat(source.columns()).isEqualTo(2);
        assertThat(source.dtype()).isEqualTo(ElementType.F16);
        assertThat(values(source)).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(values(source.transposed().scaleRows(new float[] {1, 2}))).containsExactly(1, 2, 3, 8, 10, 12);
    }

    @Test
    void segments_of_one_type_keep_it_and_others_become_floats() {
        StoredTensor more = Matrices.stored("k", ElementType.F16, 1, 3, 7, 8, 9);
        StoredTensor other = Matrices.stored("v", ElementType.BF16, 1, 3, 7, 8, 9);
        CanonicalName name = new CanonicalName("qkv");
        RowSource same = RowSource.of(new CanonicalTensor(name, List.of(3L, 3L), List.of(TENSOR, more)));
        assertThat(same.dtype()).isEqualTo(ElementType.F16);
        assertThat(values(same)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        RowSource mixed = RowSource.of(new CanonicalTensor(name, List.of(3L, 3L), List.of(TENSOR, other)));
        assertThat(mixed.dtype()).isEqualTo(ElementType.F32);
        assertThat(mixed.rows()).isEqualTo(3);
        assertThat(values(mixed)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        RowSource three = RowSource.stacked(List.of(mixed, RowSource.of(new float[] {10, 11, 12}, 1, 3), same));
        assertThat(values(three)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void what_is_no_matrix_of_floats_is_refused() {
        assertThatThrownBy(
                        () -> RowSource.of(new StoredTensor("t", ElementType.F32, List.of(), ByteBuffer.allocate(4))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("tensor \"t\" of shape [] is no matrix");
        assertThatThrownBy(
                        () -> RowSource.of(new StoredTensor("t", ElementType.I64, List.of(1L), ByteBuffer.allocate(8))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("\"t\" has dtype I64");
        assertThatThrownBy(
                        () -> RowSource.of(new StoredTensor("t", ElementType.F32, List.of(2L), ByteBuffer.allocate(4))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("has 4 bytes, 2 x 1 of F32 are 8");
        assertThatThrownBy(() -> RowSource.of(new float[5], 2, 3)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> RowSource.stacked(List.of())).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> RowSource.stacked(
                        List.of(RowSource.of(TENSOR), RowSource.of(TENSOR).transposed())))
                .isInstanceOf(InvalidInputException.class);
    }
}
