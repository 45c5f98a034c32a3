package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.exec.Step;

/** Makes a step of an instruction. */
@FunctionalInterface
public interface Decoder {
    /**
     * Reads the instruction's modifiers and operands, all of them; what is left over is an error.
     *
     * @param in the instruction
     * @return what carries it out
     */
    Step decode(InstructionReader in);
}
