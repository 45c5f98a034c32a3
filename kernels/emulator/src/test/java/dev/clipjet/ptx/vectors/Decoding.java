package dev.clipjet.ptx.vectors;

import dev.clipjet.ptx.decode.KernelBuilder;
import dev.clipjet.ptx.isa.InstructionSet;
import dev.clipjet.ptx.syntax.PtxModule;
import dev.clipjet.ptx.syntax.PtxParser;
import dev.clipjet.ptx.syntax.PtxSyntaxException;
import java.util.Map;

/** Decodes a kernel without running it. */
final class Decoding {
    private Decoding() {}

    /** Why a kernel of these statements is refused, or null if it is not. */
    static PtxSyntaxException refusal(String statements) {
        String text = ".version 8.0\n.target sm_90a\n.address_size 64\n.entry k()\n{\n" + statements + "}\n";
        try {
            PtxModule module = PtxParser.parse("form", text);
            KernelBuilder.build(module, module.functions().get(0), InstructionSet.decoders(), Map.of());
            return null;
        } catch (PtxSyntaxException refused) {
            return refused;
        }
    }
}
