package dev.clipjet.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.kernels.gpu.ConvolutionShape;
import dev.clipjet.kernels.gpu.PixelConvolutionShape;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.upload.RowSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Columns of a convolution's weight: (channel, line, column) as stored, tap by tap as the kernels read them. */
class ColumnArrangementTest {
    private static final int FILTERS = 3;

    @Test
    void channels_of_a_tap_lie_side_by_side_in_whole_chunks() {
        ConvolutionShape shape = new ConvolutionShape(1, 8, 8, 5, FILTERS, 3, 2, 1, 1);
        float[] arranged = read(ColumnArrangement.of(shape, ElementType.F16).apply(stored(5 * 6)));
        float[] expected = new float[FILTERS * shape.packedColumns(ElementType.F16)];
        for (int i = 0; i < FILTERS * 5 * 6; i++) {
            int tap = i % 6;
            int column = shape.packedColumn(ElementType.F16, i / 6 % 5, tap / 2, tap % 2);
            expected[i / 30 * shape.packedColumns(ElementType.F16) + column] = i + 1;
        }
        assertThat(shape.packedColumns(ElementType.F16)).isEqualTo(6 * 8);
        assertThat(arranged).isEqualTo(expected);
    }

    @Test
    void pixels_of_a_line_lie_side_by_side() {
        PixelConvolutionShape shape = new PixelConvolutionShape(1, 8, FILTERS, 3, 2, 1);
        float[] arranged = read(ColumnArrangement.of(shape).apply(stored(27)));
        float[] expected = new float[FILTERS * shape.packedColumns()];
        for (int i = 0; i < FILTERS * 27; i++) {
            expected[i / 27 * shape.packedColumns() + shape.packedColumn(i / 9 % 3, i / 3 % 3, i % 3)] = i + 1;
        }
        assertThat(arranged).isEqualTo(expected);
    }

    @Test
    void a_weight_of_another_width_is_refused() {
        ConvolutionShape shape = new ConvolutionShape(1, 8, 8, 5, FILTERS, 3, 2, 1, 1);
        assertThatThrownBy(() -> ColumnArrangement.of(shape, ElementType.F16).apply(stored(31)))
                .hasMessageContaining("a weight of 31 columns for windows of 5 x 3 x 2");
    }

    /** 1, 2, 3 and so on. */
    private static RowSource stored(int columns) {
        float[] values = new float[FILTERS * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        return RowSource.of(values, FILTERS, columns);
    }

    /** All elements, in pieces that do not end with rows. */
    private static float[] read(RowSource source) {
        float[] values = new float[Math.toIntExact(source.elements())];
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < values.length; at += 7) {
            source.read(at, Math.min(7, values.length - at), bytes.array(), at * Float.BYTES);
        }
        bytes.asFloatBuffer().get(values);
        return values;
    }
}
