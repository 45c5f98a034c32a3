package dev.clipjet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.graph.MatrixReader;
import dev.clipjet.graph.TensorSource.FloatTensor;
import dev.clipjet.graph.Weight;
import dev.clipjet.model.CanonicalName;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.CanonicalTensor;
import dev.clipjet.weights.CanonicalTensors;
import dev.clipjet.weights.FloatConversion;
import dev.clipjet.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Queries, keys and values that a file keeps apart, in types of their own, are one matrix to those who read it. */
class StoredTensorSourceTest {
    private static final int COLUMNS = 5;
    private static final int ROWS = 3;
    private static final CanonicalName NAME = new CanonicalName("qkv");

    private static final CanonicalTensors MODEL = new CanonicalTensors() {
        @Override
        public Path source() {
            return Path.of("made-up");
        }

        @Override
        public CanonicalTensor tensor(CanonicalName name) {
            List<StoredTensor> segments = List.of(
                    stored("q", ElementType.F32, 0), stored("k", ElementType.F16, 1), stored("v", ElementType.BF16, 2));
            return new CanonicalTensor(name, List.of(3L * ROWS, (long) COLUMNS), segments);
        }
    };

    /** Small integers, exact in every type. */
    private static float value(long element) {
        return element - 20;
    }

    private static StoredTensor stored(String name, ElementType type, int segment) {
        int count = ROWS * COLUMNS;
        ByteBuffer bytes = ByteBuffer.allocate(count * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            float value = value((long) segment * count + i);
            switch (type) {
                case F32 -> bytes.putFloat(value);
                case F16 -> bytes.putShort(FloatConversion.toHalf(value));
                case BF16 -> bytes.putShort(FloatConversion.toBfloat16(value));
                default -> throw type.unexpected();
            }
        }
        return new StoredTensor(name, type, List.of((long) ROWS, (long) COLUMNS), bytes.flip());
    }

    @Test
    void any_part_is_read_across_the_segments() {
        FloatTensor tensor = new StoredTensorSource(MODEL).tensor(NAME);
        assertThat(tensor.rows()).isEqualTo(9);
        assertThat(tensor.columns()).isEqualTo(COLUMNS);
        int all = 9 * COLUMNS;
        for (int from = 0; from < all; from++) {
            for (int count = 1; from + count <= all; count++) {
                float[] target = new float[count + 2];
                tensor.read(from, count, target, 1);
                for (int i = 0; i < count; i++) {
                    assertThat(target[1 + i]).isEqualTo(value(from + i));
                }
                assertThat(target[0]).isZero();
                assertThat(target[count + 1]).isZero();
            }
        }
    }

    @Test
    void rows_of_an_expression_may_begin_in_any_segment() {
        float[] keysAndValues =
                new MatrixReader(new Weight.Matrix(NAME, ROWS, 2 * ROWS, COLUMNS), new StoredTensorSource(MODEL)).all();
        for (int i = 0; i < keysAndValues.length; i++) {
            assertThat(keysAndValues[i]).isEqualTo(value(ROWS * COLUMNS + i));
        }
        assertThatThrownBy(() -> new Weight.Stored(NAME, 7).evaluate(new StoredTensorSource(MODEL)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("qkv has 45 elements, the tower wants 7");
    }
}
