package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.exec.Space;

/**
 * A variable with its place.
 *
 * @param name its name
 * @param space where it lies
 * @param address offset in its space, or the full address for global and constant memory
 * @param bytes its size
 */
public record Symbol(String name, Space space, long address, long bytes) {}
