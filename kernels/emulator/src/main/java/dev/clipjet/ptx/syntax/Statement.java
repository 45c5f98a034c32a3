package dev.clipjet.ptx.syntax;

import java.util.List;

/** A statement of a function's body. */
public sealed interface Statement {
    /** Line of the text, counted from 1. */
    int line();

    /** Statements in braces: a scope for registers, variables and labels. */
    record Block(List<Statement> statements, int line) implements Statement {}

    /** A jump target. */
    record Label(String name, int line) implements Statement {}

    /** A declaration of registers, or of a variable in another space. */
    record Declaration(Variable variable, int line) implements Statement {}

    /**
     * {@code .loc}: what follows was compiled from there.
     *
     * @param file number of the file
     * @param sourceLine line of the source
     * @param column column of the source
     */
    record Location(int file, int sourceLine, int column, int line) implements Statement {}

    /** {@code .pragma} with its strings. */
    record Pragma(List<String> values, int line) implements Statement {}

    /** {@code name: .branchtargets a, b;} or {@code .calltargets}. */
    record Targets(String name, boolean calls, List<String> targets, int line) implements Statement {}

    /** {@code name: .callprototype (results) _ (parameters);}. */
    record CallPrototype(String name, List<Variable> results, List<Variable> parameters, int line)
            implements Statement {}

    /**
     * An instruction.
     *
     * @param guard predicate register that guards it, or null
     * @param guardNegated whether the guard is {@code @!p}
     * @param opcode first part of its name: {@code ld}
     * @param modifiers the other parts in order, without dots: {@code global}, {@code v4}, {@code f32}; a part with {@code ::}
     *     stays one: {@code L1::no_allocate}
     * @param operands in order; for {@code call}: results as a {@link Operand.Tuple}, then the callee, then arguments as a tuple,
     *     then the prototype, where written
     */
    record Instruction(
            String guard, boolean guardNegated, String opcode, List<String> modifiers, List<Operand> operands, int line)
            implements Statement {
        /** The full name: {@code ld.global.v4.f32}. */
        public String name() {
            return modifiers.isEmpty() ? opcode : opcode + "." + String.join(".", modifiers);
        }
    }
}
