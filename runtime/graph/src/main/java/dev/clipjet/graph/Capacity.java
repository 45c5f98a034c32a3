package dev.clipjet.graph;

/**
 * The most that one run of a graph can hold.
 *
 * @param items images or texts
 * @param packed tokens of all texts together; 0 for images
 */
public record Capacity(int items, int packed) {
    /** Rows along an axis in a full run. */
    public int rows(Axis axis) {
        return axis.rows(items, packed);
    }
}
