package dev.clipjet.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clipjet.kernels.gpu.Swizzle;
import dev.clipjet.kernels.gpu.TileLayout;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.upload.WeightLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The uploader puts every element where the kernels look for it. */
class WeightFormTest {
    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16", "F32"})
    void packed_weights_lie_where_the_kernels_read_them(ElementType type) {
        int bytes = type.bytes();
        for (Swizzle swizzle : Swizzle.values()) {
            TileLayout layout = new TileLayout(64, 128 / bytes, swizzle);
            WeightLayout form = WeightForm.packed(layout, type);
            int rows = 150;
            int columns = 200;
            assertThat(form.bytes(rows, columns, bytes)).isEqualTo(layout.bytes(rows, columns, bytes));
            byte[] band = new byte[Math.toIntExact(form.bandBytes(columns, bytes))];
            for (int first = 0; first < rows; first += form.bandRows()) {
                int count = Math.min(form.bandRows(), rows - first);
                ByteBuffer source = ByteBuffer.allocate(count * columns * bytes).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < count * columns; i++) {
                    put(source, i, first * columns + i, bytes);
                }
                form.pack(source.array(), count, columns, bytes, band);
                ByteBuffer packed = ByteBuffer.wrap(band).order(ByteOrder.LITTLE_ENDIAN);
                long start = layout.offset(first, 0, columns, bytes) - layout.offset(0, 0, columns, bytes);
                for (int row = 0; row < count; row++) {
                    for (int column = 0; column < columns; column++) {
                        int at = (int) (layout.offset(first + row, column, columns, bytes) - start);
                        assertThat(get(packed, at, bytes))
                                .as("row %d, column %d, %s", first + row, column, swizzle)
                                .isEqualTo((first + row) * columns + column);
                    }
                }
            }
        }
    }

    private static void put(ByteBuffer target, int index, int value, int bytes) {
        if (bytes == Short.BYTES) {
            target.putShort(index * bytes, (short) value);
        } else {
            target.putInt(index * bytes, value);
        }
    }

    private static int get(ByteBuffer source, int at, int bytes) {
        return bytes == Short.BYTES ? source.getShort(at) & 0xffff : source.getInt(at);
    }
}
