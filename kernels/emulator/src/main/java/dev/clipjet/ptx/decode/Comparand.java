package dev.clipjet.ptx.decode;

/**
 * What a compare-and-swap compares. A plain load of the same place into the same register, as programs use for their first guess,
 * is verified by it.
 *
 * @param plane plane of the register
 * @param bytes its size
 * @param address the place in memory
 */
public record Comparand(int plane, int bytes, AddressOperand address) {}
