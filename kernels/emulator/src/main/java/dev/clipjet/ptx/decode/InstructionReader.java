package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.exec.Space;
import dev.clipjet.ptx.exec.SpecialRegister;
import dev.clipjet.ptx.syntax.Operand;
import dev.clipjet.ptx.syntax.PtxSyntaxException;
import dev.clipjet.ptx.syntax.Statement.Instruction;
import java.util.ArrayList;
import java.util.List;

/**
 * An instruction as a {@link Decoder} reads it. Modifiers are taken in any order; operands are resolved to planes and remembered
 * as inputs and outputs of the step. What a decoder does not take is an error.
 */
public final class InstructionReader {
    private final KernelBuilder kernel;
    private final Scope scope;
    private final Instruction instruction;
    private final List<String> modifiers;
    private final List<Integer> inputs = new ArrayList<>();
    private final List<Integer> outputs = new ArrayList<>();
    private final boolean[] used;
    private String label;
    private CallSite call;
    private int sharedWidth = Integer.MAX_VALUE;
    private int globalWidth = Integer.MAX_VALUE;

    InstructionReader(KernelBuilder kernel, Scope scope, Instruction instruction) {
        this.kernel = kernel;
        this.scope = scope;
        this.instruction = instruction;
        modifiers = new ArrayList<>(instruction.modifiers());
        used = new boolean[instruction.operands().size()];
    }

    // Modifiers.

    /** Takes a modifier if it is there. */
    public boolean take(String modifier) {
        return modifiers.remove(modifier);
    }

    /** Takes whichever of some modifiers is there, or returns null. */
    public String takeAny(String... choices) {
        for (String choice : choices) {
            if (modifiers.remove(choice)) {
                return choice;
            }
        }
        return null;
    }

    /** Takes the first modifier that begins so, or returns null: {@code L1::}. */
    public String takePrefix(String prefix) {
        for (int i = 0; i < modifiers.size(); i++) {
            if (modifiers.get(i).startsWith(prefix)) {
                return modifiers.remove(i);
            }
        }
        return null;
    }

    /** Takes the first modifier that is a type; an error if there is none. */
    public PtxType takeType() {
        for (int i = 0; i < modifiers.size(); i++) {
            PtxType type = PtxType.of(modifiers.get(i));
            if (type != null) {
                modifiers.remove(i);
                return type;
            }
        }
        throw error("the instruction has no type");
    }

    /** The modifiers not taken yet. */
    public List<String> modifiers() {
        return List.copyOf(modifiers);
    }

    /** Takes the first modifier, whatever it is; an error if there is none. */
    public String takeFirst() {
        if (modifiers.isEmpty()) {
            throw error("a modifier is missing");
        }
        return modifiers.remove(0);
    }

    /** The opcode. */
    public String opcode() {
        return instruction.opcode();
    }

    /** The instruction's full name. */
    public String name() {
        return instruction.name();
    }

    // Operands.

    /** Number of operands. */
    public int operands() {
        return instruction.operands().size();
    }

    /** Fails unless there are so many operands. */
    public void expect(int count) {
        expect(count, count);
    }

    /** Fails unless the number of operands is in a range. */
    public void expect(int least, int most) {
        int n = operands();
        if (n < least || n > most) {
            throw error("the instruction has " + n + " operands, not " + (least == most ? "" : least + " to ") + most);
        }
    }

    /** An operand as written. */
    public Operand operand(int index) {
        if (index >= used.length) {
            throw error("operand " + (index + 1) + " is missing");
        }
        used[index] = true;
        return instruction.operands().get(index);
    }

    /**
     * The {@link #elements(int)} of an operand that must have so many.
     *
     * @throws PtxSyntaxException if it has another number
     */
    public List<Operand> elements(int index, int count) {
        List<Operand> elements = elements(index);
        if (elements.size() != count) {
            throw error("operand " + (index + 1) + " has " + elements.size() + " registers, not " + count);
        }
        return elements;
    }

    /** The elements of an operand in braces or of a vector register, or the operand itself as the only element. */
    public List<Operand> elements(int index) {
        Operand operand = operand(index);
        if (operand instanceof Operand.Name name) {
            List<String> components = kernel.components(scope, name.name());
            if (components != null) {
                return components.stream().<Operand>map(Operand.Name::new).toList();
            }
        }
        return operand instanceof Operand.Vector vector ? vector.elements() : List.of(operand);
    }

    /** Whether an operand is {@code _}. */
    public boolean isSink(int index) {
        return operand(index) instanceof Operand.Sink;
    }

    /** Width in bits of the register that an operand names. */
    public int registerBits(Operand operand) {
        return register(operand).type().bits();
    }

    /** Whether an operand is a register of the program (not special, not a literal). */
    public boolean isRegister(Operand operand) {
        return operand instanceof Operand.Name name && kernel.findRegister(scope, name.name()) != null;
    }

    /** Plane of a 32-bit or narrower source. Literals are converted to the type. */
    public int intSource(int index, PtxType type) {
        return intSource(operand(index), type);
    }

    /** Plane of a 32-bit or narrower source. */
    public int intSource(Operand operand, PtxType type) {
        if (operand instanceof Operand.IntegerLiteral literal) {
            return kernel.intLiteral(Literals.asInt(literal.value(), type, this));
        }
        if (operand instanceof Operand.FloatLiteral literal) {
            return kernel.intLiteral(Literals.asInt(literal, type, this));
        }
        if (operand instanceof Operand.DoubleLiteral literal) {
            return kernel.intLiteral(Literals.asInt(literal, type, this));
        }
        if (operand instanceof Operand.Name name && kernel.findRegister(scope, name.name()) == null) {
            SpecialRegister special = SpecialRegister.of(name.name());
            if (special != null) {
                return kernel.intSpecial(special);
            }
            Symbol symbol = kernel.findSymbol(scope, name.name());
            if (symbol != null) {
                return intAddress(symbol, 0);
            }
        }
        if (operand instanceof Operand.Sum sum) {
            Symbol symbol = kernel.findSymbol(scope, sum.base());
            if (symbol != null) {
                return intAddress(symbol, sum.offset());
            }
        }
        Register register = register(operand);
        if (register.isPredicate() || register.isLong()) {
            throw error(describe(operand) + " is a register of type " + register.type() + ", not of up to 32 bits");
        }
        inputs.add(register.mark());
        return register.plane();
    }

    private int intAddress(Symbol symbol, long offset) {
        if (symbol.space() == Space.GLOBAL || symbol.space() == Space.CONST) {
            throw error("the address of " + symbol.name() + " does not fit 32 bits");
        }
        return kernel.intLiteral((int) (symbol.address() + offset));
    }

    /** Plane of a 64-bit source. Literals are converted to the type. */
    public int longSource(int index, PtxType type) {
        return longSource(operand(index), type);
    }

    /** Plane of a 64-bit source. */
    public int longSource(Operand operand, PtxType type) {
        if (operand instanceof Operand.IntegerLiteral literal) {
            return kernel.longLiteral(
                    type == PtxType.F64 ? Double.doubleToRawLongBits((double) literal.value()) : literal.value());
        }
        if (operand instanceof Operand.FloatLiteral literal) {
            return kernel.longLiteral(Double.doubleToRawLongBits(Float.intBitsToFloat(literal.bits())));
        }
        if (operand instanceof Operand.DoubleLiteral literal) {
            return kernel.longLiteral(literal.bits());
        }
        if (operand instanceof Operand.Name name && kernel.findRegister(scope, name.name()) == null) {
            SpecialRegister special = SpecialRegister.of(name.name());
            if (special != null) {
                return kernel.longSpecial(special);
            }
            Symbol symbol = kernel.findSymbol(scope, name.name());
            if (symbol != null) {
                // Shared variables yield their offset; a generic address takes a cvta. Local and parameter ones
                // likewise.
                return kernel.longLiteral(symbol.address());
            }
        }
        if (operand instanceof Operand.Sum sum) {
            Symbol symbol = kernel.findSymbol(scope, sum.base());
            if (symbol != null) {
                return kernel.longLiteral(symbol.address() + sum.offset());
            }
        }
        Register register = register(operand);
        if (!register.isLong()) {
            throw error(describe(operand) + " is a register of type " + register.type() + ", not of 64 bits");
        }
        inputs.add(register.mark());
        return register.plane();
    }

    /** Plane of a predicate source; {@code !p} is refused here, see {@link #isNegated}. */
    public int predicateSource(int index) {
        return predicateSource(operand(index));
    }

    /** Plane of a predicate source, negated or not. */
    public int predicateSource(Operand operand) {
        String name = operand instanceof Operand.Negated negated
                ? negated.name()
                : operand instanceof Operand.Name plain ? plain.name() : null;
        Register register = name == null ? null : kernel.findRegister(scope, name);
        if (register == null || !register.isPredicate()) {
            throw error(describe(operand) + " is no predicate");
        }
        inputs.add(register.mark());
        return register.plane();
    }

    /** Whether an operand is {@code !p}. */
    public boolean isNegated(Operand operand) {
        return operand instanceof Operand.Negated;
    }

    /** Plane of a target of up to 32 bits; {@code _} gets a plane nobody reads. */
    public int intTarget(int index) {
        return intTarget(operand(index));
    }

    /** Plane of a target of up to 32 bits. */
    public int intTarget(Operand operand) {
        Register register = operand instanceof Operand.Sink ? kernel.sink(PtxType.B32) : register(operand);
        if (register.isPredicate() || register.isLong()) {
            throw error(describe(operand) + " is a register of type " + register.type() + ", not of up to 32 bits");
        }
        outputs.add(register.mark());
        return register.plane();
    }

    /** Plane of a 64-bit target. */
    public int longTarget(int index) {
        return longTarget(operand(index));
    }

    /** Plane of a 64-bit target. */
    public int longTarget(Operand operand) {
        Register register = operand instanceof Operand.Sink ? kernel.sink(PtxType.B64) : register(operand);
        if (!register.isLong()) {
            throw error(describe(operand) + " is a register of type " + register.type() + ", not of 64 bits");
        }
        outputs.add(register.mark());
        return register.plane();
    }

    /** Plane of a predicate target. */
    public int predicateTarget(Operand operand) {
        Register register = operand instanceof Operand.Sink ? kernel.sink(PtxType.PRED) : register(operand);
        if (!register.isPredicate()) {
            throw error(describe(operand) + " is no predicate");
        }
        outputs.add(register.mark());
        return register.plane();
    }

    /** Index among {@link dev.clipjet.ptx.exec.Warp#undefined} of a register, 0 for what is always defined. */
    public int mark(Operand operand) {
        if (operand instanceof Operand.Name name) {
            Register register = kernel.findRegister(scope, name.name());
            return register == null ? 0 : register.mark();
        }
        return 0;
    }

    /** An integer that must be written as a literal. */
    public long literal(int index) {
        if (operand(index) instanceof Operand.IntegerLiteral literal) {
            return literal.value();
        }
        throw error("operand " + (index + 1) + " must be a literal");
    }

    /** An address. */
    public AddressOperand address(int index) {
        if (!(operand(index) instanceof Operand.Address address)) {
            throw error("operand " + (index + 1) + " must be an address in brackets");
        }
        if (address.base() == null) {
            return new AddressOperand(-1, true, address.offset(), null);
        }
        Register register = kernel.findRegister(scope, address.base());
        if (register != null) {
            if (register.isPredicate() || register.type().bits() < 32) {
                throw error(address.base() + " of type " + register.type() + " cannot hold an address");
            }
            inputs.add(register.mark());
            return new AddressOperand(register.plane(), register.isLong(), address.offset(), null);
        }
        Symbol symbol = kernel.findSymbol(scope, address.base());
        if (symbol == null) {
            throw error(address.base() + " is not declared");
        }
        return new AddressOperand(-1, true, symbol.address() + address.offset(), symbol.space());
    }

    /** Takes the state space from the modifiers, {@code GENERIC} if none is written. */
    public Space takeSpace() {
        String word = takeAny(
                "global",
                "shared",
                "shared::cta",
                "shared::cluster",
                "local",
                "const",
                "param",
                "param::entry",
                "param::func");
        if (word == null) {
            return Space.GENERIC;
        }
        return switch (word) {
            case "global" -> Space.GLOBAL;
            case "shared", "shared::cta" -> Space.SHARED;
            case "shared::cluster" -> Space.SHARED_CLUSTER;
            case "local" -> Space.LOCAL;
            case "const" -> Space.CONST;
            default -> Space.PARAM;
        };
    }

    /** The space of an access whose modifier says {@code declared} and whose address may name a variable; checks that both agree. */
    public Space spaceOf(Space declared, AddressOperand address) {
        Space variable = address.variableSpace();
        if (variable == null) {
            return declared;
        }
        if (declared == Space.PARAM && (variable == Space.LOCAL || variable == Space.PARAM)) {
            return variable;
        }
        if (declared == Space.GENERIC) {
            if (variable == Space.GLOBAL || variable == Space.CONST) {
                return variable;
            }
            throw error("a variable of " + variable + " memory is accessed by a generic address; cvta is missing");
        }
        if (declared != variable
                && !(declared == Space.SHARED_CLUSTER && variable == Space.SHARED)
                && !(declared == Space.GLOBAL && variable == Space.CONST)) {
            throw error("a variable of " + variable + " memory is accessed as " + declared);
        }
        return declared;
    }

    /** Notes that the instruction accesses memory with so many bytes at a time, which decides how finely races are tracked. */
    public void accesses(Space space, int bytes) {
        if (space == Space.SHARED || space == Space.SHARED_CLUSTER || space == Space.GENERIC) {
            sharedWidth = Math.min(sharedWidth, bytes);
        }
        if (space == Space.GLOBAL || space == Space.GENERIC || space == Space.CONST) {
            globalWidth = Math.min(globalWidth, bytes);
        }
    }

    /** Notes that blocks may wait for each other here, so that they must run together. */
    public void communicates() {
        kernel.communicates();
    }

    /** Notes an instruction about dependent grids; {@code launches} says whether it lets them start. */
    public void controlsDependents(boolean launches) {
        kernel.controlsDependents(launches);
    }

    /** Notes that the instruction compares a place in memory with a register, and swaps only if they are equal. */
    public void compares(Comparand comparand) {
        kernel.compares(comparand);
    }

    /** Does something when the kernel is complete, if an instruction of it {@linkplain #compares compares} so. */
    public void ifCompared(Comparand comparand, Runnable then) {
        kernel.ifCompared(comparand, then);
    }

    /** Sets the label that the step, a {@link dev.clipjet.ptx.exec.Branch}, jumps to. */
    public void jumpTo(int index) {
        if (!(operand(index) instanceof Operand.Name name)) {
            throw error("operand " + (index + 1) + " must be a label");
        }
        label = name.name();
    }

    /** Program counters of the labels in a {@code .branchtargets} list; filled in when the function is complete. */
    public int[] jumpTable(int index) {
        if (!(operand(index) instanceof Operand.Name name)) {
            throw error("operand " + (index + 1) + " must name a list of targets");
        }
        return kernel.jumpTable(scope, name.name(), this);
    }

    /** Resolves a call: which function, and which bytes of parameters go where. */
    public CallSite call() {
        call = kernel.call(scope, this);
        return call;
    }

    /** The call if it is one of the system, which has no code in the module; else null. */
    public SystemCall systemCall() {
        return kernel.systemCall(scope, this);
    }

    /** Fails if the module's target is below a compute capability, such as 90. */
    public void needsTarget(int capability) {
        if (kernel.target() < capability) {
            throw error("the instruction needs .target sm_" + capability + " or higher, the module says sm_"
                    + kernel.target());
        }
    }

    /** Fails unless the module is for one architecture only, such as {@code sm_90a}. */
    public void needsSpecificTarget() {
        if (!kernel.architectureSpecific()) {
            throw error("the instruction needs a target of one architecture, such as sm_90a");
        }
    }

    /** Notes registers that an asynchronous matrix operation uses, as indices of {@link dev.clipjet.ptx.exec.Warp#undefined}. */
    public void matrixRegisters(int[] marks) {
        kernel.matrixRegisters(marks);
    }

    /** An error at this instruction. */
    public PtxSyntaxException error(String problem) {
        return new PtxSyntaxException(kernel.file(), instruction.line(), problem, text());
    }

    /** The instruction, roughly as written. */
    public String text() {
        return InstructionText.of(instruction);
    }

    void finish() {
        if (!modifiers.isEmpty()) {
            throw error("unknown or misplaced ." + modifiers.get(0));
        }
        for (int i = 0; i < used.length; i++) {
            if (!used[i]) {
                throw error("operand " + (i + 1) + " is one too many");
            }
        }
    }

    int[] inputs() {
        return inputs.stream().mapToInt(Integer::intValue).distinct().toArray();
    }

    int[] outputs() {
        return outputs.stream().mapToInt(Integer::intValue).distinct().toArray();
    }

    String label() {
        return label;
    }

    CallSite callSite() {
        return call;
    }

    int sharedWidth() {
        return sharedWidth;
    }

    int globalWidth() {
        return globalWidth;
    }

    Instruction instruction() {
        return instruction;
    }

    Scope scope() {
        return scope;
    }

    private Register register(Operand operand) {
        if (operand instanceof Operand.Name name) {
            Register register = kernel.findRegister(scope, name.name());
            if (register != null) {
                return register;
            }
            if (name.name().startsWith("%") && SpecialRegister.of(name.name()) == null) {
                throw error(name.name() + " is not declared, or is a special register that is not known");
            }
        }
        throw error(describe(operand) + " must be a register");
    }

    private static String describe(Operand operand) {
        return InstructionText.of(operand);
    }
}
