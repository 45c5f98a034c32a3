package dev.clipjet.kernels.cpu;

/** Rows of a weight matrix as they are, row-major, copied to memory of our own. */
final class PlainRows implements PackedWeights {
    /** Floats that are copied at a time, unless a row is longer. */
    private static final int PIECE = 1 << 16;

    private final int firstRow;
    private final int rows;
    private final FloatMemory memory;

    private PlainRows(WeightMatrix weight, int firstRow, int rows) {
        this.firstRow = firstRow;
        this.rows = rows;
        memory = new FloatMemory((long) rows * weight.columns());
        try {
            copy(weight, firstRow, rows, memory);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    /** The rows of a matrix, copied when they are first asked for. */
    static PlainRows of(WeightMatrix weight, int firstRow, int rows) {
        PlainRows known = (PlainRows) weight.packed(PlainRows.class, firstRow, rows);
        if (known == null) {
            known = new PlainRows(weight, firstRow, rows);
            weight.keep(known);
        }
        return known;
    }

    /** Copies rows to memory that holds them. */
    static void copy(WeightMatrix weight, int firstRow, int rows, FloatMemory target) {
        int columns = weight.columns();
        int most = Math.max(1, Math.min(rows, PIECE / columns));
        float[] piece = new float[most * columns];
        for (int row = 0; row < rows; row += most) {
            int here = Math.min(most, rows - row);
            weight.read(firstRow + row, here, piece, 0);
            target.floats().put(row * columns, piece, 0, here * columns);
        }
    }

    FloatMemory memory() {
        return memory;
    }

    @Override
    public boolean areOf(Object routine, int first, int count) {
        return routine == PlainRows.class && first == firstRow && count == rows;
    }

    @Override
    public void close() {
        memory.close();
    }
}
