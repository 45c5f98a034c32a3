package dev.clipjet.weights.upload;

import dev.clipjet.numeric.ElementType;

/** Another source's elements as F32. */
final class WidenedRows implements RowSource {
    private final RowSource source;
    private final BlockConversion toFloat;
    private byte[] scratch = new byte[0];

    WidenedRows(RowSource source) {
        this.source = source;
        this.toFloat = Conversions.between(source.dtype(), ElementType.F32);
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
        if (source.dtype() == ElementType.F32) {
            source.read(element, count, target, offset);
            return;
        }
        int bytes = count * source.dtype().bytes();
        if (scratch.length < bytes) {
            scratch = new byte[bytes];
        }
        source.read(element, count, scratch, 0);
        toFloat.convert(scratch, 0, target, offset, count);
    }
}
