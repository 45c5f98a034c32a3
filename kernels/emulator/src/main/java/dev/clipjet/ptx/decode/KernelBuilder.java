package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.exec.Branch;
import dev.clipjet.ptx.exec.KernelCode;
import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.SpecialRegister;
import dev.clipjet.ptx.exec.Step;
import dev.clipjet.ptx.syntax.Function;
import dev.clipjet.ptx.syntax.Operand;
import dev.clipjet.ptx.syntax.PtxModule;
import dev.clipjet.ptx.syntax.PtxSyntaxException;
import dev.clipjet.ptx.syntax.Statement;
import dev.clipjet.ptx.syntax.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Lowers an entry, with the functions it calls, to {@link KernelCode}. Registers, local variables and parameters of calls have
 * fixed places, one set for each function, which is sound because recursion is refused.
 */
public final class KernelBuilder {
    private static final int MAX_STEPS = 1 << 22;
    private static final long MAX_LOCAL = 512 << 10;
    private static final int[] NONE = {};

    private final PtxModule module;
    private final Map<String, Decoder> instructions;
    private final Map<String, Symbol> moduleSymbols;
    private final CallGraph graph;
    private final SharedLayout shared;
    private final List<Step> steps = new ArrayList<>();
    private final List<String> sources = new ArrayList<>();
    private final List<KernelCode.FunctionStart> functionStarts = new ArrayList<>();
    private final List<KernelCode.Parameter> parameters = new ArrayList<>();
    private final Map<Integer, Integer> intLiterals = new HashMap<>();
    private final Map<Long, Integer> longLiterals = new HashMap<>();
    private final Map<SpecialRegister, Integer> intSpecials = new HashMap<>();
    private final Map<SpecialRegister, Integer> longSpecials = new HashMap<>();
    private final Map<Function, Scope> frames = new HashMap<>();
    private final Map<Function, Integer> starts = new HashMap<>();
    private final List<Runnable> patches = new ArrayList<>();
    private final Set<Comparand> comparands = new HashSet<>();
    private final BitSet matrixRegisters = new BitSet();
    private int predicates;
    private int ints;
    private int longs;
    private int marks = 1;
    private int parameterBytes;
    private long localEnd;
    private int sharedGranule = 16;
    private int globalGranule = 16;
    private boolean communicates;
    private boolean launchesDependents;
    private boolean controlsDependents;
    private String source = "";

    private KernelBuilder(
            PtxModule module, Function entry, Map<String, Decoder> instructions, Map<String, Symbol> moduleSymbols) {
        this.module = module;
        this.instructions = instructions;
        this.moduleSymbols = moduleSymbols;
        graph = new CallGraph(module, entry);
        shared = new SharedLayout(module, graph);
    }

    /**
     * Lowers an entry.
     *
     * @param module the module
     * @param entry one of its entries
     * @param instructions a decoder for each opcode
     * @param moduleSymbols global and constant variables of the module with their addresses
     */
    public static KernelCode build(
            PtxModule module, Function entry, Map<String, Decoder> instructions, Map<String, Symbol> moduleSymbols) {
        return new KernelBuilder(module, entry, instructions, moduleSymbols).build(entry);
    }

    private KernelCode build(Function entry) {
        for (Function function : graph.reached()) {
            frames.put(function, function == entry ? entryFrame(entry) : calleeFrame(function));
        }
        for (Function function : graph.reached()) {
            lower(function);
        }
        patches.forEach(Runnable::run);
        markMatrixAccesses();
        return new KernelCode(
                entry.name(),
                module.file(),
                steps.toArray(new Step[0]),
                sources.toArray(new String[0]),
                List.copyOf(functionStarts),
                ints,
                longs,
                predicates,
                marks,
                inverse(intLiterals),
                inverse(longLiterals),
                inverse(intSpecials),
                inverse(longSpecials),
                List.copyOf(parameters),
                parameterBytes,
                shared.staticBytes(),
                shared.dynamicAlignment(),
                (int) (localEnd + 15 & -16),
                sharedGranule,
                globalGranule,
                communicates,
                launchesDependents,
                controlsDependents,
                required(entry),
                maxThreads(entry),
                entry.directives().getOrDefault("maxnreg", List.of(0)).get(0));
    }

    private void markMatrixAccesses() {
        for (Step step : steps) {
            if (!step.isMatrixOperation()
                    && IntStream.concat(Arrays.stream(step.inputs()), Arrays.stream(step.outputs()))
                            .anyMatch(matrixRegisters::get)) {
                step.touchMatrix();
            }
        }
    }

    private static <T> Map<Integer, T> inverse(Map<T, Integer> planes) {
        Map<Integer, T> values = new HashMap<>();
        planes.forEach((value, plane) -> values.put(plane, value));
        return values;
    }

    private static int[] required(Function entry) {
        List<Integer> directive = entry.directives().get("reqntid");
        if (directive == null) {
            return null;
        }
        int[] required = {1, 1, 1};
        for (int i = 0; i < Math.min(3, directive.size()); i++) {
            required[i] = directive.get(i);
        }
        return required;
    }

    private static int maxThreads(Function entry) {
        long threads = 1;
        for (int extent : entry.directives().getOrDefault("maxntid", List.of(1024))) {
            threads = Math.min(1024, threads * extent);
        }
        return (int) threads;
    }

    private Scope entryFrame(Function entry) {
        Scope scope = new Scope(null);
        for (Variable parameter : entry.parameters()) {
            int bytes = VariableSize.of(module, parameter);
            int offset = parameterBytes + parameter.alignment() - 1 & -parameter.alignment();
            parameters.add(new KernelCode.Parameter(parameter.name(), offset, bytes));
            scope.symbols().put(parameter.name(), new Symbol(parameter.name(), Space.PARAM, offset, bytes));
            parameterBytes = offset + bytes;
        }
        return scope;
    }

    private Scope calleeFrame(Function function) {
        Scope scope = new Scope(null);
        for (Variable parameter : function.parameters()) {
            scope.symbols().put(parameter.name(), placeLocal(parameter));
        }
        for (Variable result : function.results()) {
            scope.symbols().put(result.name(), placeLocal(result));
        }
        return scope;
    }

    private void lower(Function function) {
        source = "";
        int firstMark = marks;
        int start = steps.size();
        starts.put(function, start);
        block(function.body(), new Scope(frames.get(function)));
        place(new ReturnStep(), function.line(), "end of " + function.name());
        int[] own = new int[marks - firstMark];
        for (int i = 0; i < own.length; i++) {
            own[i] = firstMark + i;
        }
        functionStarts.add(new KernelCode.FunctionStart(start, function.name(), own));
    }

    private void block(Statement.Block block, Scope scope) {
        for (Statement statement : block.statements()) {
            if (statement instanceof Statement.Instruction instruction) {
                instruction(instruction, scope);
            } else if (statement instanceof Statement.Block inner) {
                block(inner, new Scope(scope));
            } else if (statement instanceof Statement.Label label) {
                if (scope.labels().put(label.name(), steps.size()) != null) {
                    throw error(label.line(), "label declared twice", label.name());
                }
            } else if (statement instanceof Statement.Declaration declaration) {
                declare(declaration.variable(), scope);
            } else if (statement instanceof Statement.Location location) {
                String file = module.sourceFiles().getOrDefault(location.file(), "?");
                source = file + ":" + location.sourceLine();
            } else if (statement instanceof Statement.Targets targets) {
                scope.targets().put(targets.name(), targets.targets());
            } else if (statement instanceof Statement.CallPrototype prototype) {
                throw error(prototype.line(), "indirect calls are not supported", prototype.name());
            }
        }
    }

    private void instruction(Statement.Instruction instruction, Scope scope) {
        Decoder decoder = instructions.get(instruction.opcode());
        if (decoder == null) {
            throw error(
                    instruction.line(), "unknown instruction " + instruction.opcode(), InstructionText.of(instruction));
        }
        InstructionReader reader = new InstructionReader(this, scope, instruction);
        Step step = decoder.decode(reader);
        reader.finish();
        sharedGranule = Math.min(sharedGranule, reader.sharedWidth());
        globalGranule = Math.min(globalGranule, reader.globalWidth());
        place(step, instruction.line(), reader.text());
        step.dataflow(reader.inputs(), reader.outputs());
        guard(step, reader);
        if (reader.label() != null) {
            String label = reader.label();
            patches.add(() -> ((Branch) step).target(labelPlace(scope, label, instruction.line())));
        }
        CallSite call = reader.callSite();
        if (call != null) {
            patches.add(() -> ((Branch) step).target(starts.get(call.callee())));
            Step results = new CallResults(call);
            place(results, instruction.line(), reader.text());
            guard(results, reader);
        }
    }

    private void guard(Step step, InstructionReader reader) {
        Statement.Instruction instruction = reader.instruction();
        if (instruction.guard() == null) {
            return;
        }
        Register register = findRegister(reader.scope(), instruction.guard());
        if (register == null || !register.isPredicate()) {
            throw reader.error("the guard " + instruction.guard() + " is no predicate");
        }
        step.guard(register.plane(), register.mark(), instruction.guardNegated());
    }

    private void place(Step step, int line, String text) {
        if (steps.size() == MAX_STEPS) {
            throw error(line, "a kernel of more than " + MAX_STEPS + " instructions", "");
        }
        step.place(steps.size(), line, text);
        step.dataflow(NONE, NONE);
        steps.add(step);
        sources.add(source);
    }

    private void declare(Variable variable, Scope scope) {
        if (variable.space().equals("reg")) {
            if (scope.variables().put(variable.name(), variable) != null) {
                throw error(variable.line(), "register declared twice", variable.name());
            }
            return;
        }
        Symbol symbol = switch (variable.space()) {
            case "shared" -> shared.ofFunction(variable);
            case "local", "param" -> placeLocal(variable);
            default -> moduleSymbols.get(variable.name());
        };
        if (symbol == null) {
            throw error(
                    variable.line(), "a ." + variable.space() + " variable cannot be declared here", variable.name());
        }
        if (scope.symbols().put(variable.name(), symbol) != null) {
            throw error(variable.line(), "variable declared twice", variable.name());
        }
    }

    private Symbol placeLocal(Variable variable) {
        long bytes = VariableSize.of(module, variable);
        long offset = localEnd + variable.alignment() - 1 & -variable.alignment();
        localEnd = offset + bytes;
        if (localEnd > MAX_LOCAL) {
            throw error(variable.line(), "more than " + MAX_LOCAL + " bytes of local memory", variable.name());
        }
        return new Symbol(variable.name(), Space.LOCAL, offset, bytes);
    }

    private int labelPlace(Scope scope, String label, int line) {
        for (Scope at = scope; at != null; at = at.outer()) {
            Integer place = at.labels().get(label);
            if (place != null) {
                return place;
            }
        }
        throw error(line, "the label is not declared", label);
    }

    private PtxSyntaxException error(int line, String problem, String text) {
        return new PtxSyntaxException(module.file(), line, problem, text);
    }

    // Called by the reader of an instruction.

    String file() {
        return module.file();
    }

    /** Compute capability of the module's target, such as 80. */
    int target() {
        return TargetName.capability(module);
    }

    boolean architectureSpecific() {
        return TargetName.architectureSpecific(module);
    }

    void matrixRegisters(int[] used) {
        for (int mark : used) {
            matrixRegisters.set(mark);
        }
    }

    void compares(Comparand comparand) {
        comparands.add(comparand);
    }

    void ifCompared(Comparand comparand, Runnable then) {
        patches.add(() -> {
            if (comparands.contains(comparand)) {
                then.run();
            }
        });
    }

    void communicates() {
        communicates = true;
    }

    void controlsDependents(boolean launches) {
        controlsDependents = true;
        launchesDependents |= launches;
    }

    Register findRegister(Scope scope, String name) {
        int dot = name.lastIndexOf('.');
        int component = dot < 0 ? -1 : VectorRegister.component(name.substring(dot + 1));
        for (Scope at = scope; at != null; at = at.outer()) {
            Register known = at.registers().get(name);
            if (known != null) {
                return known;
            }
            Variable declared = component < 0
                    ? at.registerDeclaration(name)
                    : VectorRegister.of(at.registerDeclaration(name.substring(0, dot)), component);
            if (declared != null) {
                PtxType type = PtxType.of(declared.type());
                if (type == null || type == PtxType.B128 || declared.vector() != 1 && component < 0) {
                    throw error(
                            declared.line(),
                            "registers of type ." + declared.type() + " are not supported"
                                    + (declared.vector() == 1 ? "" : " as a vector as a whole"),
                            declared.name());
                }
                Register created = sink(type);
                at.registers().put(name, created);
                return created;
            }
        }
        return null;
    }

    /** Names of the components if a name is that of a register declared {@code .v2} or {@code .v4}, else null. */
    List<String> components(Scope scope, String name) {
        for (Scope at = scope; at != null; at = at.outer()) {
            Variable declared = at.registerDeclaration(name);
            if (declared != null) {
                return VectorRegister.components(declared, name);
            }
        }
        return null;
    }

    /** A new register. */
    Register sink(PtxType type) {
        int plane = type == PtxType.PRED ? predicates++ : type.isLong() ? longs++ : ints++;
        return new Register(type, plane, marks++);
    }

    Symbol findSymbol(Scope scope, String name) {
        for (Scope at = scope; at != null; at = at.outer()) {
            Symbol found = at.symbols().get(name);
            if (found != null) {
                return found;
            }
        }
        Symbol found = moduleSymbols.get(name);
        return found != null ? found : shared.ofModule(name);
    }

    int intLiteral(int value) {
        return intLiterals.computeIfAbsent(value, key -> ints++);
    }

    int longLiteral(long value) {
        return longLiterals.computeIfAbsent(value, key -> longs++);
    }

    int intSpecial(SpecialRegister special) {
        return intSpecials.computeIfAbsent(special, key -> ints++);
    }

    int longSpecial(SpecialRegister special) {
        return longSpecials.computeIfAbsent(special, key -> longs++);
    }

    int[] jumpTable(Scope scope, String name, InstructionReader in) {
        for (Scope at = scope; at != null; at = at.outer()) {
            List<String> targets = at.targets().get(name);
            if (targets != null) {
                int[] table = new int[targets.size()];
                patches.add(() -> {
                    for (int i = 0; i < table.length; i++) {
                        table[i] = labelPlace(
                                scope, targets.get(i), in.instruction().line());
                    }
                });
                return table;
            }
        }
        throw in.error("there is no list of targets of the name " + name);
    }

    private record Callee(Function function, List<Operand> results, List<Operand> arguments) {}

    private Callee callee(InstructionReader in) {
        List<Operand> operands = in.instruction().operands();
        List<Operand> results = List.of();
        List<Operand> arguments = List.of();
        Function callee = null;
        for (int i = 0; i < operands.size(); i++) {
            Operand operand = in.operand(i);
            if (operand instanceof Operand.Tuple tuple) {
                if (callee == null) {
                    results = tuple.elements();
                } else {
                    arguments = tuple.elements();
                }
            } else if (operand instanceof Operand.Name name && callee == null) {
                callee = graph.function(name.name());
                if (callee == null) {
                    throw in.error("the function " + name.name() + " is not declared, or called through a register");
                }
            } else {
                throw in.error("indirect calls are not supported");
            }
        }
        if (callee == null) {
            throw in.error("the call names no function");
        }
        return new Callee(callee, results, arguments);
    }

    SystemCall systemCall(Scope scope, InstructionReader in) {
        Callee callee = callee(in);
        return SystemCall.exists(callee.function)
                ? SystemCall.of(
                        callee.function, places(scope, callee.arguments, in), places(scope, callee.results, in), in)
                : null;
    }

    CallSite call(Scope scope, InstructionReader in) {
        Callee called = callee(in);
        Function callee = called.function;
        Symbol[] from = places(scope, called.arguments, in);
        Symbol[] to = formals(callee, callee.parameters(), called.arguments.size(), "arguments", in);
        Symbol[] resultTo = places(scope, called.results, in);
        Symbol[] resultFrom = formals(callee, callee.results(), called.results.size(), "results", in);
        return CallSite.of(callee, from, to, resultFrom, resultTo, in);
    }

    private Symbol[] places(Scope scope, List<Operand> operands, InstructionReader in) {
        Symbol[] places = new Symbol[operands.size()];
        for (int i = 0; i < places.length; i++) {
            Symbol symbol = operands.get(i) instanceof Operand.Name name ? findSymbol(scope, name.name()) : null;
            if (symbol == null || symbol.space() != Space.LOCAL) {
                throw in.error("arguments and results of a call must be .param variables");
            }
            places[i] = symbol;
        }
        return places;
    }

    private Symbol[] formals(Function callee, List<Variable> declared, int given, String what, InstructionReader in) {
        if (declared.size() != given) {
            throw in.error(callee.name() + " has " + declared.size() + " " + what + ", the call has " + given);
        }
        Symbol[] places = new Symbol[given];
        for (int i = 0; i < given; i++) {
            places[i] = frames.get(callee).symbols().get(declared.get(i).name());
        }
        return places;
    }
}
