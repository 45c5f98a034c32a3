package dev.clipjet.weights.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clipjet.error.InvalidInputException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightLayoutTest {
    /** Packs band by band into dirty memory; the reference puts element by element. */
    private static void check(WeightLayout layout, int rows, int columns, int width, Matrices.Place place) {
        byte[] source = new byte[rows * columns * width];
        new Random(rows * 31L + columns).nextBytes(source);
        int band = Math.toIntExact(layout.bandBytes(columns, width));
        byte[] actual = new byte[Math.toIntExact(layout.bytes(rows, columns, width))];
        byte[] target = new byte[band + 5];
        for (int row = 0; row < rows; row += layout.bandRows()) {
            int here = Math.min(layout.bandRows(), rows - row);
            Arrays.fill(target, (byte) 0x55);
            byte[] in = Arrays.copyOfRange(source, row * columns * width, (row + here) * columns * width);
            layout.pack(in, here, columns, width, target);
            System.arraycopy(target, 0, actual, row / layout.bandRows() * band, band);
            assertThat(Arrays.copyOfRange(target, band, band + 5)).containsOnly(0x55);
        }
        byte[] expected = new byte[actual.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                System.arraycopy(source, (row * columns + column) * width, expected, place.of(row, column), width);
            }
        }
        assertThat(actual).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "3,7,1", "3,7,8", "5,16,8", "2,17,64", "1,1,64"})
    void row_major_pads_rows_with_zeros(int rows, int columns, int multiple) {
        for (int width : new int[] {2, 4}) {
            RowMajor layout = new RowMajor(multiple);
            int leading = (columns + multiple - 1) / multiple * multiple;
            assertThat(layout.leadingDimension(columns)).isEqualTo(leading);
            assertThat(layout.isPlain(columns)).isEqualTo(leading == columns);
            check(layout, rows, columns, width, (row, column) -> (row * leading + column) * width);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "64,128,16,64",
        "65,130,16,64",
        "1,1,16,64",
        "17,63,16,64",
        "16,64,16,64",
        "100,9,8,8",
        "33,50,5,3",
        "40,41,8,12"
    })
    void tiles_lie_tile_row_by_tile_row(int rows, int columns, int tileRows, int tileColumns) {
        TileOrder[] orders = {
            TileOrder.ROW_MAJOR,
            TileOrder.columnMajor(tileRows),
            tileColumns == 64 ? TileOrder.xor(8, 8, 1) : TileOrder.ROW_MAJOR,
            tileColumns == 8 ? TileOrder.xor(1, 8, 2) : TileOrder.ROW_MAJOR
        };
        for (TileOrder order : orders) {
            for (int width : new int[] {2, 4}) {
                TiledLayout layout = new TiledLayout(tileRows, tileColumns, order);
                int across = (columns + tileColumns - 1) / tileColumns;
                check(layout, rows, columns, width, (row, column) -> {
                    int tile = row / tileRows * across + column / tileColumns;
                    assertThat(layout.tileOffset(row / tileRows, column / tileColumns, columns, width))
                            .isEqualTo((long) tile * tileRows * tileColumns * width);
                    int inside = order.index(row % tileRows, column % tileColumns, tileColumns);
                    return (tile * tileRows * tileColumns + inside) * width;
                });
            }
        }
    }

    /** Row r of a tile of 64 halves has 128 bytes; bits 4 to 6 of an address are swizzled with bits 7 to 9. */
    @Test
    void exclusive_or_is_the_128_byte_swizzle() {
        TileOrder order = TileOrder.xor(8, 8, 1);
        for (int row = 0; row < 64; row++) {
            for (int column = 0; column < 64; column++) {
                int plain = row * 128 + column * 2;
                int swizzled = plain ^ (plain >> 3 & 0x70);
                assertThat(2 * order.index(row, column, 64)).isEqualTo(swizzled);
            }
        }
    }

    @Test
    void an_order_that_is_not_one_to_one_is_refused() {
        assertThatThrownBy(() -> new TiledLayout(4, 4, (row, column, columns) -> row))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("element (0, 1) of a tile of 4 x 4 has index 0, which is outside or taken");
        assertThatThrownBy(() -> new TiledLayout(4, 4, (row, column, columns) -> 16 + column))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new TiledLayout(0, 4, TileOrder.ROW_MAJOR)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> TileOrder.xor(8, 3, 1)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new RowMajor(0)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void layouts_are_equal_when_they_put_elements_in_the_same_places() {
        assertThat(new TiledLayout(8, 8, TileOrder.ROW_MAJOR))
                .isEqualTo(new TiledLayout(8, 8, (row, column, columns) -> 8 * row + column))
                .hasSameHashCodeAs(new TiledLayout(8, 8, (row, column, columns) -> 8 * row + column))
                .isNotEqualTo(new TiledLayout(8, 8, TileOrder.columnMajor(8)));
    }
}
