package dev.clipjet.kernels.gpu;

import dev.clipjet.numeric.ElementType;

/** Checks of a launch's arguments; what does not fit a kernel's contract is refused before anything runs. */
final class LaunchCheck {
    /** Dynamic shared memory that needs no permission. */
    static final int PLAIN_SHARED_BYTES = 48 << 10;

    private final String kernel;

    private LaunchCheck(String kernel) {
        this.kernel = kernel;
    }

    static LaunchCheck of(String kernel) {
        return new LaunchCheck(kernel);
    }

    LaunchCheck positive(String what, long value) {
        return require(value > 0, what + " is " + value + "; at least 1 is needed");
    }

    LaunchCheck multiple(String what, long value, int of) {
        return require(value % of == 0, what + " is " + value + ", which is no multiple of " + of);
    }

    LaunchCheck atMost(String what, long value, long limit) {
        return require(value <= limit, what + " is " + value + "; at most " + limit + " are possible");
    }

    LaunchCheck aligned(String what, long address, int to) {
        return require(
                address != 0 && address % to == 0,
                what + " lies at 0x" + Long.toHexString(address) + ", which is not aligned to " + to + " bytes");
    }

    /** Checks that every row begins at a multiple of 16 bytes. */
    LaunchCheck matrix(String what, Matrix matrix, ElementType type) {
        return multiple("bytes from row to row of " + what, (long) matrix.stride() * type.bytes(), Matrix.ALIGNMENT);
    }

    /** Checks that a matrix has a shape. */
    LaunchCheck shape(String what, Matrix matrix, int rows, int columns) {
        return require(
                matrix.rows() == rows && matrix.columns() == columns,
                what + " is " + matrix.rows() + " x " + matrix.columns() + "; " + rows + " x " + columns
                        + " is needed");
    }

    /** Checks that what is written does not lie in what is read. */
    LaunchCheck apart(String what, Matrix matrix, String otherName, Matrix other, ElementType type) {
        return apart(what, matrix, type, otherName, other, type);
    }

    /** The same for matrices of two types. */
    LaunchCheck apart(
            String what, Matrix matrix, ElementType type, String otherName, Matrix other, ElementType otherType) {
        return require(
                matrix.address() + matrix.bytes(type) <= other.address()
                        || other.address() + other.bytes(otherType) <= matrix.address(),
                what + " overlaps " + otherName);
    }

    /** Checks an input and an output of the same shape, which may be the same matrix. */
    LaunchCheck elementwise(Matrix in, Matrix out, ElementType type) {
        matrix("in", in, type).matrix("out", out, type).shape("out", out, in.rows(), in.columns());
        boolean same = in.address() == out.address() && in.stride() == out.stride();
        return same ? this : apart("out", out, "in", in, type);
    }

    /**
     * Checks a residual: it is there if one is wanted, has the shape of the output, and is that or apart from it.
     *
     * @param residual null for none
     */
    LaunchCheck residual(Matrix residual, boolean wanted, Matrix out, ElementType type) {
        require(
                (residual != null) == wanted,
                wanted ? "a residual was planned; there is none" : "no residual was planned");
        if (residual == null) {
            return this;
        }
        matrix("residual", residual, type).shape("residual", residual, out.rows(), out.columns());
        boolean same = residual.address() == out.address() && residual.stride() == out.stride();
        return same ? this : apart("out", out, "residual", residual, type);
    }

    LaunchCheck require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(kernel + ": " + otherwise);
        }
        return this;
    }
}
