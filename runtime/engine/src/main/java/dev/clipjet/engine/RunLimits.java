package dev.clipjet.engine;

/**
 * How much goes into one run.
 *
 * @param items images or texts, at least 1
 * @param tokens of all texts together; a single text may have more
 */
public record RunLimits(int items, int tokens) {}
