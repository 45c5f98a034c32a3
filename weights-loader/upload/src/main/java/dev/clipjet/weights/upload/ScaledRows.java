package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;

/** Another source's elements as F32, times the factor of their row or of their column. */
final class ScaledRows implements RowSource {
    private final WidenedRows source;
    private final float[] factors;
    private final boolean byRow;

    ScaledRows(RowSource source, float[] factors, boolean byRow) {
        int expected = byRow ? source.rows() : source.columns();
        if (factors.length != expected) {
            throw new InvalidInputException(
                    factors.length + " factors for " + expected + (byRow ? " rows" : " columns"));
        }
        this.source = new WidenedRows(source);
        this.factors = factors;
        this.byRow = byRow;
    }

    @Override
    public ElementType dtype() {
        return ElementType.F32;
    }

    @Override
    public int rows() {
        return source.rows();
    }

    @Override
    public int columns() {
        return source.columns();
    }

    @Override
    public void read(long element, int count, byte[] target, int offset) {
        source.read(element, count, target, offset);
        int columns = columns();
        int row = (int) (element / columns);
        int column = (int) (element % columns);
        int at = offset;
        for (int left = count; left > 0; ) {
            int here = Math.min(left, columns - column);
            for (int i = 0; i < here; i++, at += Float.BYTES) {
                float factor = factors[byRow ? row : column + i];
                ByteArrays.FLOATS.set(target, at, (float) ByteArrays.FLOATS.get(target, at) * factor);
            }
            left -= here;
            row++;
            column = 0;
        }
    }
}
