package dev.clipjet.ptx.emulator;

import dev.clipjet.ptx.decode.KernelBuilder;
import dev.clipjet.ptx.decode.Symbol;
import dev.clipjet.ptx.exec.KernelCode;
import dev.clipjet.ptx.isa.InstructionSet;
import dev.clipjet.ptx.syntax.Function;
import dev.clipjet.ptx.syntax.PtxModule;
import java.util.LinkedHashMap;
import java.util.Map;

/** A text, parsed, and its entries, lowered. Code that names no variables is the same on every device, so it is kept. */
final class ParsedModule {
    private final PtxModule syntax;
    private Map<String, KernelCode> kernels;

    ParsedModule(PtxModule syntax) {
        this.syntax = syntax;
    }

    PtxModule syntax() {
        return syntax;
    }

    /**
     * The entries by their names.
     *
     * @param symbols variables of the module, with their addresses on the device
     */
    synchronized Map<String, KernelCode> kernels(Map<String, Symbol> symbols) {
        if (!symbols.isEmpty()) {
            return lower(symbols);
        }
        if (kernels == null) {
            kernels = lower(symbols);
        }
        return kernels;
    }

    private Map<String, KernelCode> lower(Map<String, Symbol> symbols) {
        Map<String, KernelCode> lowered = new LinkedHashMap<>();
        for (Function function : syntax.functions()) {
            if (function.entry() && function.body() != null) {
                lowered.put(function.name(), KernelBuilder.build(syntax, function, InstructionSet.decoders(), symbols));
            }
        }
        return lowered;
    }
}
