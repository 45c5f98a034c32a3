package dev.clipjet.weights.upload;

/**
 * Where the elements of a matrix [rows, columns] lie in device memory. The matrix is packed in bands of {@link #bandRows} rows, one
 * band after the other, so a tiled layout stores tile rows one after the other, and inside a band whatever order it likes. Layouts
 * have no state, and equal ones are {@code equals}.
 */
public interface WeightLayout {
    /** Rows of a band, at least 1. The last band of a matrix may have fewer rows to hold. */
    int bandRows();

    /**
     * Bytes of a packed band, the last one too.
     *
     * @param columns columns of the matrix
     * @param elementBytes 2 or 4
     */
    long bandBytes(int columns, int elementBytes);

    /**
     * Packs one band. Every byte of it is written, zeros where there is no element.
     *
     * @param source {@code rows} x {@code columns} elements, row-major
     * @param rows rows of the matrix in this band, from 1 to {@link #bandRows}
     * @param target the band's bytes begin at 0; longer than the band, with old content
     */
    void pack(byte[] source, int rows, int columns, int elementBytes, byte[] target);

    /** Bytes of a packed matrix. */
    default long bytes(int rows, int columns, int elementBytes) {
        long bands = ((long) rows + bandRows() - 1) / bandRows();
        return Math.multiplyExact(bands, bandBytes(columns, elementBytes));
    }

    /** Whether a matrix of so many columns stays row-major without padding; it is then never packed. */
    default boolean isPlain(int columns) {
        return false;
    }
}
