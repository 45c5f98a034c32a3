package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.PtxType;

/**
 * A fragment of {@code wmma}, whose layout PTX leaves open. Here the elements lie one behind the other in a lane's registers, and then
 * in the next lane's; where there is room for more than the matrix has, it is repeated.
 *
 * @param rows rows of the matrix
 * @param columns its columns
 * @param type type of its elements
 * @param registers registers of a lane
 * @param byRows whether the order of elements is row by row, else column by column
 */
record WmmaFragment(int rows, int columns, PtxType type, int registers, boolean byRows) {
    /** Bytes of an element in a register. */
    int bytes() {
        return type == PtxType.TF32 ? 4 : type.bytes();
    }

    /** Elements of a lane. */
    int perLane() {
        return bytes() == 8 ? registers : registers * 4 / bytes();
    }

    /** Where in the order of the matrix a lane's element stands. */
    int place(int lane, int element) {
        return (lane * perLane() + element) % (rows * columns);
    }

    int row(int place) {
        return byRows ? place / columns : place % rows;
    }

    int column(int place) {
        return byRows ? place % columns : place / rows;
    }

    boolean isLong() {
        return bytes() == 8;
    }
}
