package dev.clipjet.graph;

/**
 * An intermediate result: a dense row-major float32 matrix.
 *
 * @param id index within the graph
 * @param name for reports and for reading it out
 * @param rows what a row stands for
 * @param columns width of a row
 */
public record Value(int id, String name, Rows rows, int columns) {}
