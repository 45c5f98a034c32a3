package dev.clipjet.weights.upload;

import dev.clipjet.error.InvalidInputException;
import dev.clipjet.numeric.ElementType;
import dev.clipjet.weights.StoredTensor;
import java.nio.ByteBuffer;

/** A tensor in its file. */
final class StoredRows implements RowSource {
    private final StoredTensor tensor;
    private final ElementType dtype;
    private final int rows;
    private final int columns;

    StoredRows(StoredTensor tensor, int rows, int columns) {
        dtype = tensor.dtype();
        if (!Conversions.isConvertible(dtype)) {
            throw new InvalidInputException(
                    "tensor \"" + tensor.name() + "\" has dtype " + dtype + ", expected F32, F16 or BF16");
        }
        this.tensor = tensor;
        this.rows = rows;
        this.columns = columns;
        long bytes = tensor.bytes().length();
        if (bytes != elements() * dtype.bytes()) {
            throw new InvalidInputException("tensor \"" + tensor.name() + "\" has " + bytes + " bytes, " + rows + " x "
                    + columns + " of " + dtype + " are " + elements() * dtype.bytes());
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
        tensor.read(element, count, ByteBuffer.wrap(target, offset, count * dtype.bytes()));
    }

    @Override
    public void read(long element, int count, ByteBuffer target) {
        tensor.read(element, count, target);
    }
}
