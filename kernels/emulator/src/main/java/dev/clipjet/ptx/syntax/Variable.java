package dev.clipjet.ptx.syntax;

import java.util.List;

/**
 * A declared variable: of a module, a function, a parameter list.
 *
 * @param name its name
 * @param space {@code global}, {@code const}, {@code shared}, {@code local}, {@code param}, {@code reg}
 * @param linking {@code extern}, {@code visible}, {@code weak}, {@code common}, or empty
 * @param type element type without the dot: {@code b8}, {@code f32}, {@code pred} ...
 * @param vector elements of a {@code .v2} or {@code .v4}, else 1
 * @param alignment in bytes, the natural one where none is written
 * @param elements number of elements, 1 for a scalar; -1 for an array of open length, which is {@code extern} or a parameter
 * @param count for {@code .reg} ranges {@code %r<48>}: 48, the name being {@code %r}; else 0
 * @param initializer what it starts with, in the order of memory; elements behind the last one are zero. Empty for none
 * @param line where it is declared
 */
public record Variable(
        String name,
        String space,
        String linking,
        String type,
        int vector,
        int alignment,
        long elements,
        int count,
        List<Initializer> initializer,
        int line) {
    /**
     * One element of an initializer, in order.
     *
     * @param bits the value, of which the low bits in the width of the element count, or the addend to a symbol
     * @param symbol a variable or function whose address is meant, or null
     * @param generic whether {@code generic(symbol)} is written
     * @param mask for {@code 0xFF00(symbol)} forms, the mask; else -1
     */
    public record Initializer(long bits, String symbol, boolean generic, long mask) {}
}
