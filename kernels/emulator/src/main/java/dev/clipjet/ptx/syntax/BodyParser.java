package dev.clipjet.ptx.syntax;

import dev.clipjet.ptx.syntax.VariableParser.Place;
import java.util.ArrayList;
import java.util.List;

/** The body of a function. */
final class BodyParser {
    private static final int MAX_DEPTH = 400;

    private final TokenReader in;
    private final VariableParser variables;
    private final OperandParser operands;
    private final AddressableNames addressable;
    /** Names that the open blocks have added to {@link #addressable}. */
    private final List<String> added = new ArrayList<>();

    private int depth;

    /**
     * A parser of bodies.
     *
     * @param in the tokens
     * @param variables parser of declarations
     * @param addressable names whose address an initializer may take; bodies add theirs and take them back
     */
    BodyParser(TokenReader in, VariableParser variables, AddressableNames addressable) {
        this.in = in;
        this.variables = variables;
        this.addressable = addressable;
        operands = new OperandParser(in);
    }

    /** The body with its braces; {@code scope} holds the parameters, which share a scope with the outermost statements. */
    Statement.Block body(Names scope) {
        int line = in.line();
        in.expect('{');
        return block(scope, line);
    }

    private Statement.Block block(Names scope, int line) {
        if (in.accept('}')) {
            return new Statement.Block(List.of(), line);
        }
        if (++depth > MAX_DEPTH) {
            throw in.error("braces nested more than " + MAX_DEPTH + " deep");
        }
        List<Statement> statements = new ArrayList<>(4);
        int before = added.size();
        while (!in.accept('}')) {
            if (in.kind() == TokenKind.END) {
                throw in.error(line, "the brace that opens here is never closed", "{");
            }
            statement(scope, statements);
        }
        List<String> own = added.subList(before, added.size());
        own.forEach(addressable::remove);
        own.clear();
        depth--;
        return new Statement.Block(List.copyOf(statements), line);
    }

    private void statement(Names scope, List<Statement> target) {
        int line = in.line();
        if (in.isMark('{')) {
            in.advance();
            target.add(block(new Names(in), line));
        } else if (in.kind() == TokenKind.DOTTED) {
            directive(scope, target);
        } else if (in.accept('@')) {
            boolean negated = in.accept('!');
            String guard = in.expectWord("a predicate");
            int opcodeLine = in.line();
            target.add(instruction(guard, negated, in.expectWord("an instruction"), opcodeLine));
        } else {
            String word = in.expectWord("a statement");
            if (in.accept(':')) {
                scope.declare(word, line);
                target.add(labelled(word, line));
            } else {
                target.add(instruction(null, false, word, line));
            }
        }
    }

    private void directive(Names scope, List<Statement> target) {
        switch (in.word()) {
            case "reg", "local", "shared", "param", "global", "const" -> {
                for (Variable variable : variables.list("", Place.BODY)) {
                    declare(scope, variable);
                    if (variable.space().equals("global") || variable.space().equals("const")) {
                        addressable.add(variable.name());
                        added.add(variable.name());
                    }
                    target.add(new Statement.Declaration(variable, variable.line()));
                }
            }
            case "loc" -> target.add(location());
            case "pragma" -> target.add(pragma(in));
            default -> throw in.unexpected("a statement");
        }
    }

    private static void declare(Names scope, Variable variable) {
        if (variable.count() > 0) {
            scope.declareRange(variable.name(), variable.count(), variable.line());
        } else {
            scope.declare(variable.name(), variable.line());
        }
    }

    /** What follows a name and a colon: a list of targets, a prototype, or nothing, which makes it a label. */
    private Statement labelled(String name, int line) {
        boolean calls = in.isDotted("calltargets");
        if (calls || in.isDotted("branchtargets")) {
            in.advance();
            List<String> targets = new ArrayList<>();
            do {
                targets.add(in.expectWord(calls ? "a function" : "a label"));
            } while (in.accept(','));
            in.expect(';');
            return new Statement.Targets(name, calls, List.copyOf(targets), line);
        }
        if (in.acceptDotted("callprototype")) {
            List<Variable> results = in.isMark('(') ? variables.parameters(Place.PROTOTYPE) : List.of();
            in.expect('_');
            List<Variable> parameters = in.isMark('(') ? variables.parameters(Place.PROTOTYPE) : List.of();
            in.acceptDotted("noreturn");
            in.expect(';');
            return new Statement.CallPrototype(name, results, parameters, line);
        }
        return new Statement.Label(name, line);
    }

    private Statement.Instruction instruction(String guard, boolean negated, String opcode, int line) {
        List<String> modifiers = in.kind() == TokenKind.DOTTED ? modifiers() : List.of();
        List<Operand> list = in.accept(';') ? List.of() : operandList(opcode.equals("call"));
        return new Statement.Instruction(guard, negated, opcode, modifiers, list, line);
    }

    private List<String> modifiers() {
        List<String> modifiers = new ArrayList<>(4);
        while (in.kind() == TokenKind.DOTTED) {
            modifiers.add(in.word());
            in.advance();
        }
        return List.copyOf(modifiers);
    }

    private List<Operand> operandList(boolean call) {
        List<Operand> list = new ArrayList<>(4);
        do {
            list.add(call ? operands.callOperand() : operands.operand());
        } while (in.accept(','));
        in.expect(';');
        return List.copyOf(list);
    }

    static Statement.Pragma pragma(TokenReader in) {
        int line = in.line();
        in.expectDotted("pragma");
        List<String> values = new ArrayList<>(1);
        do {
            values.add(in.expectString("a pragma in quotes"));
        } while (in.accept(','));
        in.expect(';');
        return new Statement.Pragma(List.copyOf(values), line);
    }

    /** {@code .loc file line column [, function_name label [+ n] , inlined_at file line column]}. */
    private Statement.Location location() {
        int at = in.line();
        in.expectDotted("loc");
        int file = in.expectInteger("a file number", 0, Integer.MAX_VALUE);
        int line = in.expectInteger("a line", 0, Integer.MAX_VALUE);
        int column = in.expectInteger("a column", 0, Integer.MAX_VALUE);
        while (in.accept(',')) {
            String what = in.expectWord("function_name or inlined_at");
            if (what.equals("function_name")) {
                in.expectWord("a label");
                if (in.accept('+')) {
                    in.expectInteger("an offset", 0, Integer.MAX_VALUE);
                }
            } else if (what.equals("inlined_at")) {
                in.expectInteger("a file number", 0, Integer.MAX_VALUE);
                in.expectInteger("a line", 0, Integer.MAX_VALUE);
                in.expectInteger("a column", 0, Integer.MAX_VALUE);
            } else {
                throw in.error(at, "unknown part of .loc", what);
            }
        }
        return new Statement.Location(file, line, column, at);
    }
}
