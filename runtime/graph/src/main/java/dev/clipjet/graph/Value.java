package dev.clipjet.graph;

/**
 * An intermediate result: a row-major matrix whose element type and row stride are the executor's.
 *
 * @param id index within the graph
 * @param name for reports and for reading it out
 * @param axis what a row stands for
 * @param columns width of a row
 */
public record Value(int id, String name, Axis axis, int columns) {
    /**
     * The feature map whose pixels the rows are.
     *
     * @throws IllegalStateException if the rows stand for something else
     */
    public Axis.FeatureMap map() {
        if (axis instanceof Axis.FeatureMap map) {
            return map;
        }
        throw new IllegalStateException(
                "the rows of " + name + " are " + axis.name() + ", not the pixels of a feature map");
    }
}
