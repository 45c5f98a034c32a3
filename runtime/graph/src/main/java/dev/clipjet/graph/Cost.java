package dev.clipjet.graph;

/**
 * What an operation or a graph cannot do without.
 *
 * @param operations multiplications and additions of products, convolutions and attention
 * @param weightBytes of matrices that are read; of tables only single rows are, which are not counted
 * @param activationBytes of values that are read and written
 */
public record Cost(double operations, double weightBytes, double activationBytes) {
    /** Nothing. */
    public static final Cost NONE = new Cost(0, 0, 0);

    Cost plus(Cost other) {
        return new Cost(
                operations + other.operations,
                weightBytes + other.weightBytes,
                activationBytes + other.activationBytes);
    }
}
