package dev.clipjet.ptx.decode;

import dev.clipjet.ptx.syntax.Operand;
import dev.clipjet.ptx.syntax.Statement.Instruction;
import java.util.stream.Collectors;

/** Instructions as text, for messages. */
final class InstructionText {
    private InstructionText() {}

    static String of(Instruction instruction) {
        String guard = instruction.guard() == null
                ? ""
                : (instruction.guardNegated() ? "@!" : "@") + instruction.guard() + " ";
        return guard
                + instruction.name()
                + instruction.operands().stream().map(InstructionText::of).collect(Collectors.joining(", ", " ", ";"));
    }

    static String of(Operand operand) {
        if (operand instanceof Operand.Name name) {
            return name.name();
        }
        if (operand instanceof Operand.Negated negated) {
            return "!" + negated.name();
        }
        if (operand instanceof Operand.Pair pair) {
            return of(pair.first()) + "|" + of(pair.second());
        }
        if (operand instanceof Operand.IntegerLiteral literal) {
            return Long.toString(literal.value());
        }
        if (operand instanceof Operand.FloatLiteral literal) {
            return String.format("0f%08X", literal.bits());
        }
        if (operand instanceof Operand.DoubleLiteral literal) {
            return String.format("0d%016X", literal.bits());
        }
        if (operand instanceof Operand.Vector vector) {
            return vector.elements().stream().map(InstructionText::of).collect(Collectors.joining(", ", "{", "}"));
        }
        if (operand instanceof Operand.Tuple tuple) {
            return tuple.elements().stream().map(InstructionText::of).collect(Collectors.joining(", ", "(", ")"));
        }
        if (operand instanceof Operand.Sum sum) {
            return sum.base() + "+" + sum.offset();
        }
        if (operand instanceof Operand.Address address) {
            return "[" + place(address) + "]";
        }
        if (operand instanceof Operand.Coordinates coordinates) {
            return coordinates.rest().stream()
                    .map(InstructionText::of)
                    .collect(Collectors.joining(", ", "[" + place(coordinates.base()) + ", ", "]"));
        }
        return "_";
    }

    private static String place(Operand.Address address) {
        if (address.base() == null) {
            return Long.toString(address.offset());
        }
        return address.offset() == 0 ? address.base() : address.base() + "+" + address.offset();
    }
}
