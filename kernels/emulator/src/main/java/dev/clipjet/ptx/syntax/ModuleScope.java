package dev.clipjet.ptx.syntax;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The variables and functions of a module. A variable may be declared {@code .extern} any number of times beside its definition,
 * which then counts alone; a function may have prototypes before its body.
 */
final class ModuleScope {
    private final TokenReader in;
    private final Map<String, Variable> variables = new LinkedHashMap<>();
    private final Map<String, Function> latest = new HashMap<>();
    private final List<Function> functions = new ArrayList<>();
    private final Map<String, String> aliases = new LinkedHashMap<>();

    ModuleScope(TokenReader in) {
        this.in = in;
    }

    List<Variable> variables() {
        return List.copyOf(variables.values());
    }

    List<Function> functions() {
        return List.copyOf(functions);
    }

    Map<String, String> aliases() {
        return Map.copyOf(aliases);
    }

    void declare(Variable variable) {
        String name = variable.name();
        if (latest.containsKey(name)) {
            throw in.error(variable.line(), "a variable with the name of a function", name);
        }
        Variable known = variables.get(name);
        if (known == null) {
            variables.put(name, variable);
            return;
        }
        boolean first = known.linking().equals("extern");
        boolean second = variable.linking().equals("extern");
        if (!first && !second) {
            throw in.error(variable.line(), "a variable declared twice, first in line " + known.line(), name);
        }
        if (!known.space().equals(variable.space())
                || !known.type().equals(variable.type())
                || known.vector() != variable.vector()
                || known.elements() != variable.elements() && known.elements() > 0 && variable.elements() > 0) {
            throw in.error(variable.line(), "declared otherwise in line " + known.line(), name);
        }
        if (!second) {
            variables.put(name, variable);
        }
    }

    /** Whether a function was declared, as a prototype or with its body. */
    boolean hasFunction(String name) {
        return latest.containsKey(name);
    }

    /** Checks a function before its body is read. */
    void check(String name, boolean entry, int line) {
        Variable variable = variables.get(name);
        if (variable != null) {
            throw in.error(line, "a function with the name of a variable of line " + variable.line(), name);
        }
        Function known = latest.get(name);
        if (known == null) {
            return;
        }
        if (known.entry() != entry) {
            throw in.error(line, "both an entry and a function, the other in line " + known.line(), name);
        }
        if (known.body() != null) {
            throw in.error(line, "a function declared after its body in line " + known.line(), name);
        }
    }

    void declare(Function function) {
        latest.put(function.name(), function);
        functions.add(function);
    }

    void alias(String name, String function, int line) {
        if (!hasFunction(name) || !hasFunction(function)) {
            throw in.error(line, "an alias takes two functions declared before", name + ", " + function);
        }
        if (latest.get(name).entry() || latest.get(function).entry()) {
            throw in.error(line, "an alias for an entry", name + ", " + function);
        }
        if (latest.get(name).body() != null || aliases.put(name, function) != null) {
            throw in.error(line, "an alias for a function that has a body or an alias already", name);
        }
    }
}
