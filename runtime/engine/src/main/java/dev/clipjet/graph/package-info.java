/**
 * A tower as an immutable list of typed operations with a memory plan. The graph says what is computed and where
 * intermediates lie; executors say how.
 */
package dev.clipjet.graph;
