package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import java.nio.ByteBuffer;
import java.util.List;

/** The rows of several sources, one after the other. */
final class StackedRows implements RowSource {
    private final List<RowSource> parts;
    private final ElementType dtype;
    private final int columns;
    private final int rows;

    StackedRows(List<RowSource> parts) {
        if (parts.isEmpty()) {
            throw new InvalidInputException("no sources to stack");
        }
        columns = parts.get(0).columns();
        boolean same = true;
        int sum = 0;
        for (RowSource part : parts) {
            if (part.columns() != columns) {
                throw new InvalidInputException("rows of " + columns + " and of " + part.columns() + " elements");
            }
            same &= part.dtype() == parts.get(0).dtype();
            sum = Math.addExact(sum, part.rows());
        }
        rows = sum;
        dtype = same ? parts.get(0).dtype() : ElementType.F32;
        this.parts = parts.stream()
                .map(part -> part.dtype() == dtype ? part : new WidenedRows(part))
                .toList();
    }

    @Override
    public ElementType dtype() {
        return dtype;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public void read(long element, int count, byte[] target, int offset) {
        long first = 0;
        int done = 0;
        for (RowSource part : parts) {
            long from = element + done - first;
            if (done < count && from < part.elements()) {
                int here = (int) Math.min(count - done, part.elements() - from);
                part.read(from, here, target, offset + done * dtype.bytes());
                done += here;
            }
            first += part.elements();
        }
    }

    @Override
    public void read(long element, int count, ByteBuffer target) {
        long first = 0;
        int done = 0;
        for (RowSource part : parts) {
            long from = element + done - first;
            if (done < count && from < part.elements()) {
                int here = (int) Math.min(count - done, part.elements() - from);
                part.read(from, here, target);
                done += here;
            }
            first += part.elements();
        }
    }
}
