package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;

/** Where the elements of a tile lie inside it. */
public interface TileOrder {
    /** Row after row. */
    TileOrder ROW_MAJOR = (row, column, tileColumns) -> row * tileColumns + column;

    /** Column after column, in a tile of so many rows. */
    static TileOrder columnMajor(int tileRows) {
        return (row, column, tileColumns) -> column * tileRows + row;
    }

    /**
     * Row after row, where pieces of a row change places by exclusive or with the row: piece p of row r lies at p ^ (r / rowsPerStep %
     * pieces). With pieces of 16 bytes and rows of 128 bytes this is the 128-byte swizzle of bulk copies and {@code wgmma}.
     *
     * @param pieceElements elements of a piece
     * @param pieces number of pieces that change places with each other, a power of two
     * @param rowsPerStep rows after which the pattern moves on
     */
    static TileOrder xor(int pieceElements, int pieces, int rowsPerStep) {
        if (pieceElements < 1 || rowsPerStep < 1 || Integer.bitCount(pieces) != 1) {
            throw new InvalidInputException("swizzle of " + pieces + " pieces of " + pieceElements + " elements, every "
                    + rowsPerStep + " rows");
        }
        return (row, column, tileColumns) -> {
            int piece = column / pieceElements;
            int swizzled = piece ^ (row / rowsPerStep & pieces - 1);
            return row * tileColumns + swizzled * pieceElements + column % pieceElements;
        };
    }

    /**
     * Index of an element within its tile, in elements. Over a whole tile every index from 0 to the tile's size - 1 occurs once.
     *
     * @param row row within the tile
     * @param column column within the tile
     */
    int index(int row, int column, int tileColumns);
}
