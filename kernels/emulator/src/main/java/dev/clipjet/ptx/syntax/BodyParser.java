package dev.clipjet.ptx.syntax;

import dev.clipjet.ptx.syntax.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** The body of a function. */
final class BodyParser {
    private static final int MAX_DEPTH = 200;

    private final TokenReader in;
    private final VariableParser variables;
    private int depth;

    BodyParser(TokenReader in, VariableParser variables) {
        this.in = in;
        this.variables = variables;
    }

    Statement.Block body() {
        int line = in.peek().line();
        in.expect("{");
        return block(line);
    }

    private Statement.Block block(int line) {
        if (++depth > MAX_DEPTH) {
            throw in.error(in.peek(), "braces are nested too deeply, at");
        }
        List<Statement> statements = new ArrayList<>();
        while (!in.accept("}")) {
            Token token = in.peek();
            if (token.kind() == Kind.END) {
                throw new PtxSyntaxException(in.file(), line, "the brace that opens here is never closed", "");
            }
            statement(token, statements);
        }
        depth--;
        return new Statement.Block(List.copyOf(statements), line);
    }

    private void statement(Token token, List<Statement> target) {
        if (token.is("{")) {
            in.next();
            target.add(block(token.line()));
        } else if (token.is(";")) {
            in.next();
        } else if (token.kind() == Kind.DOTTED) {
            directive(token, target);
        } else if (token.is("@")) {
            in.next();
            boolean negated = in.accept("!");
            String guard = in.expectWord("a predicate");
            Token opcode = in.next();
            if (opcode.kind() != Kind.WORD) {
                throw in.error(opcode, "an instruction is expected, not");
            }
            target.add(instruction(guard, negated, opcode));
        } else if (token.kind() == Kind.WORD) {
            in.next();
            if (in.accept(":")) {
                label(token, target);
            } else {
                target.add(instruction(null, false, token));
            }
        } else {
            throw in.error(token, "a statement is expected, not");
        }
    }

    private void directive(Token token, List<Statement> target) {
        switch (token.text()) {
            case "reg", "local", "shared", "param", "global", "const" -> {
                List<Variable> declared = new ArrayList<>();
                variables.list("", declared);
                for (Variable variable : declared) {
                    target.add(new Statement.Declaration(variable, variable.line()));
                }
            }
            case "extern" -> {
                in.next();
                List<Variable> declared = new ArrayList<>();
                variables.list("extern", declared);
                for (Variable variable : declared) {
                    target.add(new Statement.Declaration(variable, variable.line()));
                }
            }
            case "loc" -> target.add(location(in));
            case "pragma" -> {
                in.next();
                target.add(pragma(in, token.line()));
            }
            default -> throw in.error(token, "unknown directive");
        }
    }

    private void label(Token name, List<Statement> target) {
        if (in.peek().isDotted("branchtargets") || in.peek().isDotted("calltargets")) {
            boolean calls = in.next().text().equals("calltargets");
            List<String> targets = new ArrayList<>();
            do {
                targets.add(in.expectWord("a label"));
            } while (in.accept(","));
            in.expect(";");
            target.add(new Statement.Targets(name.text(), calls, List.copyOf(targets), name.line()));
        } else if (in.acceptDotted("callprototype")) {
            List<Variable> results = in.peek().is("(") ? variables.parameters() : List.of();
            in.expect("_");
            List<Variable> parameters = in.peek().is("(") ? variables.parameters() : List.of();
            in.acceptDotted("noreturn");
            in.expect(";");
            target.add(new Statement.CallPrototype(name.text(), results, parameters, name.line()));
        } else {
            target.add(new Statement.Label(name.text(), name.line()));
        }
    }

    private Statement.Instruction instruction(String guard, boolean negated, Token opcode) {
        List<String> modifiers = new ArrayList<>();
        while (in.peek().kind() == Kind.DOTTED && in.peek().glued()) {
            modifiers.add(in.next().text());
        }
        List<Operand> operands = new ArrayList<>();
        if (!in.accept(";")) {
            do {
                operands.add(operand());
            } while (in.accept(","));
            in.expect(";");
        }
        return new Statement.Instruction(
                guard, negated, opcode.text(), List.copyOf(modifiers), List.copyOf(operands), opcode.line());
    }

    private Operand operand() {
        Token token = in.peek();
        if (token.is("{")) {
            in.next();
            return new Operand.Vector(list("}"));
        }
        if (token.is("(")) {
            in.next();
            return new Operand.Tuple(list(")"));
        }
        if (token.is("[")) {
            in.next();
            return address();
        }
        Operand simple = simple();
        if (in.accept("|")) {
            return new Operand.Pair(simple, simple());
        }
        return simple;
    }

    private List<Operand> list(String end) {
        List<Operand> elements = new ArrayList<>();
        if (in.accept(end)) {
            return elements;
        }
        do {
            elements.add(simple());
        } while (in.accept(","));
        in.expect(end);
        return List.copyOf(elements);
    }

    private Operand simple() {
        Token token = in.peek();
        switch (token.kind()) {
            case WORD -> {
                in.next();
                String name = token.text();
                while (in.peek().kind() == Kind.DOTTED && in.peek().glued()) {
                    name += "." + in.next().text();
                }
                if (in.peek().is("+") || in.peek().is("-")) {
                    boolean minus = in.next().is("-");
                    long offset = ConstantExpression.parse(in);
                    return new Operand.Address(name, minus ? -offset : offset);
                }
                return new Operand.Name(name);
            }
            case FLOAT -> {
                in.next();
                return new Operand.FloatLiteral((int) token.value());
            }
            case DOUBLE -> {
                in.next();
                return new Operand.DoubleLiteral(token.value());
            }
            case INTEGER -> {
                return new Operand.IntegerLiteral(ConstantExpression.parse(in));
            }
            default -> {
                return marked(token);
            }
        }
    }

    private Operand marked(Token token) {
        if (token.is("_")) {
            in.next();
            return new Operand.Sink();
        }
        if (token.is("!")) {
            in.next();
            Token name = in.next();
            if (name.kind() == Kind.WORD) {
                return new Operand.Negated(name.text());
            }
            throw in.error(name, "a predicate is expected, not");
        }
        if (token.is("-")) {
            in.next();
            Token number = in.peek();
            if (number.kind() == Kind.FLOAT) {
                in.next();
                return new Operand.FloatLiteral((int) number.value() ^ Integer.MIN_VALUE);
            }
            if (number.kind() == Kind.DOUBLE) {
                in.next();
                return new Operand.DoubleLiteral(number.value() ^ Long.MIN_VALUE);
            }
            return new Operand.IntegerLiteral(-ConstantExpression.parse(in));
        }
        if (token.is("~") || token.is("+")) {
            return new Operand.IntegerLiteral(ConstantExpression.parse(in));
        }
        throw in.error(token, "an operand is expected, not");
    }

    private Operand address() {
        Token token = in.peek();
        if (token.kind() == Kind.WORD) {
            in.next();
            long offset = 0;
            if (in.accept("+")) {
                offset = ConstantExpression.parse(in);
            } else if (in.accept("-")) {
                offset = -ConstantExpression.parse(in);
            }
            in.expect("]");
            return new Operand.Address(token.text(), offset);
        }
        long absolute = ConstantExpression.parse(in);
        in.expect("]");
        return new Operand.Address(null, absolute);
    }

    static Statement.Pragma pragma(TokenReader in, int line) {
        List<String> values = new ArrayList<>();
        do {
            Token value = in.next();
            if (value.kind() != Kind.STRING) {
                throw in.error(value, "a pragma in quotes is expected, not");
            }
            values.add(value.text());
        } while (in.accept(","));
        in.expect(";");
        return new Statement.Pragma(List.copyOf(values), line);
    }

    /** {@code .loc file line column [, function_name label[+n]] [, inlined_at file line column]}. */
    static Statement.Location location(TokenReader in) {
        Token begin = in.next();
        int file = (int) in.expectInteger("a file number");
        int line = (int) in.expectInteger("a line");
        int column = (int) in.expectInteger("a column");
        while (in.accept(",")) {
            String what = in.expectWord("function_name or inlined_at");
            if (what.equals("function_name")) {
                in.expectWord("a label");
                if (in.accept("+")) {
                    in.expectInteger("an offset");
                }
            } else if (what.equals("inlined_at")) {
                in.expectInteger("a file number");
                in.expectInteger("a line");
                in.expectInteger("a column");
            } else {
                throw new PtxSyntaxException(in.file(), begin.line(), "unknown part of .loc", what);
            }
        }
        return new Statement.Location(file, line, column, begin.line());
    }
}
