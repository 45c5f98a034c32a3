package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import java.util.HashMap;
import java.util.Map;

/** All instructions that the emulator knows. */
public final class InstructionSet {
    private static final Map<String, Decoder> DECODERS = new HashMap<>();

    static {
        ControlFlow.register(DECODERS);
        Moves.register(DECODERS);
        IntegerArithmetic.register(DECODERS);
        Comparisons.register(DECODERS);
        LoadsAndStores.register(DECODERS);
        Barriers.register(DECODERS);
        AsyncCopyInstructions.register(DECODERS);
    }

    private InstructionSet() {}

    /** A decoder for each opcode. */
    public static Map<String, Decoder> decoders() {
        return Map.copyOf(DECODERS);
    }
}
