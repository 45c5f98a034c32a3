/**
 * A tower as an immutable list of typed operations over values with axes, weights as expressions over canonical tensors, a memory
 * plan and a cost. The graph says what is computed; executors say how.
 */
package dev.clipjet.graph;
