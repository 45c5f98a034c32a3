package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import java.util.Arrays;

/**
 * Tiles of R x C elements, each contiguous, tile row after tile row and in each from left to right. Tiles at the edges are full
 * tiles with zeros for what is outside the matrix.
 */
public final class TiledLayout implements WeightLayout {
    /** Elements that are moved at once where the order keeps them together. */
    private static final int RUN = 8;

    private final int tileRows;
    private final int tileColumns;
    private final TileOrder order;

    /** Index within the tile of the element at row x tileColumns + column. */
    private final int[] index;

    private final boolean keepsRuns;

    /**
     * A layout.
     *
     * @param order order inside a tile
     * @throws InvalidInputException if the order is not one to one
     */
    public TiledLayout(int tileRows, int tileColumns, TileOrder order) {
        if (tileRows < 1 || tileColumns < 1 || (long) tileRows * tileColumns > 1 << 20) {
            throw new InvalidInputException("tiles of " + tileRows + " x " + tileColumns + " elements");
        }
        this.tileRows = tileRows;
        this.tileColumns = tileColumns;
        this.order = order;
        index = new int[tileRows * tileColumns];
        boolean[] taken = new boolean[index.length];
        for (int i = 0; i < index.length; i++) {
            int at = order.index(i / tileColumns, i % tileColumns, tileColumns);
            if (at < 0 || at >= index.length || taken[at]) {
                throw new InvalidInputException(
                        "element (" + i / tileColumns + ", " + i % tileColumns + ") of a tile of " + tileRows + " x "
                                + tileColumns + " has index " + at + ", which is outside or taken");
            }
            taken[at] = true;
            index[i] = at;
        }
        keepsRuns = tileColumns % RUN == 0 && runsStayTogether();
    }

    private boolean runsStayTogether() {
        for (int i = 0; i < index.length; i++) {
            if (index[i] != index[i / RUN * RUN] + i % RUN) {
                return false;
            }
        }
        return true;
    }

    /** Rows of a tile. */
    public int tileRows() {
        return tileRows;
    }

    /** Columns of a tile. */
    public int tileColumns() {
        return tileColumns;
    }

    /** Tiles that stand side by side. */
    public int tilesAcross(int columns) {
        return (columns - 1) / tileColumns + 1;
    }

    /** Offset of the tile in a row and column of tiles from the start of the matrix, in bytes. */
    public long tileOffset(int tileRow, int tileColumn, int columns, int elementBytes) {
        return ((long) tileRow * tilesAcross(columns) + tileColumn) * index.length * elementBytes;
    }

    @Override
    public int bandRows() {
        return tileRows;
    }

    @Override
    public long bandBytes(int columns, int elementBytes) {
        return (long) tilesAcross(columns) * index.length * elementBytes;
    }

    @Override
    public void pack(byte[] source, int rows, int columns, int elementBytes, byte[] target) {
        if (rows < tileRows || columns % tileColumns != 0) {
            Arrays.fill(target, 0, Math.toIntExact(bandBytes(columns, elementBytes)), (byte) 0);
        }
        for (int tile = 0; tile < tilesAcross(columns); tile++) {
            int width = Math.min(tileColumns, columns - tile * tileColumns);
            int tileStart = tile * index.length;
            for (int row = 0; row < rows; row++) {
                int from = row * columns + tile * tileColumns;
                int entry = row * tileColumns;
                int whole = keepsRuns ? width / RUN * RUN : 0;
                if (elementBytes == Short.BYTES) {
                    packRuns2(source, from, whole, entry, target, tileStart);
                    for (int i = whole; i < width; i++) {
                        short value = (short) ByteArrays.SHORTS.get(source, 2 * (from + i));
                        ByteArrays.SHORTS.set(target, 2 * (tileStart + index[entry + i]), value);
                    }
                } else {
                    packRuns4(source, from, whole, entry, target, tileStart);
                    for (int i = whole; i < width; i++) {
                        int value = (int) ByteArrays.INTS.get(source, 4 * (from + i));
                        ByteArrays.INTS.set(target, 4 * (tileStart + index[entry + i]), value);
                    }
                }
            }
        }
    }

    private void packRuns2(byte[] source, int from, int count, int entry, byte[] target, int tileStart) {
        for (int i = 0; i < count; i += RUN) {
            int in = 2 * (from + i);
            int out = 2 * (tileStart + index[entry + i]);
            ByteArrays.LONGS.set(target, out, (long) ByteArrays.LONGS.get(source, in));
            ByteArrays.LONGS.set(target, out + 8, (long) ByteArrays.LONGS.get(source, in + 8));
        }
    }

    private void packRuns4(byte[] source, int from, int count, int entry, byte[] target, int tileStart) {
        for (int i = 0; i < count; i += RUN) {
            int in = 4 * (from + i);
            int out = 4 * (tileStart + index[entry + i]);
            ByteArrays.LONGS.set(target, out, (long) ByteArrays.LONGS.get(source, in));
            ByteArrays.LONGS.set(target, out + 8, (long) ByteArrays.LONGS.get(source, in + 8));
            ByteArrays.LONGS.set(target, out + 16, (long) ByteArrays.LONGS.get(source, in + 16));
            ByteArrays.LONGS.set(target, out + 24, (long) ByteArrays.LONGS.get(source, in + 24));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TiledLayout layout
                && tileRows == layout.tileRows
                && tileColumns == layout.tileColumns
                && Arrays.equals(index, layout.index);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(index);
    }

    @Override
    public String toString() {
        return "tiles of " + tileRows + " x " + tileColumns
                + (order == TileOrder.ROW_MAJOR ? "" : ", reordered inside");
    }
}
