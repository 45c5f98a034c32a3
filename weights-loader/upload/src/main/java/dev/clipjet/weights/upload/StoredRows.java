package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.StoredTensor;
import java.nio.ByteBuffer;

/** A tensor in the mapped file. */
final class StoredRows implements RowSource {
    private final ByteBuffer data;
    private final ElementType dtype;
    private final int rows;
    private final int columns;

    StoredRows(StoredTensor tensor, int rows, int columns) {
        dtype = tensor.dtype();
        if (!Conversions.isConvertible(dtype)) {
            throw new InvalidInputException(
                    "tensor \"" + tensor.name() + "\" has dtype " + dtype + ", expected F32, F16 or BF16");
        }
        this.data = tensor.data();
        this.rows = rows;
        this.columns = columns;
        if (data.remaining() != elements() * dtype.bytes()) {
            throw new InvalidInputException("tensor \"" + tensor.name() + "\" has " + data.remaining() + " bytes, "
                    + rows + " x " + columns + " of " + dtype + " are " + elements() * dtype.bytes());
        }
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
        data.get(position(element), target, offset, count * dtype.bytes());
    }

    @Override
    public void read(long element, int count, ByteBuffer target) {
        int bytes = count * dtype.bytes();
        target.put(target.position(), data, position(element), bytes);
        target.position(target.position() + bytes);
    }

    private int position(long element) {
        return data.position() + Math.toIntExact(element * dtype.bytes());
    }
}
