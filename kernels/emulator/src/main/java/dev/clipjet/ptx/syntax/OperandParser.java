package dev.clipjet.ptx.syntax;

import dev.clipjet.ptx.syntax.ConstantExpression.Constant;
import java.util.ArrayList;
import java.util.List;

/** Operands of instructions. */
final class OperandParser {
    private final TokenReader in;

    OperandParser(TokenReader in) {
        this.in = in;
    }

    /** An operand of any instruction but a call. */
    Operand operand() {
        if (in.accept('{')) {
            Operand vector = new Operand.Vector(elements('}'));
            return in.accept('|') ? new Operand.Pair(vector, nameOrSink()) : vector;
        }
        if (in.accept('[')) {
            return address();
        }
        return simple();
    }

    /** An operand of a call: results or arguments in parentheses, a function or register, a prototype or list of targets. */
    Operand callOperand() {
        if (in.accept('(')) {
            return new Operand.Tuple(in.accept(')') ? List.of() : elements(')'));
        }
        return new Operand.Name(in.expectWord("a function, or operands in parentheses,"));
    }

    private List<Operand> elements(char end) {
        List<Operand> elements = new ArrayList<>(4);
        do {
            elements.add(simple());
        } while (in.accept(','));
        in.expect(end);
        return List.copyOf(elements);
    }

    private Operand simple() {
        return switch (in.kind()) {
            case WORD -> in.word().equals("WARP_SZ") ? constant(ConstantExpression.parse(in)) : name();
            case FLOAT -> {
                Operand literal = new Operand.FloatLiteral((int) in.value());
                in.advance();
                yield literal;
            }
            case INTEGER -> {
                Constant first = ConstantExpression.integer(in.value(), in.unsigned());
                in.advance();
                yield constant(
                        ConstantExpression.isOperator(in.mark()) ? ConstantExpression.parseAfter(first, in) : first);
            }
            case DOUBLE -> constant(ConstantExpression.parse(in));
            case MARK -> marked();
            default -> throw in.unexpected("an operand");
        };
    }

    private Operand name() {
        String name = in.expectDottedName("a name");
        if (in.accept('+')) {
            return new Operand.Sum(name, ConstantExpression.integer(in));
        }
        if (in.accept('|')) {
            return new Operand.Pair(new Operand.Name(name), nameOrSink());
        }
        return new Operand.Name(name);
    }

    private Operand nameOrSink() {
        return in.accept('_') ? new Operand.Sink() : new Operand.Name(in.expectDottedName("a name or '_'"));
    }

    private Operand marked() {
        if (in.accept('_')) {
            return in.accept('|') ? new Operand.Pair(new Operand.Sink(), nameOrSink()) : new Operand.Sink();
        }
        if (in.isMark('!')) {
            in.advance();
            if (in.kind() == TokenKind.WORD && !in.word().equals("WARP_SZ")) {
                return new Operand.Negated(in.expectWord("a predicate"));
            }
            return constant(ConstantExpression.parseAfterNot(in));
        }
        if (in.isMark('-') || in.isMark('+') || in.isMark('~') || in.isMark('(')) {
            return constant(ConstantExpression.parse(in));
        }
        throw in.unexpected("an operand");
    }

    private static Operand constant(Constant constant) {
        return constant.isDouble()
                ? new Operand.DoubleLiteral(constant.bits())
                : new Operand.IntegerLiteral(constant.bits());
    }

    private Operand address() {
        Operand.Address base;
        if (in.kind() == TokenKind.WORD && !in.word().equals("WARP_SZ")) {
            String name = in.expectDottedName("a register or variable");
            base = new Operand.Address(name, in.accept('+') ? ConstantExpression.integer(in) : 0);
        } else {
            base = new Operand.Address(null, ConstantExpression.integer(in));
        }
        if (!in.isMark(',')) {
            in.expect(']');
            return base;
        }
        List<Operand> rest = new ArrayList<>(2);
        while (in.accept(',')) {
            rest.add(in.accept('{') ? new Operand.Vector(elements('}')) : simple());
        }
        in.expect(']');
        return new Operand.Coordinates(base, List.copyOf(rest));
    }
}
