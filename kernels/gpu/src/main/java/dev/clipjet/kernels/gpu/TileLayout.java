package dev.clipjet.kernels.gpu;

import java.util.Arrays;

/**
 * The order in which the matrix products read a weight [rows, columns]: tiles that are contiguous, a row of tiles after the
 * other, each tile row-major. Edges are padded with zeros. Chunks of 16 bytes stay whole wherever the swizzle puts them.
 *
 * @param tileRows rows of a tile; row ranges that begin at a multiple of them are contiguous
 * @param tileColumns columns of a tile
 * @param swizzle order of the chunks of a row
 */
public record TileLayout(int tileRows, int tileColumns, Swizzle swizzle) {
    /** Bytes that are moved as one. */
    public static final int CHUNK_BYTES = 16;

    /** Bytes of a weight, padding included. */
    public long bytes(int rows, int columns, int elementBytes) {
        return (long) tiles(rows, tileRows) * tileRows * tiles(columns, tileColumns) * tileColumns * elementBytes;
    }

    /**
     * Where an element lies.
     *
     * @param columns columns of the whole weight
     * @return offset in bytes
     */
    public long offset(int row, int column, int columns, int elementBytes) {
        int across = tiles(columns, tileColumns);
        if (row < 0 || column < 0 || column >= across * tileColumns) {
            throw new IndexOutOfBoundsException(
                    "row " + row + ", column " + column + " of a weight of " + columns + " columns");
        }
        long tile = (long) (row / tileRows) * across + column / tileColumns;
        int perChunk = CHUNK_BYTES / elementBytes;
        int inTile = column % tileColumns;
        int place = swizzle.place(row % tileRows, inTile / perChunk);
        return tile * tileRows * tileColumns * elementBytes
                + (long) (row % tileRows) * tileColumns * elementBytes
                + (long) place * CHUNK_BYTES
                + (long) (inTile % perChunk) * elementBytes;
    }

    /**
     * Where a range of rows begins, which is then a weight of its own.
     *
     * @param firstRow a multiple of {@link #tileRows}
     * @return offset in bytes
     */
    public long rowRange(int firstRow, int columns, int elementBytes) {
        if (firstRow % tileRows != 0) {
            throw new IllegalArgumentException("rows from " + firstRow
                    + " on are no weight of their own: packed weights are cut at multiples of " + tileRows + " rows");
        }
        return offset(firstRow, 0, columns, elementBytes);
    }

    /** Bytes of {@link #tileRows} rows. */
    public long bandBytes(int columns, int elementBytes) {
        return bytes(tileRows, columns, elementBytes);
    }

    /**
     * Packs up to {@link #tileRows} rows, a row of tiles. Every byte of it is written.
     *
     * @param source {@code rows} x {@code columns} elements, row-major
     * @param rows from 1 to {@link #tileRows}; rows beyond are zero
     * @param columns columns of the weight
     * @param target begins with the band, {@link #bandBytes} long
     */
    public void pack(byte[] source, int rows, int columns, int elementBytes, byte[] target) {
        if (rows < 1 || rows > tileRows) {
            throw new IllegalArgumentException(rows + " rows in a band of " + tileRows);
        }
        Arrays.fill(target, 0, Math.toIntExact(bandBytes(columns, elementBytes)), (byte) 0);
        int perChunk = CHUNK_BYTES / elementBytes;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column += perChunk) {
                int count = Math.min(perChunk, columns - column) * elementBytes;
                int to = (int) offset(row, column, columns, elementBytes);
                System.arraycopy(source, (row * columns + column) * elementBytes, target, to, count);
            }
        }
    }

    private static int tiles(int size, int tile) {
        if (size < 1) {
            throw new IllegalArgumentException("a weight with a side of " + size);
        }
        return (size + tile - 1) / tile;
    }
}
