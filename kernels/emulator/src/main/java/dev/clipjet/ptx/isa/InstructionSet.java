package dev.clipjet.ptx.isa;

import dev.clipjet.ptx.decode.Decoder;
import java.util.HashMap;
import java.util.Map;

/** All instructions that the emulator knows. */
public final class InstructionSet {
    private static final Map<String, Decoder> DECODERS = all();

    private InstructionSet() {}

    /** A decoder for each opcode. */
    public static Map<String, Decoder> decoders() {
        return DECODERS;
    }

    private static Map<String, Decoder> all() {
        Map<String, Decoder> decoders = new HashMap<>();
        ControlFlow.register(decoders);
        Moves.register(decoders);
        Arithmetic.register(decoders);
        VideoInstructions.register(decoders);
        BitInstructions.register(decoders);
        FloatArithmetic.register(decoders);
        Comparisons.register(decoders);
        Conversions.register(decoders);
        PackedIntegers.register(decoders);
        ByteFloats.register(decoders);
        LoadsAndStores.register(decoders);
        Barriers.register(decoders);
        AsyncCopyInstructions.register(decoders);
        WarpExchange.register(decoders);
        MatrixMoves.register(decoders);
        MatrixMultiply.register(decoders);
        OtherMultiply.register(decoders);
        WmmaInstructions.register(decoders);
        Atomics.register(decoders);
        CachePolicies.register(decoders);
        Fences.register(decoders);
        MBarrierInstructions.register(decoders);
        WarpgroupInstructions.register(decoders);
        ClusterInstructions.register(decoders);
        GridDependency.register(decoders);
        return Map.copyOf(decoders);
    }
}
