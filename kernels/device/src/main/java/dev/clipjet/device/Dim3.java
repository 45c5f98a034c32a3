package dev.clipjet.device;

/**
 * Extent in three dimensions.
 *
 * @param x at least 1
 * @param y at least 1
 * @param z at least 1
 */
public record Dim3(int x, int y, int z) {
    /** One in every dimension. */
    public static final Dim3 ONE = new Dim3(1, 1, 1);

    /** Checks the extents. */
    public Dim3 {
        if (x < 1 || y < 1 || z < 1) {
            throw new IllegalArgumentException("extent " + x + " x " + y + " x " + z + " is empty");
        }
    }

    /** One row. */
    public static Dim3 of(int x) {
        return new Dim3(x, 1, 1);
    }

    /** A plane. */
    public static Dim3 of(int x, int y) {
        return new Dim3(x, y, 1);
    }

    /** Number of cells. */
    public long count() {
        return (long) x * y * z;
    }

    @Override
    public String toString() {
        return x + "x" + y + "x" + z;
    }
}
