package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.Warp;

/**
 * {@code [base + offset]}, resolved.
 *
 * @param register plane of the base register, or -1 for a fixed address
 * @param wide whether the register is one of 64 bits
 * @param offset what is added, with the address of a variable in it
 * @param variableSpace space of the variable that is named, or null
 */
public record AddressOperand(int register, boolean wide, long offset, Space variableSpace) {
    /** Writes the address of every lane into an array; inactive lanes too. */
    public void into(Warp warp, long[] target) {
        if (register < 0) {
            for (int lane = 0; lane < 32; lane++) {
                target[lane] = offset;
            }
        } else if (wide) {
            long[] base = warp.longs[register];
            for (int lane = 0; lane < 32; lane++) {
                target[lane] = base[lane] + offset;
            }
        } else {
            int[] base = warp.ints[register];
            for (int lane = 0; lane < 32; lane++) {
                target[lane] = (base[lane] + offset) & 0xffff_ffffL;
            }
        }
    }
}
