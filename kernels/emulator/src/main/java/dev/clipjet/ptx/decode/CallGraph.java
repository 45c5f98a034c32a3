package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.syntax.Function;
import dev.clipjet.ptx.syntax.Operand;
import dev.clipjet.ptx.syntax.PtxModule;
import dev.clipjet.ptx.syntax.PtxSyntaxException;
import dev.clipjet.ptx.syntax.Statement;
import dev.clipjet.ptx.syntax.Variable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The functions that an entry reaches, the names they use and the shared variables they declare. Recursion is refused. */
final class CallGraph {
    private final PtxModule module;
    private final Map<String, Function> functions = new HashMap<>();
    private final Map<Function, List<Function>> callees = new LinkedHashMap<>();
    private final Set<String> names = new HashSet<>();
    private final List<Variable> shared = new ArrayList<>();

    CallGraph(PtxModule module, Function entry) {
        this.module = module;
        for (Function function : module.functions()) {
            if (!function.entry()) {
                functions.merge(function.name(), function, (a, b) -> a.body() == null ? b : a);
            }
        }
        module.aliases().forEach((alias, function) -> functions.put(alias, functions.get(function)));
        Deque<Function> waiting = new ArrayDeque<>();
        waiting.add(entry);
        callees.put(entry, new ArrayList<>());
        while (!waiting.isEmpty()) {
            Function function = waiting.remove();
            if (function.body() == null) {
                throw new PtxSyntaxException(
                        module.file(), function.line(), "the function has no body in this module", function.name());
            }
            scan(function);
            for (Function callee : callees.get(function)) {
                if (!callees.containsKey(callee)) {
                    callees.put(callee, new ArrayList<>());
                    waiting.add(callee);
                }
            }
        }
        refuseRecursion(entry);
    }

    /** A function by its name, or null. */
    Function function(String name) {
        return functions.get(name);
    }

    /** All functions reached, the entry first. */
    List<Function> reached() {
        return List.copyOf(callees.keySet());
    }

    /** Whether a name occurs in an operand. */
    boolean uses(String name) {
        return names.contains(name);
    }

    /** Shared variables declared inside the functions reached. */
    List<Variable> sharedVariables() {
        return shared;
    }

    private void scan(Function function) {
        Deque<Statement> waiting = new ArrayDeque<>();
        waiting.add(function.body());
        while (!waiting.isEmpty()) {
            Statement statement = waiting.remove();
            if (statement instanceof Statement.Block block) {
                waiting.addAll(block.statements());
            } else if (statement instanceof Statement.Declaration declaration
                    && declaration.variable().space().equals("shared")) {
                shared.add(declaration.variable());
            } else if (statement instanceof Statement.Instruction instruction) {
                instruction.operands().forEach(this::note);
                if (instruction.opcode().equals("call")) {
                    for (Operand operand : instruction.operands()) {
                        if (operand instanceof Operand.Name name
                                && functions.containsKey(name.name())
                                && !SystemCall.exists(functions.get(name.name()))) {
                            callees.get(function).add(functions.get(name.name()));
                        }
                    }
                }
            }
        }
    }

    private void note(Operand operand) {
        if (operand instanceof Operand.Name name) {
            names.add(name.name());
        } else if (operand instanceof Operand.Address address && address.base() != null) {
            names.add(address.base());
        } else if (operand instanceof Operand.Sum sum) {
            names.add(sum.base());
        } else if (operand instanceof Operand.Vector vector) {
            vector.elements().forEach(this::note);
        }
    }

    private void refuseRecursion(Function entry) {
        Map<Function, Boolean> finished = new HashMap<>();
        Deque<Function> path = new ArrayDeque<>();
        Deque<Integer> next = new ArrayDeque<>();
        path.push(entry);
        next.push(0);
        finished.put(entry, false);
        while (!path.isEmpty()) {
            Function at = path.peek();
            int i = next.pop();
            if (i == callees.get(at).size()) {
                finished.put(at, true);
                path.pop();
                continue;
            }
            next.push(i + 1);
            Function callee = callees.get(at).get(i);
            Boolean state = finished.get(callee);
            if (state == null) {
                finished.put(callee, false);
                path.push(callee);
                next.push(0);
            } else if (!state) {
                throw new PtxSyntaxException(
                        module.file(), callee.line(), "recursive functions are not supported", callee.name());
            }
        }
    }
}
