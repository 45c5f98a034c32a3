package dev.clipjet.kernels.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class TileLayoutTest {
    private static final TileLayout HALVES = new TileLayout(64, 64, Swizzle.XOR_8);

    @Test
    void offsetsAreThoseOfSwizzledTiles() {
        assertThat(HALVES.bytes(65, 65, 2)).isEqualTo(4 * 8192);
        assertThat(HALVES.offset(0, 0, 200, 2)).isZero();
        assertThat(HALVES.offset(0, 9, 200, 2)).isEqualTo(18);
        // Row 3: chunk 1 lies at place 2.
        assertThat(HALVES.offset(3, 9, 200, 2)).isEqualTo(3 * 128 + 2 * 16 + 2);
        // Second row of tiles of four, third tile, row 6, chunk 7 at place 1.
        assertThat(HALVES.offset(70, 128 + 56, 200, 2)).isEqualTo((4 + 2) * 8192 + 6 * 128 + 16);
        assertThat(new TileLayout(64, 32, Swizzle.NONE).offset(3, 5, 64, 4)).isEqualTo(3 * 128 + 20);
        assertThat(HALVES.rowRange(128, 200, 2)).isEqualTo(2 * 4 * 8192);
    }

    @Test
    void everyElementHasItsPlace() {
        for (int bytes : new int[] {2, 4}) {
            TileLayout layout = new TileLayout(64, 128 / bytes, Swizzle.XOR_8);
            BitSet taken = new BitSet();
            for (int row = 0; row < 128; row++) {
                for (int column = 0; column < 128; column++) {
                    int offset = (int) layout.offset(row, column, 100, bytes);
                    assertThat(taken.get(offset)).isFalse();
                    taken.set(offset);
                }
            }
            assertThat((long) taken.length()).isLessThanOrEqualTo(layout.bytes(100, 100, bytes));
        }
    }

    @Test
    void bandsArePackedWithZerosAtTheEdges() {
        int rows = 5;
        int columns = 75;
        byte[] source = new byte[rows * columns * 2];
        for (int i = 0; i < source.length; i++) {
            source[i] = (byte) (1 + i % 127);
        }
        byte[] band = new byte[(int) HALVES.bandBytes(columns, 2)];
        Arrays.fill(band, (byte) 99);
        HALVES.pack(source, rows, columns, 2, band);
        ByteBuffer from = ByteBuffer.wrap(source);
        ByteBuffer packed = ByteBuffer.wrap(band);
        for (int row = 0; row < 64; row++) {
            for (int column = 0; column < 128; column++) {
                int expected = row < rows && column < columns ? from.getShort((row * columns + column) * 2) : 0;
                assertThat((int) packed.getShort((int) HALVES.offset(row, column, columns, 2)))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void whatIsNotThereIsRefused() {
        assertThatThrownBy(() -> HALVES.offset(-1, 0, 10, 2)).hasMessageContaining("row -1, column 0");
        assertThatThrownBy(() -> HALVES.offset(0, 64, 10, 2)).hasMessageContaining("column 64 of a weight of 10");
        assertThatThrownBy(() -> HALVES.bytes(0, 10, 2)).hasMessageContaining("a side of 0");
        assertThatThrownBy(() -> HALVES.pack(new byte[0], 65, 1, 2, new byte[8192]))
                .hasMessageContaining("65 rows");
    }
}
