package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.ElementType;

/**
 * A matrix in device memory, row-major. The address and the bytes of a stride are multiples of 16. The columns from {@code
 * columns} to {@code stride} pad a row: kernels may overwrite them, and may find anything there.
 *
 * @param address device address of the first element
 * @param rows at least 1
 * @param columns at least 1
 * @param stride elements from one row to the next
 */
public record Matrix(long address, int rows, int columns, int stride) {
    /** The alignment of addresses and strides, in bytes. */
    public static final int ALIGNMENT = 16;

    /** Checks the shape and the address. */
    public Matrix {
        if (rows < 1 || columns < 1 || stride < columns) {
            throw new IllegalArgumentException("a matrix of " + rows + " x " + columns + ", stride " + stride);
        }
        if (address == 0 || address % ALIGNMENT != 0) {
            throw new IllegalArgumentException(
                    "a matrix at 0x" + Long.toHexString(address) + ", which is not aligned to " + ALIGNMENT + " bytes");
        }
    }

    /** Bytes from the first element to the last, and on to the next multiple of 16: what a kernel may touch. */
    public long bytes(ElementType type) {
        long last = (long) columns * type.bytes();
        return (long) (rows - 1) * stride * type.bytes() + (last + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Some columns of all rows; they begin at a multiple of 16 bytes. */
    public Matrix columnRange(int from, int count, ElementType type) {
        if (from < 0 || count < 1 || from > columns - count) {
            throw new IllegalArgumentException(count + " columns from " + from + " on of " + columns);
        }
        return new Matrix(address + (long) from * type.bytes(), rows, count, stride);
    }

    /** The first rows. */
    public Matrix firstRows(int count) {
        if (count > rows) {
            throw new IllegalArgumentException(count + " rows of " + rows);
        }
        return new Matrix(address, count, columns, stride);
    }
}
