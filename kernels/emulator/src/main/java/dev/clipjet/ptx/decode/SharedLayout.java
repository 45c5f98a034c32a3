package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.syntax.PtxModule;
import dev.clipjet.ptx.syntax.PtxSyntaxException;
import dev.clipjet.ptx.syntax.Variable;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/** Offsets of an entry's shared variables: static ones first, the dynamic array behind them. */
final class SharedLayout {
    private static final long MAX_BYTES = 227 << 10;

    private final PtxModule module;
    private final Map<Variable, Symbol> places = new IdentityHashMap<>();
    private final Map<String, Symbol> ofModule = new HashMap<>();
    private int dynamicAlignment = 16;
    private long end;

    SharedLayout(PtxModule module, CallGraph graph) {
        this.module = module;
        for (Variable variable : graph.sharedVariables()) {
            place(variable);
        }
        for (Variable variable : module.variables()) {
            if (variable.space().equals("shared") && graph.uses(variable.name())) {
                place(variable);
            }
        }
        long dynamic = end + dynamicAlignment - 1 & -dynamicAlignment;
        places.replaceAll(
                (variable, symbol) -> symbol == null ? new Symbol(variable.name(), Space.SHARED, dynamic, 0) : symbol);
        for (Variable variable : module.variables()) {
            if (places.containsKey(variable)) {
                ofModule.put(variable.name(), places.get(variable));
            }
        }
    }

    /** The place of a variable declared in a function. */
    Symbol ofFunction(Variable variable) {
        return places.get(variable);
    }

    /** The place of a variable of the module, or null. */
    Symbol ofModule(String name) {
        return ofModule.get(name);
    }

    int staticBytes() {
        return (int) end;
    }

    int dynamicAlignment() {
        return dynamicAlignment;
    }

    private void place(Variable variable) {
        if (variable.elements() < 0 || variable.elements() == 0) {
            dynamicAlignment = Math.max(dynamicAlignment, variable.alignment());
            places.put(variable, null);
            return;
        }
        long bytes = VariableSize.of(module, variable);
        long offset = end + variable.alignment() - 1 & -variable.alignment();
        end = offset + bytes;
        if (end > MAX_BYTES) {
            throw new PtxSyntaxException(
                    module.file(),
                    variable.line(),
                    "more than " + MAX_BYTES + " bytes of shared memory",
                    variable.name());
        }
        places.put(variable, new Symbol(variable.name(), Space.SHARED, offset, bytes));
    }
}
