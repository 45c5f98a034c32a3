package dev.clipjet.ptx.vectors;

import dev.clipjet.ptx.decode.KernelBuilder;
import dev.clipjet.ptx.isa.InstructionSet;
import dev.clipjet.ptx.syntax.PtxModule;
import dev.clipjet.ptx.syntax.PtxParser;
import dev.clipjet.ptx.syntax.PtxSyntaxException;
import java.util.Map;

/** Decodes an instruction without running it. */
final class Decoding {
    private static final String BEFORE = """
            .version 8.0
            .target sm_90a
            .address_size 64
            .func f() { ret; }
            .entry k(.param .align 16 .b8 p0[512]) {
            .reg .pred %q<8>;
            .reg .b16 %h<8>;
            .reg .b32 %r<256>;
            .reg .b64 %d<32>;
            .param .align 16 .b8 v[16];
            L:
            T: .branchtargets L, L;
            """;

    private Decoding() {}

    /** Whether the emulator takes an instruction on the registers %q0.. (predicates) %h0.. %r0.. %d0.. (16, 32, 64 bits). */
    static boolean accepts(String instruction) {
        try {
            PtxModule module = PtxParser.parse("form", BEFORE + instruction + "\n}\n");
            KernelBuilder.build(module, module.functions().get(1), InstructionSet.decoders(), Map.of());
            return true;
        } catch (PtxSyntaxException refused) {
            return false;
        }
    }
}
