package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.syntax.Variable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names declared between a pair of braces. */
final class Scope {
    private final Scope outer;
    private final Map<String, Variable> variables = new HashMap<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private final Map<String, Register> registers = new HashMap<>();
    private final Map<String, Symbol> symbols = new HashMap<>();
    private final Map<String, List<String>> targets = new HashMap<>();

    Scope(Scope outer) {
        this.outer = outer;
    }

    Scope outer() {
        return outer;
    }

    Map<String, Variable> variables() {
        return variables;
    }

    Map<String, Integer> labels() {
        return labels;
    }

    Map<String, Register> registers() {
        return registers;
    }

    Map<String, Symbol> symbols() {
        return symbols;
    }

    Map<String, List<String>> targets() {
        return targets;
    }

    /** The declaration of a register, single or by range, in this scope only; null if there is none. */
    Variable registerDeclaration(String name) {
        Variable exact = variables.get(name);
        if (exact != null) {
            return exact.space().equals("reg") && exact.count() == 0 ? exact : null;
        }
        int digits = name.length();
        while (digits > 0 && Character.isDigit(name.charAt(digits - 1))) {
            digits--;
        }
        // A range %r<n> may have a prefix that ends in digits, so every split is tried.
        for (int at = digits; at < name.length(); at++) {
            Variable range = variables.get(name.substring(0, at));
            if (range != null && range.count() > 0 && name.length() - at < 9) {
                String number = name.substring(at);
                if ((number.length() == 1 || number.charAt(0) != '0') && Integer.parseInt(number) < range.count()) {
                    return range;
                }
            }
        }
        return null;
    }
}
