package dev.clipjet.ptx.emulator;

import dev.clipjet.ptx.decode.PtxType;
import dev.clipjet.ptx.decode.Symbol;
import dev.clipjet.ptx.decode.VariableSize;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.memory.Allocation;
import dev.clipjet.ptx.memory.GlobalMemory;
import dev.clipjet.ptx.syntax.Function;
import dev.clipjet.ptx.syntax.PtxModule;
import dev.clipjet.ptx.syntax.PtxSyntaxException;
import dev.clipjet.ptx.syntax.Statement;
import dev.clipjet.ptx.syntax.Variable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The global and constant variables of a module in memory, with what they start with.
 *
 * @param symbols by their names
 * @param allocations one for each
 */
record ModuleVariables(Map<String, Symbol> symbols, List<Allocation> allocations) {
    /** Allocates and initializes the variables of a module, those declared inside functions included. */
    static ModuleVariables place(PtxModule module, GlobalMemory memory) {
        Map<Variable, Allocation> placed = new LinkedHashMap<>();
        Map<String, Symbol> symbols = new LinkedHashMap<>();
        boolean done = false;
        try {
            for (Variable variable : variables(module)) {
                if (variable.linking().equals("extern")) {
                    throw new PtxSyntaxException(
                            module.file(),
                            variable.line(),
                            "variables of other modules are not supported",
                            variable.name());
                }
                boolean constant = variable.space().equals("const");
                int bytes = VariableSize.of(module, variable);
                Allocation allocation = memory.allocate(Math.max(1, bytes), "variable " + variable.name(), constant);
                placed.put(variable, allocation);
                Space space = constant ? Space.CONST : Space.GLOBAL;
                if (symbols.put(variable.name(), new Symbol(variable.name(), space, allocation.address(), bytes))
                        != null) {
                    throw new PtxSyntaxException(
                            module.file(), variable.line(), "variable declared twice", variable.name());
                }
            }
            placed.forEach((variable, allocation) -> initialize(module, variable, allocation, symbols));
            done = true;
        } finally {
            if (!done) {
                placed.values().forEach(memory::free);
            }
        }
        return new ModuleVariables(symbols, List.copyOf(placed.values()));
    }

    private static List<Variable> variables(PtxModule module) {
        List<Variable> found = new ArrayList<>();
        Deque<Statement> waiting = new ArrayDeque<>();
        module.variables().stream().filter(ModuleVariables::inMemory).forEach(found::add);
        for (Function function : module.functions()) {
            if (function.body() != null) {
                waiting.add(function.body());
            }
        }
        while (!waiting.isEmpty()) {
            Statement statement = waiting.remove();
            if (statement instanceof Statement.Block block) {
                waiting.addAll(block.statements());
            } else if (statement instanceof Statement.Declaration declaration && inMemory(declaration.variable())) {
                found.add(declaration.variable());
            }
        }
        return found;
    }

    private static boolean inMemory(Variable variable) {
        return variable.space().equals("global") || variable.space().equals("const");
    }

    /** Memory that an initializer does not mention is zero, as the language says. */
    private static void initialize(
            PtxModule module, Variable variable, Allocation allocation, Map<String, Symbol> symbols) {
        int each = PtxType.of(variable.type()).bytes();
        byte[] bytes = allocation.bytes();
        int at = 0;
        for (Variable.Initializer element : variable.initializer()) {
            long value = element.bits();
            if (element.symbol() != null) {
                Symbol symbol = symbols.get(element.symbol());
                if (symbol == null) {
                    throw new PtxSyntaxException(
                            module.file(),
                            variable.line(),
                            "the address of something that is no variable",
                            element.symbol());
                }
                value = symbol.address() + element.bits();
                if (element.mask() != -1) {
                    value = (value & element.mask()) >>> Long.numberOfTrailingZeros(element.mask());
                }
            }
            if (at + each > bytes.length) {
                throw new PtxSyntaxException(
                        module.file(),
                        variable.line(),
                        "more initial values than the variable has elements",
                        variable.name());
            }
            for (int i = 0; i < each; i++) {
                bytes[at + i] = (byte) (value >>> 8 * i);
            }
            at += each;
        }
        allocation.written().set(0, bytes.length);
    }
}
